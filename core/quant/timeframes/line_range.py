"""The range from lines (レンジの判定式): between which two moving-average lines the price stands.

Lines are those of `averages.lines`, shortest first, one of them the axis. Per bar:

1. Outside all lines there is no range.
2. If all lines shorter than the axis lie on one side of it: the axis and the next shorter line, if the price is
   between these two; else the nearest line below and the nearest above.
3. If not: the axis and the longest line that lies between the price and the axis; without such a line there is no
   range.

A line at the price counts as below it, so the price is between two lines from the lower, inclusive, to the upper,
exclusive. Of equal lines the shortest is named. Shorter lines that touch the axis are not on one side of it. In case 3
both lines may lie on the same side of the price: that is how the source has it.

Unit: that of the price. Warm-up: that of the longest line. NaN policy: a bar with a missing price or line has no
range: prices NaN, lines -1.

Source: fact sheet "PKG packages, branch search" section 5, lines 10, 30, 90 and 180.
"""

from typing import NamedTuple

import numpy as np

from core.errors import BadInput
from core.quant.inputs import check_series
from core.quant.kernel import Floats, Ints, kernel

Pair = tuple[int, int]
NO_PAIR = (-1, -1)


class LineRange(NamedTuple):
    """The lower and the upper border of each bar, and which lines they are."""

    lower: Floats
    upper: Floats
    lower_line: Ints
    upper_line: Ints


def line_range(price: Floats, lines: Floats, axis: int) -> LineRange:
    """The two lines that are the range at each price; `axis` is the place of the axis among the lines."""
    check_series(price=price)
    check_series(lines=lines)
    if lines.ndim != 2 or price.ndim != 1 or lines.shape[1:] != price.shape:
        raise BadInput(f"lines: must be [line, time] over the price, found {lines.shape} for {price.shape}")
    if not 1 <= axis < len(lines):
        raise BadInput(f"axis: needs a shorter line before it, found {axis!r} of {len(lines)} lines")
    borders, pairs = np.full((2, price.size), np.nan), np.full((2, price.size), -1)
    _ranges(price, np.ascontiguousarray(lines.T), axis, (borders, pairs))
    return LineRange(*borders, *pairs)


@kernel
def pair_of(price: float, levels: Floats, axis: int) -> Pair:
    """The lines that are the range at one price."""
    around = enclosing(price, levels)
    if around[0] < 0 or around[1] < 0:
        return NO_PAIR
    if not is_one_sided(levels, axis):
        return ordered(levels, axis, screening(price, levels, axis))
    near = ordered(levels, axis, axis - 1)
    return near if levels[near[0]] <= price < levels[near[1]] else around


@kernel
def enclosing(price: float, levels: Floats) -> Pair:
    """The nearest line at or below the price and the nearest above it, -1 where there is none."""
    below, above = -1, -1
    for line in range(levels.shape[0]):
        if not np.isfinite(levels[line] + price):
            return NO_PAIR
        if levels[line] <= price and (below < 0 or levels[line] > levels[below]):
            below = line
        if levels[line] > price and (above < 0 or levels[line] < levels[above]):
            above = line
    return below, above


@kernel
def is_one_sided(levels: Floats, axis: int) -> bool:
    """Whether all shorter lines lie strictly above the axis, or all strictly below."""
    above, below = 0, 0
    for line in range(axis):
        above += levels[line] > levels[axis]
        below += levels[line] < levels[axis]
    return above == axis or below == axis


@kernel
def screening(price: float, levels: Floats, axis: int) -> int:
    """The longest line strictly between the price and the axis, -1 if there is none."""
    low, high = min(price, levels[axis]), max(price, levels[axis])
    for line in range(levels.shape[0] - 1, -1, -1):
        if low < levels[line] < high:
            return line
    return -1


@kernel
def ordered(levels: Floats, one: int, other: int) -> Pair:
    """Two lines, the lower first; no pair if there is no second one."""
    if other < 0:
        return NO_PAIR
    return (one, other) if levels[one] <= levels[other] else (other, one)


@kernel
def _ranges(price: Floats, levels: Floats, axis: int, out: tuple[Floats, Ints]) -> None:
    borders, pairs = out
    for time in range(price.shape[0]):
        row = levels[time]
        lower, upper = pair_of(price[time], row, axis)
        if lower >= 0:
            borders[0, time], borders[1, time] = row[lower], row[upper]
            pairs[0, time], pairs[1, time] = lower, upper
