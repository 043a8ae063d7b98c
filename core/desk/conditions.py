"""What the last hour of one instrument says of the market, read of the closed bars the tick path keeps.

    volatility_pct   realised, annualised: 100 sqrt(mean r² · 98,280 / m), r the returns from close to close of bars of
                     m minutes, 98,280 the minutes of 252 sessions of 390
    trend_pct        from the first close to the last, in percent of the first
    range_pct        from the lowest price to the highest, in percent of the last close

They are taken of the bars of the session that began in the last hour, or in the time of `FEWEST` bars if that is
longer; a night is no return. If not even a third of such bars is there, none is known: a price that nobody quotes any
more says nothing.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise

from core.market.bars import Bar
from core.market.instants import MINUTE

HOUR, FEWEST = 60, 9
MINUTES_A_YEAR = 252 * 390


def conditions(bars: Sequence[Bar], minutes: int, opened: int, now: int) -> dict[str, Decimal | None]:
    """The figures of closed bars of so many minutes, in the session that opened then."""
    most = max(HOUR // minutes, FEWEST)
    since = max(opened, now - (most + 1) * minutes * MINUTE)
    known = [bar for bar in bars if bar.at >= since][-most:]
    if len(known) < most // 3:
        return {"volatility_pct": None, "trend_pct": None, "range_pct": None}
    closes = [bar.close for bar in known]
    first, last = closes[0], closes[-1]
    returns = [_EXACT.divide(after, before) - 1 for before, after in pairwise(closes)]
    variance = sum((_EXACT.multiply(each, each) for each in returns), Decimal(0)) / len(returns)
    swing = max(bar.high for bar in known) - min(bar.low for bar in known)
    return {
        "volatility_pct": _rounded(100 * (variance * MINUTES_A_YEAR / minutes).sqrt(_EXACT)),
        "trend_pct": _rounded((last - first) * 100 / first),
        "range_pct": _rounded(swing * 100 / last),
    }


_EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN)


def _rounded(figure: Decimal) -> Decimal:
    return figure.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
