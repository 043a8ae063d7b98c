"""RSI after Wilder.

    change = close - close before
    net = net * (1 - 1/n) + change            gross = gross * (1 - 1/n) + |change|
    RSI = 50 * (1 + net / gross)

begun with the sums of the first n changes. Net and gross are n times Wilder's averages, which cancels in the quotient,
and gain = (gross + net) / 2, loss = (gross - net) / 2, so it is his `100 - 100 / (1 + average gain / average loss)`.
Unit: points from 0 to 100; rounding cannot leave that range, because both sums are rounded in the same steps and
rounding keeps order. Warm-up: n changes, so the first result stands on value n + 1. NaN policy: that of `series`.

A price that has not moved has no RSI: where gross / n is at most 1e-14 of the price, which is a move that faded into
rounding, the answer is NaN. TA-Lib writes 0 there, which every reader takes for oversold; it is the only place where
the two differ.

Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; TA-Lib 0.8 RSI.
"""

import numpy as np

from core.quant.indicators.panel import first_row, join, next_stop, openings
from core.quant.inputs import check_period, check_series, room
from core.quant.kernel import Floats, kernel

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
def strength(moves: Pair, price: float, period: int) -> float:
    """The index of the net and the gross move, NaN when nothing moved."""
    net, gross = moves
    return 50.0 * (1.0 + net / gross) if gross > STILL * period * abs(price) else np.nan


@kernel
def moved(moves: Pair, change: float, period: int) -> Pair:
    """The net and the gross move one change later."""
    kept = 1.0 - 1.0 / period
    return moves[0] * kept + change, moves[1] * kept + abs(change)


@kernel
def rsi_series(close: Floats, period: int, out: Floats) -> Pair:
    """Write RSI of one series and return the last moves."""
    begin = first_row(close)
    ready = begin + period
    out[:ready] = np.nan
    if period >= close.shape[0] - begin:
        return np.nan, np.nan
    moves = _begun(close[begin : ready + 1])
    out[ready] = strength(moves, close[ready], period)
    prices, before, result = close[ready + 1 :], close[ready:-1], out[ready + 1 :]
    for row in range(prices.shape[0]):
        moves = moved(moves, prices[row] - before[row], period)
        result[row] = strength(moves, prices[row], period)
    return moves


@kernel
def _begun(head: Floats) -> Pair:
    net = gross = 0.0
    for place in range(1, head.shape[0]):
        change = head[place] - head[place - 1]
        net += change
        gross += abs(change)
    return net, gross


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
        _follow_panel(close[row - 1 : stop], state, period, out[row:stop])
        join(stop - 1, starts, seeds, state)
        for symbol in range(symbols):
            out[stop - 1, symbol] = strength((state[0, symbol], state[1, symbol]), close[stop - 1, symbol], period)
        row = stop


@kernel
def _follow_panel(close: Floats, state: Floats, period: int, out: Floats) -> None:
    net, gross = state[0], state[1]
    for time in range(out.shape[0]):
        before, prices, result = close[time], close[time + 1], out[time]
        for symbol in range(prices.shape[0]):
            moves = moved((net[symbol], gross[symbol]), prices[symbol] - before[symbol], period)
            net[symbol], gross[symbol] = moves
            result[symbol] = strength(moves, prices[symbol], period)
