"""What a series of prices says, in figures and in words a person reads.

A figure that is not known yet is None and says how many bars it needs. Words follow from fixed bounds, never from a
model: RSI 70 and 30, the outer tenth of the Bollinger bands, the sign and the turn of OsMA. The trend is the side
of its 20-bar mean the price is on; OsMA says whether it gains or loses strength.
"""

from decimal import Decimal
from math import isfinite
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from core.facts.signals import SignalGenerated
from core.market.bars import Bar
from core.market.instants import MINUTE, nanoseconds
from core.quant.indicators.candles import Candles
from core.quant.indicators.momentum import rsi
from core.quant.indicators.osma import osma
from core.quant.indicators.volatility import TRADING_DAYS, Bands, atr, bollinger, realised_volatility
from core.quant.kernel import Floats
from core.signals.observed import Observed

HIGH, LOW = 70.0, 30.0
NEAR_BAND = 0.1
DAY = 1440 * MINUTE
NEEDS = {"osma": 34, "rsi": 15, "atr": 15, "bands": 20, "volatility": 21}
"""Bars before the first value of each."""


class Curves(NamedTuple):
    """The figures of every bar."""

    close: Floats
    bands: Bands
    osma: Floats
    rsi: Floats
    atr: Floats
    volatility: Floats


class Reading(Struct, frozen=True):
    """One figure as it stands at the last bar."""

    name: str
    value: float | None
    unit: str
    means: str


class Headline(Struct, frozen=True):
    """The series in one line."""

    last: Decimal
    change: Decimal
    """Since the first close."""
    change_pct: Decimal
    bar_pct: Decimal | None
    """The last bar against the one before it."""
    trend: str


class Shock(Struct, frozen=True):
    """A trigger that would have woken the desk."""

    at: int
    price: Decimal
    reason: str


def candles(bars: tuple[Bar, ...]) -> Candles:
    """The bars as arrays."""
    columns = ([float(getattr(bar, field)) for bar in bars] for field in Candles._fields)
    return Candles(*map(np.array, columns))


def curves(bars: Candles, step: int) -> Curves:
    """Every figure of every bar."""
    high, low, close = bars.high, bars.low, bars.close
    return Curves(
        close=close,
        bands=bollinger(close),
        osma=osma(close),
        rsi=rsi(close),
        atr=atr(high, low, close),
        volatility=realised_volatility(close, bars_per_year=TRADING_DAYS if _daily(step) else 1.0),
    )


def headline(bars: tuple[Bar, ...], drawn: Curves) -> Headline:
    """The last price, how it came there, and where it seems to go."""
    first, last = bars[0].close, bars[-1].close
    before = bars[-2].close if len(bars) > 1 else None
    bar_pct = None if before is None else _percent(last, before)
    return Headline(last, last - first, _percent(last, first), bar_pct, _trend(drawn, len(bars)))


def readings(observed: Observed, drawn: Curves) -> tuple[Reading, ...]:
    """The indicators at the last bar, each with what it means."""
    known, close = len(observed.bars), float(drawn.close[-1])
    upper, middle, lower = (_last(line) for line in drawn.bands)
    osma_now, rsi_now, atr_now = _last(drawn.osma), _last(drawn.rsi), _last(drawn.atr)
    volatility = _last(drawn.volatility)
    per, span = ("per year", "a year") if _daily(observed.step) else ("per bar", "a bar")
    return (
        Reading("OsMA 12/26/9", osma_now, "price", _of_osma(drawn.osma) or _needs("osma", known)),
        Reading("RSI 14", rsi_now, "0-100", _of_rsi(rsi_now) or _needs("rsi", known)),
        Reading("ATR 14", atr_now, "price", _share(atr_now, close) or _needs("atr", known)),
        Reading("Bollinger upper", upper, "price", _distance(upper, close) or _needs("bands", known)),
        Reading("Bollinger middle", middle, "price", _distance(middle, close) or _needs("bands", known)),
        Reading("Bollinger lower", lower, "price", _distance(lower, close) or _needs("bands", known)),
        Reading("place in the bands", _place(close, upper, lower), "%", _of_place(close, upper, lower)),
        Reading(
            "realised volatility 20",
            None if volatility is None else volatility * 100,
            f"% {per}",
            _needs("volatility", known) if volatility is None else f"a usual move of {volatility * 100:.3g} % {span}",
        ),
    )


def shock(signal: SignalGenerated) -> Shock:
    """A price shock with its reason in words."""
    figures = signal.event.figures
    change, reference = figures["change_pct"], figures["reference"]
    bid, ask = figures.get("bid"), figures.get("ask")
    price = figures["last"] if bid is None or ask is None else (bid + ask) / 2
    reason = (
        f"{'rose' if change > 0 else 'fell'} {abs(change):.2f} % from {reference} within "
        f"{figures['window_minutes']} minutes; {figures['threshold_pct']} % is a shock"
    )
    return Shock(nanoseconds(signal.event.at), price, reason)


def _percent(now: Decimal, before: Decimal) -> Decimal:
    return ((now - before) * 100 / before).quantize(Decimal("0.01"))


def _daily(step: int) -> bool:
    return DAY * 5 // 6 <= step <= DAY * 4


def _last(line: Floats) -> float | None:
    value = float(line[-1])
    return value if isfinite(value) else None


def _needs(figure: str, known: int) -> str:
    bars = "1 bar" if known == 1 else f"{known} bars"
    return f"not known: needs {NEEDS[figure]} bars, there {'is' if known == 1 else 'are'} {bars}"


def _trend(drawn: Curves, known: int) -> str:
    middle, turn = _last(drawn.bands.middle), _last(drawn.osma)
    if middle is None or turn is None:
        return f"too short to tell a trend: {known} of {NEEDS['osma']} bars"
    above = float(drawn.close[-1]) > middle
    side = f"{'above' if above else 'not above'} its 20-bar mean, OsMA {_sign(turn)}"
    return f"{_TRENDS[above, turn > 0]}: {side}"


def _sign(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


_TRENDS = {
    (True, True): "rising",
    (False, False): "falling",
    (True, False): "rising, but losing strength",
    (False, True): "falling, but recovering",
}


def _of_osma(line: Floats) -> str:
    now = _last(line)
    before = _last(line[:-1]) if len(line) > 1 else None
    if now is None:
        return ""
    if now == 0 or before is None:
        return "no lead of either side" if now == 0 else f"the {'up' if now > 0 else 'down'}ward side leads"
    return _OSMA[now > 0, now > before]


_OSMA = {
    (True, True): "positive and rising: upward momentum grows",
    (True, False): "positive, not rising: upward momentum fades",
    (False, True): "negative but rising: downward momentum fades",
    (False, False): "negative, not rising: downward momentum grows",
}


def _of_rsi(value: float | None) -> str:
    if value is None:
        return ""
    if value >= HIGH:
        return f"high: {HIGH:g} or more, rises have dominated"
    return f"low: {LOW:g} or less, falls have dominated" if value <= LOW else f"between {LOW:g} and {HIGH:g}: ordinary"


def _share(value: float | None, close: float) -> str:
    return "" if value is None else f"a usual bar spans {value / close * 100:.3g} % of the price"


def _distance(line: float | None, close: float) -> str:
    if line is None:
        return ""
    away = (line / close - 1) * 100
    return f"{abs(away):.3g} % {'above' if away > 0 else 'below'} the price" if away else "at the price"


def _place(close: float, upper: float | None, lower: float | None) -> float | None:
    if upper is None or lower is None or upper <= lower:
        return None
    return (close - lower) / (upper - lower) * 100


def _of_place(close: float, upper: float | None, lower: float | None) -> str:
    place = _place(close, upper, lower)
    if place is None:
        return "not known" if upper is None else "the bands have no width: the price stood still"
    return next(words for bound, words in _PLACES if place >= bound)


_PLACES = (
    (100.0, "at the upper band or above it: stretched upward"),
    (100 - NEAR_BAND * 100, "near the upper band"),
    (NEAR_BAND * 100, "inside the bands"),
    (0.0, "near the lower band"),
    (float("-inf"), "below the lower band: stretched downward"),
)
