"""MACD and OsMA, its histogram.

    line = EMA(close, fast) - EMA(close, slow)
    signal = EMA(line, signal)
    OsMA = line - signal

Unit: that of the price. Warm-up: slow + signal - 1 values, 34 for 12/26/9; all three stand from the 34th value on.
Beginning as in TA-Lib: the slow average begins as the mean of the first `slow` values, the fast one as the mean of the
last `fast` of those, the signal as the mean of the first `signal` lines. NaN policy: that of `series`.

Source: TA-Lib 0.8 MACD, default compatibility; Gerald Appel, "The Moving Average Convergence-Divergence Method", 1979.
"""

from typing import NamedTuple

import numpy as np

from core.errors import BadInput
from core.quant.indicators.averages import blend, mean_of
from core.quant.indicators.panel import first_row, join, next_stop, openings
from core.quant.inputs import check_period, check_series, room
from core.quant.kernel import Floats, kernel

Triple = tuple[float, float, float]
Periods = tuple[int, int, int]


class Spans(NamedTuple):
    """Periods of the three averages, in bars."""

    fast: int = 12
    slow: int = 26
    signal: int = 9


class Macd(NamedTuple):
    """The line, its signal and the difference of both, which is OsMA."""

    line: Floats
    signal: Floats
    histogram: Floats


CLASSIC = Spans()


def osma(close: Floats, spans: Spans = CLASSIC, out: Floats | None = None) -> Floats:
    """The histogram of MACD."""
    check_series(close=close)
    check_spans(spans)
    out = room(out, close)
    if close.size:
        (osma_series, _osma_panel)[close.ndim - 1](close, (*spans,), out)
    return out


def macd(close: Floats, spans: Spans = CLASSIC) -> Macd:
    """Line, signal and histogram."""
    check_series(close=close)
    check_spans(spans)
    out = np.empty((3, *close.shape))
    if close.size:
        rows = close.shape[0]
        _macd_panel(close.reshape(rows, -1), (*spans,), out.reshape(3, rows, -1))
    return Macd(*out)


def check_spans(spans: Spans) -> None:
    """Refuse periods that are not whole, or a fast one that is not below the slow one."""
    check_period(**spans._asdict())
    if spans.fast >= spans.slow:
        raise BadInput(f"fast: must be below slow, found {spans.fast} and {spans.slow}")


@kernel
def rates(spans: Periods) -> Triple:
    """The weight of a new value in each of the three averages."""
    return 2.0 / (spans[0] + 1.0), 2.0 / (spans[1] + 1.0), 2.0 / (spans[2] + 1.0)


@kernel
def advance(averages: Triple, price: float, rate: Triple) -> Triple:
    """The fast, slow and signal average one price later."""
    fast, slow = blend(averages[0], price, rate[0]), blend(averages[1], price, rate[1])
    return fast, slow, blend(averages[2], fast - slow, rate[2])


@kernel
def histogram(averages: Triple) -> float:
    """OsMA of the three averages."""
    return averages[0] - averages[1] - averages[2]


@kernel
def begun(head: Floats, spans: Periods) -> Triple:
    """The three averages after the warm-up, from the slow + signal - 1 prices of it."""
    rate, slow_period = rates(spans), spans[1]
    fast, slow = mean_of(head[slow_period - spans[0] : slow_period]), mean_of(head[:slow_period])
    total = fast - slow
    for price in head[slow_period:]:
        fast, slow = blend(fast, price, rate[0]), blend(slow, price, rate[1])
        total += fast - slow
    return fast, slow, total / spans[2]


@kernel
def osma_series(close: Floats, spans: Periods, out: Floats) -> Triple:
    """Write OsMA of one series and return the last averages."""
    rows, begin, length, rate = close.shape[0], first_row(close), spans[1] + spans[2] - 1, rates(spans)
    ready = begin + length - 1
    out[:ready] = np.nan
    if length > rows - begin:
        return np.nan, np.nan, np.nan
    averages = begun(close[begin : ready + 1], spans)
    out[ready] = histogram(averages)
    prices, result = close[ready + 1 :], out[ready + 1 :]
    for row in range(prices.shape[0]):
        averages = advance(averages, prices[row], rate)
        result[row] = histogram(averages)
    return averages


@kernel
def _osma_panel(close: Floats, spans: Periods, out: Floats) -> None:
    rows, symbols = close.shape
    heads, starts = openings(close, spans[1] + spans[2] - 1)
    seeds, state, row = _seeds(heads, spans), np.full((3, symbols), np.nan), 0
    while row < rows:
        stop = next_stop(starts, row, rows)
        _follow_panel(close[row:stop], state, rates(spans), out[row:stop])
        join(stop - 1, starts, seeds, state)
        for symbol in range(symbols):
            out[stop - 1, symbol] = histogram((state[0, symbol], state[1, symbol], state[2, symbol]))
        row = stop


@kernel
def _follow_panel(close: Floats, state: Floats, rate: Triple, out: Floats) -> None:
    fast, slow, signal = state[0], state[1], state[2]
    for time in range(close.shape[0]):
        prices, result = close[time], out[time]
        for symbol in range(prices.shape[0]):
            averages = advance((fast[symbol], slow[symbol], signal[symbol]), prices[symbol], rate)
            fast[symbol], slow[symbol], signal[symbol] = averages
            result[symbol] = histogram(averages)


@kernel
def _macd_panel(close: Floats, spans: Periods, out: Floats) -> None:
    heads, starts = openings(close, spans[1] + spans[2] - 1)
    seeds, state, scratch = _seeds(heads, spans), np.full((3, close.shape[1]), np.nan), np.empty_like(close[:1])
    for row in range(close.shape[0]):
        _follow_panel(close[row : row + 1], state, rates(spans), scratch)
        join(row, starts, seeds, state)
        for symbol in range(close.shape[1]):
            fast, slow, signal = state[0, symbol], state[1, symbol], state[2, symbol]
            out[0, row, symbol], out[1, row, symbol] = fast - slow, signal
            out[2, row, symbol] = histogram((fast, slow, signal))


@kernel
def _seeds(heads: Floats, spans: Periods) -> Floats:
    symbols, length = heads.shape
    seeds = np.full((3, symbols), np.nan)
    if length == spans[1] + spans[2] - 1:
        for symbol in range(symbols):
            seeds[0, symbol], seeds[1, symbol], seeds[2, symbol] = begun(heads[symbol], spans)
    return seeds
