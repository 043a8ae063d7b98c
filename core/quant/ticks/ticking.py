"""One tick, from its key to its verdict: the only path a price takes into a row, whoever brings it.

    screen → day, gap and bars → four figures → forming bar → 60 seconds → volume → breakout

A refused tick stops after the first station. `follow` walks a batch of any size and `single` takes one tick; both are
made of the same `take`, compiled into them, so their rows agree to the last bit.

The indicators run on ticks: one step of OsMA, RSI, ATR and bands per tick that was taken, whatever time lies between;
a gap or a new day is no price and moves none of them. What belongs to bars (breakout, breakdown, surge) is measured
against closed bars of the first frame, what belongs to the day (VWAP) begins with it.
"""

import numpy as np
from numpy.typing import NDArray

from core.quant.kernel import Floats, Ints, lean, step
from core.quant.ticks.bars import FIRST_BAR, enter_day, extend, trade, turn
from core.quant.ticks.layout import (
    COUNTS,
    DAY_END,
    END,
    GAP_AFTER,
    HIGHEST,
    LOWEST,
    SIZE,
    SURGE_LEVEL,
    TAKEN_AT,
    TICKS,
)
from core.quant.ticks.outliers import blame, screen, sized
from core.quant.ticks.quartet import advance
from core.quant.ticks.recent import remember, remember_volume
from core.quant.ticks.verdicts import (
    BAR,
    BREAKDOWN,
    BREAKOUT,
    DAY,
    GAP,
    KINDS,
    REFUSED,
    REPEATED,
    SURGE,
    UNSIZED,
)

Records = NDArray[np.void]
TICK = np.dtype([("symbol", "i8"), ("at", "i8"), ("sequence", "i8"), ("price", "f8"), ("volume", "f8")])
"""A tick as a record: the index of its symbol, nanoseconds, sequence, price and volume (NaN is a missing side)."""


@lean
def follow(rows: Floats, days: Ints, ticks: Records, verdicts: Ints) -> int:
    """Take ticks in their order, each into the row of its symbol; or none, and answer which names no row."""
    for j in range(ticks.size):
        if not 0 <= ticks[j]["symbol"] < rows.shape[0]:
            return j
    for j in range(ticks.size):
        tick = ticks[j]
        row = rows[tick["symbol"]]
        verdicts[j] = take(row, days, tick["at"], tick["sequence"], tick["price"], tick["volume"])
    return -1


@lean
def single(row: Floats, days: Ints, at: int, sequence: int, price: float, volume: float) -> int:
    """Take one tick into a row."""
    return take(row, days, at, sequence, price, volume)


@step
def take(row: Floats, days: Ints, at: int, sequence: int, price: float, volume: float) -> int:
    """The verdict on a tick, which moves the row unless it is refused."""
    mark = row.view(np.int64)
    verdict = screen(row, mark, at, sequence, price)
    if verdict != REPEATED:
        blame(row, verdict)
    if not verdict & REFUSED:
        verdict |= _pass(row, mark, days, at, price)
        advance(row, price, price, price)
        extend(row, mark, price)
        remember(row, mark, at, price)
        verdict |= _weigh(row, at, price, volume) | _place(row, price)
    if verdict != 0:
        _count(mark, verdict)
    return verdict


@step
def _pass(row: Floats, mark: Ints, days: Ints, at: int, price: float) -> int:
    verdict = GAP if at - mark[TAKEN_AT] > mark[GAP_AFTER] else 0
    mark[TAKEN_AT] = at
    if at >= mark[DAY_END]:
        enter_day(row, mark, days, at)
        verdict = DAY
    if at >= mark[FIRST_BAR + END]:
        verdict |= BAR if mark[FIRST_BAR + TICKS] > 0 else 0
        turn(row, mark, at, price)
    return verdict


@step
def _weigh(row: Floats, at: int, price: float, volume: float) -> int:
    if not sized(volume):
        return UNSIZED
    trade(row, price, volume)
    remember_volume(row, at, volume)
    return SURGE if row[FIRST_BAR + SIZE] >= row[SURGE_LEVEL] else 0


@step
def _place(row: Floats, price: float) -> int:
    if price > row[HIGHEST]:
        return BREAKOUT
    return BREAKDOWN if price < row[LOWEST] else 0


@lean
def _count(mark: Ints, verdict: int) -> None:
    for kind in range(KINDS):
        mark[COUNTS + kind] += verdict >> kind & 1
