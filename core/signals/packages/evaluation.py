"""Packages evaluated bar by bar: a pure function of the plan, what was remembered, and the new bar.

How to think about it: the memory goes in and a new one comes out, nothing is hidden. One call is one bar of every
timeframe in `closed`; packages of other timeframes keep what they show, and a change they missed waits for their next
bar. Of the rest only those are evaluated whose material changed, and MN, CO, SG and AS on each of their bars.
Evaluating all of them instead (`doubted`) gives the same values, bit by bit.
"""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from core.errors import BadInput
from core.market.instants import MINUTE
from core.quant.kernel import Floats, Ints, kernel
from core.signals.packages import steps
from core.signals.packages.graph import MOST_MATERIALS
from core.signals.packages.ids import COMMON, TIMEFRAMES
from core.signals.packages.plan import EACH_BAR, FIRST, LAST, MODE, OP, ROW, TIMEFRAME, Plan

Flags = NDArray[np.uint8]


class Memory(Struct, frozen=True, eq=False):
    """What evaluation remembers between bars."""

    cells: Floats
    """Every value: numbers and periods are NaN where missing, directions 0."""
    due: Flags
    """Which packages are to be evaluated at the next bar of their timeframe."""
    kept: Floats
    at: int | None = None
    evaluated: int = 0
    """How many packages the last bar evaluated."""


class Incoming(Struct, frozen=True, eq=False):
    """What one call brings."""

    at: int
    """When the bar ended, nanoseconds since 1970 UTC; each bar is later than the one before."""
    raws: Floats
    """All raw symbols in the order of the plan (`raws` makes it); NaN is missing."""
    closed: frozenset[int] = frozenset(TIMEFRAMES)
    """Timeframe digits whose bar ended; the common one always did."""


def raws(plan: Plan, figures: Mapping[str, float | None]) -> Floats:
    """Figures by symbol as an array; a symbol that is not told is missing, one nobody declared is refused."""
    unknown = figures.keys() - {raw.symbol for raw in plan.raw}
    if unknown:
        raise BadInput(f"{min(unknown)!r}: no raw symbol of these packages")
    told = (figures.get(raw.symbol) for raw in plan.raw)
    return np.array([np.nan if figure is None else figure for figure in told], dtype=np.float64)


def begin(plan: Plan) -> Memory:
    """The memory before the first bar."""
    kept = np.tile(np.array(steps.NEW_ROW), (plan.rows, 1))
    return Memory(plan.start, np.ones(len(plan.nodes), dtype=np.uint8), kept)


def doubted(memory: Memory) -> Memory:
    """The same memory, but every package is to be evaluated again."""
    return structs.replace(memory, due=np.ones_like(memory.due))


def advance(plan: Plan, memory: Memory, bar: Incoming) -> Memory:
    """What is remembered after a bar."""
    incoming = _checked(plan, memory, bar)
    cells, due, kept = memory.cells.copy(), memory.due.copy(), memory.kept.copy()
    receive(plan.wiring, incoming, cells, due)
    with np.errstate(over="ignore", invalid="ignore"):
        evaluated = sweep(plan.nodes, plan.wiring, cells, due, kept, _mask(bar.closed))
    return Memory(cells, due, kept, bar.at, evaluated)


def shown(plan: Plan, memory: Memory, name: str) -> float | int | None:
    """What a package or raw symbol shows: a number, a period code, or a direction from 0; nothing if it is missing."""
    if name not in plan.kinds:
        raise BadInput(f"{name!r}: no package or raw symbol of this plan")
    value = float(memory.cells[plan.cells[name]])
    if np.isnan(value):
        return None
    return value if plan.kinds[name] == "number" else int(value)


@kernel
def receive(wiring: Ints, incoming: Floats, cells: Floats, due: Flags) -> None:
    """Put the minute and the raw symbols into the first cells; the readers of what changed are due."""
    for cell in range(len(incoming)):
        if steps.differs(cells[cell], incoming[cell]):
            cells[cell] = incoming[cell]
            for reader in wiring[wiring[cell] : wiring[cell + 1]]:
                due[reader] = 1


@kernel
def sweep(nodes: Ints, wiring: Ints, cells: Floats, due: Flags, kept: Floats, closed: int) -> int:
    """Evaluate what is due and closed, lower layers first; the readers of what changed are due. How many it were."""
    materials = np.empty(2 * MOST_MATERIALS)
    first, evaluated = len(cells) - len(nodes), 0
    for index in range(len(nodes)):
        if not due[index] or not (closed >> nodes[index, TIMEFRAME]) & 1:
            continue
        start, count = nodes[index, FIRST], nodes[index, LAST] - nodes[index, FIRST]
        for position in range(count):
            materials[position] = cells[wiring[start + position]]
        value = steps.outcome(nodes[index, OP], nodes[index, MODE], materials[:count], kept[nodes[index, ROW]])
        due[index] = nodes[index, EACH_BAR]
        evaluated += 1
        cell = first + index
        if steps.differs(cells[cell], value):
            cells[cell] = value
            for reader in wiring[wiring[cell] : wiring[cell + 1]]:
                due[reader] = 1
    return evaluated


def _checked(plan: Plan, memory: Memory, bar: Incoming) -> Floats:
    """The minute and the raw symbols as they go into the cells."""
    if (memory.cells.shape, len(memory.due), len(memory.kept)) != (plan.start.shape, len(plan.nodes), plan.rows):
        raise BadInput("memory: belongs to another plan")
    if memory.at is not None and bar.at <= memory.at:
        raise BadInput(f"at: a bar must be later than the one before ({memory.at}), found {bar.at}")
    if bar.raws.dtype != np.float64 or bar.raws.shape != (len(plan.raw),):
        found = f"{bar.raws.dtype} of shape {bar.raws.shape}"
        raise BadInput(f"raws: must be float64, one for each of {len(plan.raw)} raw symbols, found {found}")
    if np.isinf(bar.raws).any():
        raise BadInput(f"{plan.raw[int(np.isinf(bar.raws).argmax())].symbol}: must be finite or missing")
    incoming = np.concatenate([[bar.at / MINUTE], bar.raws])
    told = incoming[1:][plan.directions]
    told[np.isnan(told)] = 0.0
    wrong = ~np.isin(told, (0.0, 1.0, 2.0, 3.0))
    if wrong.any():
        at = int(wrong.argmax())
        raise BadInput(f"{plan.raw[plan.directions[at]].symbol}: a direction is 0, 1, 2 or 3, found {told[at]:g}")
    incoming[1 + plan.directions] = told
    return incoming


def _mask(closed: frozenset[int]) -> int:
    unknown = closed - TIMEFRAMES.keys()
    if unknown:
        raise BadInput(f"closed: there is no timeframe {min(unknown)}")
    return sum(1 << digit for digit in closed | {COMMON})
