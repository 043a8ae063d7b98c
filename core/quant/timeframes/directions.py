"""Directions as categories, and how far apart two prices must be to show one.

Codes: 1 up, 2 down, 3 wait (looked at, and it says neither), 0 none (not computed). They are categories: compared and
counted, never averaged.

A move shows a direction only if it is strictly larger than a tolerance; a smaller one says wait. Tolerances are series
in units of the price, so that one rule serves a yen pair and a share: `in_ticks` is a number of price steps, `in_atr`
a fraction of the average true range (Wilder, 14 bars). Before the ATR stands there is none, and so no direction.

Colour of a Heikin-Ashi candle: up if it closes above its open, down if below; one that closes on its open keeps the
colour before it. NaN policy: what is not finite has no direction and no colour.

Source: fact sheet "PKG packages, branch search" sections 2 and 5; the fixed tolerance of its origin, 0.0001 for every
instrument, is replaced as it advises.
"""

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.quant.indicators.candles import Candles
from core.quant.indicators.volatility import atr
from core.quant.inputs import check_positive, check_series
from core.quant.kernel import Floats, Ints

Mask = NDArray[np.bool_]

NONE, UP, DOWN, WAIT = 0, 1, 2, 3
ATR_PERIOD = 14


def in_ticks(count: float, tick: float, rows: int) -> Floats:
    """A tolerance of so many price steps on every bar."""
    check_positive(count=count, tick=tick)
    return np.full(rows, count * tick)


def in_atr(fraction: float, bars: Candles, period: int = ATR_PERIOD) -> Floats:
    """A tolerance that is a fraction of the average true range of each bar."""
    check_positive(fraction=fraction)
    return fraction * atr(bars.high, bars.low, bars.close, period)


def check_bars(**columns: Floats) -> None:
    """Refuse what is not the series of one symbol, all of one length."""
    check_series(**columns)
    for name, values in columns.items():
        if values.ndim != 1:
            raise BadInput(f"{name} must be the series of one symbol, got {values.ndim} dimensions")


def headings(moves: Floats, tolerance: Floats) -> Ints:
    """The direction of each move."""
    check_bars(moves=moves, tolerance=tolerance)
    codes = np.where(moves > tolerance, UP, np.where(moves < -tolerance, DOWN, WAIT))
    return np.where(np.isfinite(moves) & (tolerance >= 0), codes, NONE)


def colours(candles: Candles) -> Ints:
    """The colour of each Heikin-Ashi candle."""
    check_bars(**candles._asdict())
    bodies = candles.close - candles.open
    own = np.where(np.isfinite(bodies), np.where(bodies > 0, UP, DOWN), NONE)
    shown = np.where(bodies != 0, np.arange(bodies.size), -1)
    latest = np.maximum.accumulate(shown) if bodies.size else shown
    return np.where(latest < 0, NONE, own[latest]) if bodies.size else own


def told(codes: Ints) -> Mask:
    """Whether each code is up or down."""
    return np.asarray((codes == UP) | (codes == DOWN))


def earlier(codes: Ints, bars: int = 1) -> Ints:
    """The codes so many bars before."""
    return np.concatenate([np.full(min(bars, codes.size), NONE), codes[:-bars]])
