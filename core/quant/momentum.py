"""RSI after Wilder.

    change = close - close before
    net = Wilder(change, n)            gross = Wilder(|change|, n)
    RSI = 50 * (1 + net / gross)

which is Wilder's `100 - 100 / (1 + average gain / average loss)`, since gain = (gross + net) / 2 and loss =
(gross - net) / 2. Unit: points from 0 to 100; rounding cannot leave that range, because both averages are rounded in
the same steps and rounding keeps order. Warm-up: n changes, so the first result stands on value n + 1. NaN policy: that
of `series`.

A price that has not moved has no RSI: where gross is at most 1e-14 of the price, which is a move that faded into
rounding, the answer is NaN. TA-Lib writes 0 there, which every reader takes for oversold; it is the only place where
the two differ.

Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; TA-Lib 0.8 RSI.
"""

import numpy as np

from core.quant.averages import blend
from core.quant.kernel import Floats, kernel
from core.quant.panel import first_row, join, next_stop, openings
from core.quant.series import check_period, check_series, room

Pair = tuple[float, float]

STILL = 1e-14


def rsi(close: Floats, period: int = 14, out: Floats | None = None) -> Floats:
    """The relative strength index."""
    check_series(close=close)
    check_period(period=period)
    out = room(out, close)
    if close.size:
        (rsi_series, _rsi_panel)[close.ndim - 1](close, period, out)
    return out


@kernel
def strength(averages: Pair, price: float) -> float:
    """The index of the net and the gross average, NaN when nothing moved."""
    net, gross = averages
    return 50.0 * (1.0 + net / gross) if gross > STILL * abs(price) else np.nan


@kernel
def moved(averages: Pair, change: float, rate: float) -> Pair:
    """The net and the gross average one change later."""
    return blend(averages[0], change, rate), blend(averages[1], abs(change), rate)


@kernel
def rsi_series(close: Floats, period: int, out: Floats) -> Pair:
    """Write RSI of one series and return the last averages."""
    begin = first_row(close)
    ready = begin + period
    out[:ready] = np.nan
    if period >= close.shape[0] - begin:
        return np.nan, np.nan
    averages, rate = _begun(close[begin : ready + 1]), 1.0 / period
    out[ready] = strength(averages, close[ready])
    prices, before, result = close[ready + 1 :], close[ready:-1], out[ready + 1 :]
    for row in range(prices.shape[0]):
        averages = moved(averages, prices[row] - before[row], rate)
        result[row] = strength(averages, prices[row])
    return averages


@kernel
def _begun(head: Floats) -> Pair:
    net = gross = 0.0
    for place in range(1, head.shape[0]):
        change = head[place] - head[place - 1]
        net += change
        gross += abs(change)
    return net / (head.shape[0] - 1), gross / (head.shape[0] - 1)


@kernel
def _rsi_panel(close: Floats, period: int, out: Floats) -> None:
    rows, symbols = close.shape
    heads, starts = openings(close, period + 1)
    state, seeds, row = np.full((2, symbols), np.nan), np.empty((2, symbols)), 1
    for symbol in range(symbols):
        seeds[0, symbol], seeds[1, symbol] = _begun(heads[symbol])
    out[0] = np.nan
    while row < rows:
        stop = next_stop(starts, row, rows)
        _follow_panel(close[row - 1 : stop], state, 1.0 / period, out[row:stop])
        join(stop - 1, starts, seeds, state)
        for symbol in range(symbols):
            out[stop - 1, symbol] = strength((state[0, symbol], state[1, symbol]), close[stop - 1, symbol])
        row = stop


@kernel
def _follow_panel(close: Floats, state: Floats, rate: float, out: Floats) -> None:
    net, gross = state[0], state[1]
    for time in range(out.shape[0]):
        before, prices, result = close[time], close[time + 1], out[time]
        for symbol in range(prices.shape[0]):
            averages = moved((net[symbol], gross[symbol]), prices[symbol] - before[symbol], rate)
            net[symbol], gross[symbol] = averages
            result[symbol] = strength(averages, prices[symbol])
