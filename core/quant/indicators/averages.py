"""Moving averages: simple, exponential, Wilder's, and several simple ones as lines.

- SMA(n): the mean of the last n values; computed as `windows` says.
- EMA(n): `e' = e * (1 - k) + k * x` with `k = 2 / (n + 1)`, begun as the SMA of the first n values.
- Wilder(n): the same recursion with `k = 1 / n`, begun likewise; the smoothing inside RSI and ATR.
- Lines: the SMAs of several periods in one array `[line, time]` or `[line, time, symbol]`. The range judgement reads
  the lines 10, 30, 90 and 180.

Unit: that of the values. Warm-up: n values, the first result stands on the n-th; before it is NaN. NaN policy: that of
`series`. `out` receives the answer without allocating.

The form `e * (1 - k) + k * x` costs one fused operation on the path from one value to the next, `e + k * (x - e)` costs
two. For one series the recursion takes two values at once: the second result is written as a function of the one before
the first, `(1 - k)^2 * e + ((1 - k) * k * x + k * y)`, so the processor waits once for two values. The panel form
needs no such thing: there the symbols fill the time of waiting.

Source: TA-Lib 0.8 (SMA, EMA; default compatibility); J. Welles Wilder, "New Concepts in Technical Trading Systems",
1978.
"""

from collections.abc import Sequence

import numpy as np

from core.errors import BadInput
from core.quant.indicators.panel import first_row, join, next_stop, openings
from core.quant.indicators.windows import means, means_panel
from core.quant.inputs import check_period, check_series, room
from core.quant.kernel import Floats, kernel

LINES = (10, 30, 90, 180)


def sma(values: Floats, period: int, out: Floats | None = None) -> Floats:
    """The simple moving average."""
    check_series(values=values)
    check_period(period=period)
    out = room(out, values)
    out[: period - 1] = np.nan
    if values.size and period <= values.shape[0]:
        (means, means_panel)[values.ndim - 1](values, period, out[period - 1 :])
    return out


def ema(values: Floats, period: int, out: Floats | None = None) -> Floats:
    """The exponential moving average."""
    return _smoothed(values, period, 2.0 / (_whole(period) + 1.0), out)


def wilder(values: Floats, period: int, out: Floats | None = None) -> Floats:
    """Wilder's moving average."""
    return _smoothed(values, period, 1.0 / _whole(period), out)


def lines(values: Floats, periods: Sequence[int] = LINES) -> Floats:
    """Simple moving averages of several periods, one line after the other."""
    if not periods:
        raise BadInput("periods: must name at least one line, found none")
    check_series(values=values)
    drawn = np.empty((len(periods), *values.shape))
    for line, period in zip(drawn, periods, strict=True):
        sma(values, period, out=line)
    return drawn


@kernel
def blend(before: float, value: float, rate: float) -> float:
    """The average one value later."""
    return before * (1.0 - rate) + rate * value


@kernel
def blend_two(before: float, first: float, second: float, rate: float) -> tuple[float, float]:
    """The averages one and two values later, neither waiting for the other."""
    kept, near = 1.0 - rate, rate * first
    return kept * before + near, kept * kept * before + (kept * near + rate * second)


@kernel
def mean_of(values: Floats) -> float:
    """The plain mean that begins an average."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@kernel
def smooth(values: Floats, period: int, rate: float, out: Floats) -> float:
    """Write the average of one series and return its last value."""
    begin = first_row(values)
    ready = begin + period - 1
    out[:ready] = np.nan
    if period > values.shape[0] - begin:
        return np.nan
    average = mean_of(values[begin : ready + 1])
    out[ready] = average
    return _follow(values[ready + 1 :], average, rate, out[ready + 1 :])


@kernel
def smooth_panel(values: Floats, period: int, rate: float, out: Floats) -> None:
    """Write the averages of a panel; `out` may be `values`."""
    rows, symbols = values.shape
    heads, starts = openings(values, period)
    state, seeds, row = np.full((1, symbols), np.nan), np.empty((1, symbols)), 0
    for symbol in range(symbols):
        seeds[0, symbol] = mean_of(heads[symbol])
    while row < rows:
        stop = next_stop(starts, row, rows)
        _follow_panel(values[row:stop], state[0], rate, out[row:stop])
        join(stop - 1, starts, seeds, state)
        for symbol in range(symbols):
            out[stop - 1, symbol] = state[0, symbol]
        row = stop


@kernel
def _follow(values: Floats, average: float, rate: float, out: Floats) -> float:
    rows = values.shape[0]
    for row in range(0, rows - 1, 2):
        out[row], average = blend_two(average, values[row], values[row + 1], rate)
        out[row + 1] = average
    if rows % 2:
        average = blend(average, values[rows - 1], rate)
        out[rows - 1] = average
    return average


@kernel
def _follow_panel(values: Floats, averages: Floats, rate: float, out: Floats) -> None:
    for time in range(values.shape[0]):
        row, result = values[time], out[time]
        for symbol in range(row.shape[0]):
            averages[symbol] = blend(averages[symbol], row[symbol], rate)
            result[symbol] = averages[symbol]


def _smoothed(values: Floats, period: int, rate: float, out: Floats | None) -> Floats:
    check_series(values=values)
    out = room(out, values)
    if values.size:
        (smooth, smooth_panel)[values.ndim - 1](values, period, rate, out)
    return out


def _whole(period: int) -> int:
    check_period(period=period)
    return period
