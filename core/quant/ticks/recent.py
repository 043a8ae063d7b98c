"""The last 60 seconds of a symbol: the price each ended with and the volume it saw.

Seconds are those of UTC, each with its place in a ring. A second without a tick holds NaN, for nothing was seen, and so
does the volume of a second whose ticks told none.
"""

from math import nan

from core.quant.kernel import Floats, Ints, lean, step
from core.quant.ticks.bars import added
from core.quant.ticks.layout import LATEST_SECOND, PRICES, SECOND, SECONDS, VOLUMES


@step
def remember(row: Floats, mark: Ints, at: int, price: float) -> None:
    """The price of this second, so far."""
    second = at // SECOND
    if second > mark[LATEST_SECOND]:
        _forget(row, mark, second)
    row[PRICES + second % SECONDS] = price


@step
def remember_volume(row: Floats, at: int, volume: float) -> None:
    """More volume in this second."""
    place = VOLUMES + at // SECOND % SECONDS
    row[place] = added(row[place], volume)


@step
def recalled(row: Floats, mark: Ints, second: int) -> float:
    """The price a second ended with, NaN if it is not among the last 60 or saw none."""
    latest = mark[LATEST_SECOND]
    return row[PRICES + second % SECONDS] if latest - SECONDS < second <= latest else nan


@lean
def _forget(row: Floats, mark: Ints, second: int) -> None:
    for passed in range(max(mark[LATEST_SECOND], second - SECONDS) + 1, second + 1):
        row[PRICES + passed % SECONDS] = row[VOLUMES + passed % SECONDS] = nan
    mark[LATEST_SECOND] = second
