"""Four figures of one series, one step per bar: OsMA 12/26/9, RSI 14, ATR 14, Bollinger 20/2.

The series may be bars or ticks; a tick is a bar with high = low = close, so its true range is the size of its step.
With k = 2 / (period + 1), w = 1/14 and x the close:

    EMA      e = e (1 - k) + k x             seeded with the mean of its first `period` values; the fast one, as in
                                             TA-Lib, with values 14 to 25, so that both begin at value 25
    OsMA     fast - slow - signal            signal = EMA 9 of fast - slow; known from value 33 on (the first is 0)
    RSI      100 gain / (gain + loss)        Wilder: a = a (1 - w) + w up, seeded with the mean of 14 changes; from 14
    ATR      range                           Wilder, of max(high, last) - min(low, last); from 14
    Bands    mean ± 2 deviation              of the last 20 closes, population deviation; from 19

Unit: OsMA, ATR and bands that of the price, RSI 0 to 100. First known value and values as TA-Lib (1e-9 relative), but
for an RSI whose price has not moved: TA-Lib says 0, which reads like a collapse; here it is not known (NaN), as it is
once gain + loss have faded below 1e-14 of the price. The window's sums are of differences to its origin, and are
gathered anew from the window every 20 values, so nothing drifts however long it runs; a deviation below 1e-7 of the
price, which may be their rounding, is taken from the window itself.

A bar with a value that is not finite moves nothing: `tick` answers False and the figures stay, its row of a batch is
NaN, and the next bar goes on from the one before.
"""

from collections.abc import Callable
from functools import cache, partial
from math import fabs, inf, nan, sqrt

import numpy as np
from numba import float64, types

from core.errors import BadInput
from core.quant.inputs import check_series
from core.quant.kernel import Floats, bound, lean, step

FAST, SLOW, SIGNAL, WILDER, WINDOW = 2 / 13, 2 / 27, 2 / 10, 1 / 14, 20
SLOW_PERIOD, FAST_FROM, SIGNAL_PERIOD, WILDER_PERIOD = 26, 14, 9, 14
WARM = 34.0
STILL = 1e-14
DUST = 1e-14

COUNT, FAST_EMA, SLOW_EMA, SIGNAL_EMA, LAST, GAIN, LOSS, RANGE, PHASE, ORIGIN, SUM, SQUARES, CLOSES = range(13)
WIDTH = CLOSES + WINDOW
OSMA, RSI, ATR, MIDDLE, DEVIATION = range(WIDTH, WIDTH + 5)
FIGURES = 5

FLOAT = np.dtype(np.float64)
Single = Callable[[Floats, float, float, float], bool]
Walk = Callable[[Floats, tuple[Floats, Floats, Floats], Floats], None]


class Quartet:
    """The figures of one series, moved by `tick` one by one or by `batch` many at once, to the same last bit."""

    tick: Callable[[float, float, float], bool]
    """High, low and close of the next bar; whether it could be used. Costs little more than the call."""

    def __init__(self) -> None:
        self.row = np.zeros(WIDTH + FIGURES)
        self.row[WIDTH:] = nan
        entry, self._walk = _entries()
        self.tick = partial(entry, self.row)

    @property
    def figures(self) -> tuple[float, float, float, float, float]:
        """OsMA, RSI, ATR, middle of the bands and their deviation, NaN while not known."""
        osma, rsi, atr, middle, deviation = self.row[WIDTH:].tolist()
        return osma, rsi, atr, middle, deviation

    def batch(self, highs: Floats, lows: Floats, closes: Floats, out: Floats | None = None) -> Floats:
        """Many bars in one call: a row of the five figures for each."""
        if not (
            _is_series(highs) and _is_series(lows) and _is_series(closes) and highs.size == lows.size == closes.size
        ):
            check_series(highs=highs, lows=lows, closes=closes)
            raise BadInput(f"closes must be one series, found {closes.ndim} dimensions")
        if out is None:
            out = np.empty((closes.size, FIGURES))
        elif out.shape != (closes.size, FIGURES) or out.dtype != FLOAT or not out.flags.writeable:
            raise BadInput(
                f"out must be writeable float64 and {closes.size} x {FIGURES}, found {out.dtype} {out.shape}"
            )
        self._walk(self.row, (highs, lows, closes), out)
        return out


def _is_series(array: Floats) -> bool:
    return type(array) is np.ndarray and (array.dtype is FLOAT or array.dtype == FLOAT) and array.ndim == 1


@cache
def _entries() -> tuple[Single, Walk]:
    row, series, table = float64[::1], float64[:], float64[:, :]
    bars = types.Tuple((series, series, series))  # type: ignore[no-untyped-call]
    return bound(single, row, float64, float64, float64), bound(walk, row, bars, table)


@lean
def single(row: Floats, high: float, low: float, close: float) -> bool:
    """One bar, its figures written into the row."""
    usable = move(row, high, low, close)
    row[OSMA], row[RSI], row[ATR], row[MIDDLE], row[DEVIATION] = figures(row)
    return usable


@lean
def walk(row: Floats, bars: tuple[Floats, Floats, Floats], out: Floats) -> None:
    """Many bars, the figures after each of them, and at the end those of the last in the row."""
    highs, lows, closes = bars
    for j in range(closes.size):
        if move(row, highs[j], lows[j], closes[j]):
            out[j, 0], out[j, 1], out[j, 2], out[j, 3], out[j, 4] = figures(row)
        else:
            out[j, 0] = out[j, 1] = out[j, 2] = out[j, 3] = out[j, 4] = nan
    row[OSMA], row[RSI], row[ATR], row[MIDDLE], row[DEVIATION] = figures(row)


@step
def move(row: Floats, high: float, low: float, close: float) -> bool:
    """Take a bar in, unless a value of it is not finite."""
    if not fabs(high) + fabs(low) + fabs(close) < inf:
        return False
    advance(row, high, low, close)
    return True


@step
def advance(row: Floats, high: float, low: float, close: float) -> None:
    """Move all sums and averages by one bar."""
    count = row[COUNT]
    if count < WARM:
        _warm(row, high, low, close)
    else:
        _average(row, close)
        row[SIGNAL_EMA] = row[SIGNAL_EMA] * (1.0 - SIGNAL) + (row[FAST_EMA] - row[SLOW_EMA]) * SIGNAL
        _swing(row, high, low, close)
    _slide(row, close)
    row[LAST] = close
    row[COUNT] = count + 1.0


@step
def figures(row: Floats) -> tuple[float, float, float, float, float]:
    """OsMA, RSI, ATR, middle and deviation as they stand, NaN while not known."""
    count, moved = row[COUNT], row[GAIN] + row[LOSS]
    osma = row[FAST_EMA] - row[SLOW_EMA] - row[SIGNAL_EMA] if count >= WARM else nan
    rsi = 100.0 * row[GAIN] / moved if count > WILDER_PERIOD and moved > STILL * fabs(row[LAST]) else nan
    atr = row[RANGE] if count > WILDER_PERIOD else nan
    if count < WINDOW:
        return osma, rsi, atr, nan, nan
    mean = row[SUM] * (1.0 / WINDOW)
    variance = row[SQUARES] * (1.0 / WINDOW) - mean * mean
    if variance <= DUST * row[LAST] * row[LAST]:
        variance = _exact_variance(row)
    return osma, rsi, atr, row[ORIGIN] + mean, sqrt(variance)


@step
def _average(row: Floats, close: float) -> None:
    row[FAST_EMA] = row[FAST_EMA] * (1.0 - FAST) + close * FAST
    row[SLOW_EMA] = row[SLOW_EMA] * (1.0 - SLOW) + close * SLOW


@step
def _swing(row: Floats, high: float, low: float, close: float) -> None:
    last = row[LAST]
    change = close - last
    gain = 0.5 * (change + fabs(change))
    row[GAIN] = row[GAIN] * (1.0 - WILDER) + gain * WILDER
    row[LOSS] = row[LOSS] * (1.0 - WILDER) + (gain - change) * WILDER
    row[RANGE] = row[RANGE] * (1.0 - WILDER) + (max(high, last) - min(low, last)) * WILDER


@step
def _slide(row: Floats, close: float) -> None:
    phase, origin = row[PHASE], row[ORIGIN]
    place = CLOSES + int(phase)
    new, old = close - origin, row[place] - origin
    row[place] = close
    row[SUM] += new - old
    row[SQUARES] += new * new - old * old
    row[PHASE] = phase + 1.0
    if phase == WINDOW - 1.0:
        row[PHASE] = 0.0
        _gather(row, close)


@lean
def _exact_variance(row: Floats) -> float:
    offset = total = 0.0
    for place in range(CLOSES, CLOSES + WINDOW):
        offset += (row[place] - row[CLOSES]) * (1.0 / WINDOW)
    for place in range(CLOSES, CLOSES + WINDOW):
        off = row[place] - row[CLOSES] - offset
        total += off * off
    return total * (1.0 / WINDOW)


@lean
def _gather(row: Floats, origin: float) -> None:
    total = squares = 0.0
    for place in range(CLOSES, CLOSES + WINDOW):
        off = row[place] - origin
        total += off
        squares += off * off
    row[ORIGIN], row[SUM], row[SQUARES] = origin, total, squares


@lean
def _warm(row: Floats, high: float, low: float, close: float) -> None:
    count = row[COUNT]
    if count > WILDER_PERIOD:
        _swing(row, high, low, close)
    elif count > 0.0:
        _seed_swing(row, high, low, close)
    if count < SLOW_PERIOD:
        row[SLOW_EMA] += close * (1.0 / SLOW_PERIOD)
        row[FAST_EMA] += close * (1.0 / (SLOW_PERIOD - FAST_FROM)) if count >= FAST_FROM else 0.0
    else:
        _average(row, close)
    if count >= SLOW_PERIOD - 1:
        row[SIGNAL_EMA] += (row[FAST_EMA] - row[SLOW_EMA]) * (1.0 / SIGNAL_PERIOD)


@step
def _seed_swing(row: Floats, high: float, low: float, close: float) -> None:
    last = row[LAST]
    row[GAIN] += max(close - last, 0.0) * WILDER
    row[LOSS] += max(last - close, 0.0) * WILDER
    row[RANGE] += (max(high, last) - min(low, last)) * WILDER
