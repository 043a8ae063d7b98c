"""Heikin-Ashi candles and the parabolic stop and reverse.

Heikin-Ashi:

    close = (open + high + low + close) / 4
    open = (Heikin-Ashi open before + Heikin-Ashi close before) / 2
    high, low = the outermost of the bar's own and the two above

A candle without one before it has open = (open + close) / 2 of its own bar: the first of a series, the first of a
symbol, and the first after a bar that is not finite. So a candle depends on its bar and on the candle before alone, and
a series continued from its last candle (`after`) is the same as the whole series in one piece. Unit: that of the price.
Warm-up: none is marked; a wrong beginning halves with every bar.

Parabolic SAR (Wilder): the stop follows the trend, `stop' = stop + factor * (extreme - stop)`, never beyond the lows
(highs) of this bar and the one before; each new extreme adds `acceleration` to the factor up to `maximum`; a bar that
touches the stop turns the trend, the stop jumps to the extreme and the factor starts again. A falling trend is the
rising one with signs turned, and is computed so. Unit: that of the price. Warm-up: two bars; the trend begins falling
if the second bar reaches further down than up. NaN policy: that of `series`.

Source: Dan Valcu, "Using the Heikin-Ashi Technique", 2004, with the seed and the unbroken recursion of the memos behind
the judgements; J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; TA-Lib 0.8 SAR.
"""

from typing import NamedTuple

import numpy as np

from core.errors import BadInput
from core.quant.inputs import check_positive, check_series, room
from core.quant.kernel import Floats, kernel

SIDE, STOP, EXTREME, FACTOR = 0, 1, 2, 3


class Candles(NamedTuple):
    """Open, high, low and close of bars or of Heikin-Ashi candles."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats


def heikin_ashi(bars: Candles, after: Candles | None = None) -> Candles:
    """Heikin-Ashi candles of the bars, continued from the last of `after` when given."""
    check_series(**bars._asdict())
    rows = bars.close.shape[0]
    with np.errstate(invalid="ignore"):
        close = (bars.open + bars.high + bars.low + bars.close) / 4
        own = (bars.open + bars.close) / 2
    opening = np.empty_like(close)
    if close.size:
        before = _carried(after, close)
        _openings(own.reshape(rows, -1), close.reshape(rows, -1), before, opening.reshape(rows, -1))
    outermost = (opening, close)
    return Candles(
        opening, np.maximum.reduce((bars.high, *outermost)), np.minimum.reduce((bars.low, *outermost)), close
    )


def parabolic_sar(
    high: Floats, low: Floats, acceleration: float = 0.02, maximum: float = 0.2, out: Floats | None = None
) -> Floats:
    """Wilder's stop and reverse."""
    check_series(high=high, low=low)
    check_positive(acceleration=acceleration, maximum=maximum)
    if acceleration > maximum:
        raise BadInput(f"acceleration: must be at most the maximum, found {acceleration} and {maximum}")
    out = room(out, high, low)
    if high.size:
        rows = high.shape[0]
        limits = float(acceleration), float(maximum)
        _stops(high.reshape(rows, -1), low.reshape(rows, -1), limits, out.reshape(rows, -1))
    return out


def _carried(after: Candles | None, close: Floats) -> Floats:
    if after is None:
        return np.full(close[0].size, np.nan)
    check_series(**after._asdict())
    if not after.close.size or after.close.shape[1:] != close.shape[1:]:
        raise BadInput(f"after: must hold candles of the same symbols, found {after.close.shape} for {close.shape}")
    return np.atleast_1d((after.open[-1] + after.close[-1]) / 2)


@kernel
def _openings(own: Floats, close: Floats, before: Floats, opening: Floats) -> None:
    for time in range(own.shape[0]):
        row, result, closing = own[time], opening[time], close[time]
        for symbol in range(row.shape[0]):
            result[symbol] = before[symbol] if np.isfinite(before[symbol]) else row[symbol]
            before[symbol] = (result[symbol] + closing[symbol]) / 2


@kernel
def _stops(high: Floats, low: Floats, limits: tuple[float, float], out: Floats) -> None:
    rows, symbols = high.shape
    trends = np.full((symbols, 4), np.nan)
    out[0] = np.nan
    for time in range(1, rows):
        for symbol in range(symbols):
            bar = high[time, symbol], low[time, symbol]
            before = high[time - 1, symbol], low[time - 1, symbol]
            trend = trends[symbol]
            if np.isnan(trend[SIDE]):
                _begin(trend, bar, before, limits[0])
                before = bar
            out[time, symbol] = _step(trend, bar, before, limits)


@kernel
def _begin(trend: Floats, bar: tuple[float, float], before: tuple[float, float], acceleration: float) -> None:
    if np.isnan(before[0] + before[1]):
        return
    down, up = before[1] - bar[1], bar[0] - before[0]
    side = -1.0 if down > 0.0 and up < down else 1.0
    trend[SIDE], trend[FACTOR] = side, acceleration
    trend[EXTREME] = bar[0] if side > 0 else -bar[1]
    trend[STOP] = before[1] if side > 0 else -before[0]


@kernel
def _step(trend: Floats, bar: tuple[float, float], before: tuple[float, float], limits: tuple[float, float]) -> float:
    side = trend[SIDE]
    up, down = mirrored(bar, side)
    before_up, before_down = mirrored(before, side)
    if down <= trend[STOP]:
        trend[SIDE], trend[STOP] = -side, -max(trend[EXTREME], before_up, up)
        up, down, before_down = -down, -up, -before_up
        trend[EXTREME], trend[FACTOR] = up, limits[0]
    stop = trend[STOP]
    if up > trend[EXTREME]:
        trend[EXTREME], trend[FACTOR] = up, min(trend[FACTOR] + limits[0], limits[1])
    missing = (up - up) + (down - down)
    moved = stop + trend[FACTOR] * (trend[EXTREME] - stop)
    nearest = min(before_down, down)
    trend[STOP] = (nearest if nearest < moved else moved) + missing
    return float(trend[SIDE] * stop + missing)


@kernel
def mirrored(bar: tuple[float, float], side: float) -> tuple[float, float]:
    """High and low as a rising trend sees them; for a falling one the signs are turned."""
    return (bar[0], bar[1]) if side > 0 else (-bar[1], -bar[0])
