"""What each function type computes on one bar: small kernels on the materials, and for some a row they keep.

A section runs from one switch of its 1/2 material to the next; 3 and 0 switch nothing, and before the first 1 or 2
there is no section, so its figures are missing. A missing value makes the rest of its section missing. A kept row
begins as [0, NaN, NaN, NaN], its first figure is the direction of the section. "New", "above" and "below" mean
strictly so. Whatever is not finite is missing. Types that are evaluated only when a material changed (I, SS) give the
same again when they are asked again; the others are asked exactly once per bar.

The order of the numbers is a table: arithmetic first, then choices, then what keeps a row.
"""

import numpy as np

from core.quant.kernel import Floats, kernel

TOTAL, DIFFERENCE, REMAINDER, ROUND, TRUNCATE, SUM_DOWN, SIZE, FIRST = range(8)
ALL, ANY, MATCH, COMPARE, SELECT, BLOCK, LINE = range(8, 15)
NOW, SINCE, COUNT, SUM_GROUP, AVERAGE, IDEAL, HOLD = range(15, 22)
KEEPS_FROM = SINCE
"""From here on a type keeps a row."""
ROW = 4
"""Figures in a kept row."""
NEW_ROW = (0.0, np.nan, np.nan, np.nan)


@kernel
def outcome(op: int, mode: int, m: Floats, row: Floats) -> float:
    """What a node gives for its materials `m`; `row` is what it keeps between bars."""
    if op < ALL:
        value = arithmetic(op, m)
    elif op < NOW:
        value = choice(op, mode, m)
    else:
        value = kept(op, mode, m, row)
    return value if np.isfinite(value) else np.nan


@kernel
def arithmetic(op: int, m: Floats) -> float:
    """Types of numbers alone, and those that only look at how many or which come first."""
    if op == TOTAL:
        return total(m)
    if op == DIFFERENCE:
        return float(m[0] - m[1])
    if op == REMAINDER:
        return m[0] % m[1] if m[1] != 0.0 else np.nan
    if op == ROUND:
        return rounded(m[0])
    if op == TRUNCATE:
        return float(np.trunc(m[0])) + 0.0
    if op == SUM_DOWN:
        return sum_down(m[0])
    return float(len(m) if op == SIZE else m[0])


@kernel
def choice(op: int, mode: int, m: Floats) -> float:
    """Types that choose or compare; a direction that cannot be told is 0."""
    if op == ALL:
        return agreed(m)
    if op == ANY:
        return first_told(m)
    if op == MATCH:
        return 3.0 if m[0] == m[1] else 0.0
    if op == COMPARE:
        return compared(m[0], m[1])
    if op == SELECT:
        return selected(m, 0.0 if mode else np.nan)
    if op == BLOCK:
        return block(m, 0.0 if mode else np.nan)
    return near_line(mode, m)


@kernel
def kept(op: int, mode: int, m: Floats, row: Floats) -> float:
    """Types that depend on the bars before, or on the time, which is their first material."""
    if op == NOW:
        return float(m[0])
    if op == SINCE:
        return since(m[0], m[1], row)
    if op == COUNT:
        return count(m[0], row)
    if op == SUM_GROUP:
        return sum_group(m[0], m[1], row)
    if op == AVERAGE:
        return average_section(mode, m, row)
    return ideal(mode, m, row) if op == IDEAL else hold(m[0], m[1], row)


@kernel
def total(m: Floats) -> float:
    """Z(1)."""
    value = 0.0
    for material in m:
        value += material
    return value


@kernel
def rounded(x: float) -> float:
    """RO: the nearest whole number, halves away from zero."""
    floor = float(np.floor(x))
    above = x - floor
    return floor + 1.0 if above > 0.5 or (above == 0.5 and x > 0.0) else floor


@kernel
def sum_down(n: float) -> float:
    """SD: 5 becomes 5 + 4 + 3 + 2 + 1; nothing for what is no whole number from 0."""
    return n * (n + 1.0) / 2.0 if n >= 0.0 and n == np.floor(n) else np.nan


@kernel
def agreed(m: Floats) -> float:
    """AND: the direction every material shows; a disagreement shows none."""
    for code in m:
        if code != m[0]:
            return 0.0
    return float(m[0])


@kernel
def first_told(m: Floats) -> float:
    """OR: the first direction that is not none."""
    for code in m:
        if code != 0.0:
            return float(code)
    return 0.0


@kernel
def compared(a: float, b: float) -> float:
    """X2 of two numbers: equal 3, above 1, below 2, one of them missing 0."""
    if a == b:
        return 3.0
    if a > b:
        return 1.0
    return 2.0 if a < b else 0.0


@kernel
def selected(m: Floats, none: float) -> float:
    """SL: the output of the first row whose condition shows the wanted direction; a missing one never does."""
    for start in range(0, len(m), 3):
        if m[start] == m[start + 1] and m[start] != 0.0:
            return float(m[start + 2])
    return none


@kernel
def block(m: Floats, none: float) -> float:
    """BL: the block whose number, from 1, the selector holds."""
    for number in range(1, len(m)):
        if m[0] == number:
            return float(m[number])
    return none


@kernel
def near_line(mode: int, m: Floats) -> float:
    """NL: the price, then lines and their period codes in turn; of equal lines the first. Odd modes look above."""
    price, nearest, code = m[0], np.nan, np.nan
    side = 1.0 if mode % 2 == 1 else -1.0
    for start in range(1, len(m), 2):
        away = (m[start] - price) * side
        if away > 0.0 and not away >= (nearest - price) * side:
            nearest, code = m[start], m[start + 1]
    return nearest if mode <= 2 else code


@kernel
def since(now: float, shown: float, row: Floats) -> float:
    """MN of a material: the minute since which it shows what it shows."""
    if np.isnan(row[1]) or differs(shown, row[2]):
        row[1], row[2] = now, shown
    return float(row[1])


@kernel
def count(direction: float, row: Floats) -> float:
    """CO: 1,1,2,2,2,1 counts 1,2,1,2,3,1."""
    if switched(direction, row):
        row[1] = 0.0
    row[1] += 1.0
    return float(row[1])


@kernel
def sum_group(direction: float, value: float, row: Floats) -> float:
    """SG: sections 1,1,2,2 of 3,4,5,6 sum to 3,7,5,11."""
    if switched(direction, row):
        row[1] = 0.0
    row[1] += value
    return float(row[1])


@kernel
def average_section(mode: int, m: Floats, row: Floats) -> float:
    """AS: mode 1 the mean of the section so far, mode 2 that of the section before it."""
    if switched(m[0], row):
        row[3] = row[1] / row[2]
        row[1] = row[2] = 0.0
    row[1] += m[1]
    row[2] += 1.0
    return float(row[1] / row[2] if mode == 1 else row[3])


@kernel
def ideal(mode: int, m: Floats, row: Floats) -> float:
    """I: lowest, highest, and which of both was new last; on its first bar that is the section's own direction."""
    if switched(m[0], row):
        row[1], row[2], row[3] = m[1], m[1], m[0]
    if m[1] < row[1]:
        row[3] = 2.0
    if m[1] > row[2]:
        row[3] = 1.0
    row[1], row[2] = np.minimum(row[1], m[1]), np.maximum(row[2], m[1])
    if mode < 3:
        return float(row[mode])
    return 0.0 if np.isnan(row[1]) else float(row[3])


@kernel
def hold(trigger: float, period: float, row: Floats) -> float:
    """SS: when the trigger turns to 1 or 2, the period that last matched is held until it fires again."""
    if not np.isnan(period):
        row[1] = period
    if (trigger == 1.0 or trigger == 2.0) and trigger != row[0]:
        row[2] = row[1]
    row[0] = trigger
    return float(row[2])


@kernel
def switched(direction: float, row: Floats) -> bool:
    """Whether a section begins; 3 and 0 begin none."""
    if direction == row[0] or not (direction == 1.0 or direction == 2.0):
        return False
    row[0] = direction
    return True


@kernel
def differs(a: float, b: float) -> bool:
    """Whether two figures are different; a missing one is the same as a missing one."""
    return a != b and not (np.isnan(a) and np.isnan(b))
