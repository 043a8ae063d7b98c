"""How a measurement is taken and shown: pairs run one after the other, the median of their ratios, one table."""

import gc
import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple


class Row(NamedTuple):
    """One bar: the measured ratio beside the goal, and both figures in their unit."""

    name: str
    ratio: float
    goal: str
    """The bar in words, such as ">= 0.6"."""
    met: bool
    ours: float
    theirs: float
    unit: str
    n: int


class Paired(NamedTuple):
    """Median seconds of both sides, and the median of theirs / ours pair by pair: above 1 means we are faster."""

    ours: float
    theirs: float
    speed: float

    @property
    def cost(self) -> float:
        """How many times as long ours takes."""
        return 1 / self.speed


def paired(
    ours: Callable[[], object], theirs: Callable[[], object], n: int, clock: Callable[[], float] = time.perf_counter
) -> Paired:
    """Run both `n` times in turn, after one unmeasured pair; what existed before is kept out of collections."""
    ours(), theirs()
    gc.collect()
    gc.freeze()
    try:
        pairs = [(_seconds(ours, clock), _seconds(theirs, clock)) for _ in range(n)]
    finally:
        gc.unfreeze()
    return Paired(
        ours=median(mine for mine, _ in pairs),
        theirs=median(other for _, other in pairs),
        speed=median(other / mine for mine, other in pairs),
    )


def table(rows: Sequence[Row]) -> str:
    """All rows in aligned columns."""
    lines = [("measured", "ratio", "goal", "", "ours", "theirs", "unit", "n")]
    lines += [
        (
            row.name,
            f"{row.ratio:.2f}",
            row.goal,
            "met" if row.met else "MISSED",
            f"{row.ours:,.6g}" if row.ours < 1000 else f"{row.ours:,.0f}",
            f"{row.theirs:,.6g}" if row.theirs < 1000 else f"{row.theirs:,.0f}",
            row.unit,
            str(row.n),
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(_aligned(line, widths) for line in lines)


def as_json(rows: Sequence[Row]) -> str:
    """All rows for a machine."""
    return json.dumps([row._asdict() for row in rows], indent=2)


def _seconds(run: Callable[[], object], clock: Callable[[], float]) -> float:
    begin = clock()
    run()
    return clock() - begin


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    texts = {0, 2, 3, 6}
    cells = [
        cell.ljust(width) if column in texts else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
