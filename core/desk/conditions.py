"""What the last hour of one instrument says of the market, read of the closed bars the tick path keeps.

    volatility_pct   realised, annualised: 100 sqrt(mean r² · 98,280 / m), r the returns from close to close of bars of
                     m minutes, 98,280 the minutes of 252 sessions of 390
    trend_pct        from the first close to the last, in percent of the first
    range_pct        from the lowest price to the highest, in percent of the last close

They are taken of the last `WINDOW` bars of the session; a night is no return. Below `LEAST` bars none is known.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise

from core.market.bars import Bar

WINDOW, LEAST = 60, 20
MINUTES_A_YEAR = 252 * 390


def conditions(bars: Sequence[Bar], minutes: int, since: int) -> dict[str, Decimal | None]:
    """The figures of the bars that began in the session that opened at `since`."""
    known = [bar for bar in bars if bar.at >= since][-WINDOW:]
    if len(known) < LEAST:
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
