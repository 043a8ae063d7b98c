"""How far prices move: true range, ATR, Bollinger bands, realised volatility.

- True range = max(high, close before) - min(low, close before). Warm-up: one bar. Never negative.
- ATR(n) = Wilder(true range, n), warm-up n + 1 bars. Unit of both: that of the price.
- Bollinger(n, w): middle = mean of the last n closes, upper and lower = middle +- w population deviations. Unit: that
  of the price; warm-up: n closes; computed as `windows` says, so the width of a quiet window is right to the last
  digits.
- Realised volatility(n) = sqrt(bars per year * mean of the last n squared log returns). No mean return is taken off:
  over short windows it is noise. Unit: fraction per year (0.2 is 20 %); with `bars_per_year=1` per bar. Warm-up: n + 1
  closes. A price that is not above zero has no logarithm and counts as missing.

NaN policy: that of `series`; a true range needs the close before it, and ATR begins with the first true range.

Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; John Bollinger, "Bollinger on Bollinger
Bands", 2001; Andersen and Bollerslev, "Answering the Skeptics", 1998; TA-Lib 0.8 TRANGE, ATR, BBANDS.
"""

from typing import NamedTuple

import numpy as np

from core.quant.indicators.averages import blend, blend_two, mean_of, sma, smooth_panel
from core.quant.indicators.windows import bands, bands_panel
from core.quant.inputs import check_period, check_positive, check_series, room
from core.quant.kernel import Floats, kernel

TRADING_DAYS = 252.0


class Bands(NamedTuple):
    """Bollinger's three lines."""

    upper: Floats
    middle: Floats
    lower: Floats


def true_range(high: Floats, low: Floats, close: Floats, out: Floats | None = None) -> Floats:
    """The range of a bar, reaching back to the close before it."""
    check_series(high=high, low=low, close=close)
    out = room(out, high, low, close)
    out[:1] = np.nan
    if close.shape[0] > 1:
        before = close[:-1].reshape(-1)
        _ranges(high[1:].reshape(-1), low[1:].reshape(-1), before, out[1:].reshape(-1))
    return out


def atr(high: Floats, low: Floats, close: Floats, period: int = 14, out: Floats | None = None) -> Floats:
    """The average true range after Wilder."""
    check_series(high=high, low=low, close=close)
    check_period(period=period)
    if close.ndim == 1:
        out = room(out, high, low, close)
        atr_series(high, low, close, period, out)
        return out
    out = true_range(high, low, close, out)
    if out.size:
        smooth_panel(out, period, 1.0 / period, out)
    return out


def bollinger(close: Floats, period: int = 20, width: float = 2.0, out: Bands | None = None) -> Bands:
    """Upper, middle and lower band."""
    check_series(close=close)
    check_period(period=period)
    check_positive(width=width)
    upper, middle, lower = out or (None, None, None)
    upper = room(upper, close)
    middle = room(middle, close, upper)
    out = Bands(upper, middle, room(lower, close, upper, middle))
    for line in out:
        line[: period - 1] = np.nan
    if close.size and period <= close.shape[0]:
        ready = upper[period - 1 :], middle[period - 1 :], out.lower[period - 1 :]
        (bands, bands_panel)[close.ndim - 1](close, period, float(width), ready)
    return out


def realised_volatility(
    close: Floats, period: int = 20, bars_per_year: float = TRADING_DAYS, out: Floats | None = None
) -> Floats:
    """The root of the mean squared log return, for a year."""
    check_series(close=close)
    check_period(period=period)
    check_positive(bars_per_year=bars_per_year)
    out = room(out, close)
    squares = np.full_like(close, np.nan)
    logarithms = np.log(close, where=close > 0, out=np.full_like(close, np.nan))
    np.square(np.diff(logarithms, axis=0), out=squares[1:])
    sma(squares[1:], period, out=out[1:])
    out[:1] = np.nan
    return np.sqrt(np.multiply(out, bars_per_year, out=out), out=out)


@kernel
def range_of(high: float, low: float, before: float) -> float:
    """The true range; the last term is zero, or NaN when the close before is missing, which comparisons would hide."""
    return (before if before > high else high) - (before if before < low else low) + (before - before)


@kernel
def atr_series(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> float:
    """Write ATR of one series and return its last value."""
    rows, ready = close.shape[0], period + first_range(high, low, close) - 1
    out[:ready] = np.nan
    if ready >= rows:
        return np.nan
    ranges = np.empty(period)
    first = ready - period + 1
    _ranges(high[first:], low[first:], close[first - 1 :], ranges)
    average = mean_of(ranges)
    out[ready] = average
    after = ready + 1
    return _follow(high[after:], low[after:], close[ready:], average, 1.0 / period, out[after:])


@kernel
def first_range(high: Floats, low: Floats, close: Floats) -> int:
    """The row of the first true range, or the number of rows."""
    for row in range(1, len(close)):
        if not np.isnan(range_of(high[row], low[row], close[row - 1])):
            return row
    return len(close)


@kernel
def _ranges(high: Floats, low: Floats, before: Floats, out: Floats) -> None:
    for row in range(out.shape[0]):
        out[row] = range_of(high[row], low[row], before[row])


@kernel
def _follow(high: Floats, low: Floats, before: Floats, average: float, rate: float, out: Floats) -> float:
    rows = out.shape[0]
    for row in range(0, rows - 1, 2):
        first = range_of(high[row], low[row], before[row])
        second = range_of(high[row + 1], low[row + 1], before[row + 1])
        out[row], average = blend_two(average, first, second, rate)
        out[row + 1] = average
    if rows % 2:
        average = blend(average, range_of(high[rows - 1], low[rows - 1], before[rows - 1]), rate)
        out[rows - 1] = average
    return average
