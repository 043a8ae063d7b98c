"""The four standing gauges of a series in one go: OsMA, RSI, ATR and Bollinger bands.

Each is what its own module says, warm-up and NaN policy included, equal to within rounding. The three recursions run in
one loop, where each waits while the others compute, over a beginning that their own kernels wrote; the windows follow.
A panel has enough symbols to fill the time of waiting, so there the four run one after the other.
"""

from typing import NamedTuple

from core.quant.indicators.averages import blend
from core.quant.indicators.momentum import moved, rsi, rsi_series, strength
from core.quant.indicators.osma import CLASSIC, Spans, advance, check_spans, histogram, osma, osma_series, rates
from core.quant.indicators.panel import first_row
from core.quant.indicators.volatility import Bands, atr, atr_series, bollinger, first_range, range_of
from core.quant.inputs import check_period, check_series, room
from core.quant.kernel import Floats, kernel

Lengths = tuple[int, int, int, int, int]
Three = tuple[Floats, Floats, Floats]


class Settings(NamedTuple):
    """The periods of the four, and the width of the bands in deviations."""

    spans: Spans = CLASSIC
    rsi: int = 14
    atr: int = 14
    bands: int = 20
    width: float = 2.0


class Gauges(NamedTuple):
    """The four of every bar."""

    osma: Floats
    rsi: Floats
    atr: Floats
    bands: Bands


CUSTOMARY = Settings()


def gauges(
    high: Floats, low: Floats, close: Floats, settings: Settings = CUSTOMARY, out: Gauges | None = None
) -> Gauges:
    """All four of one series or of a panel."""
    check_series(high=high, low=low, close=close)
    check_spans(settings.spans)
    check_period(rsi=settings.rsi, atr=settings.atr)
    osma_out, rsi_out, atr_out, bands_out = out or (None, None, None, None)
    taken = high, low, close, *bollinger(close, settings.bands, settings.width, bands_out)
    first = room(osma_out, *taken)
    second = room(rsi_out, *taken, first)
    answer = Gauges(first, second, room(atr_out, *taken, first, second), Bands(*taken[3:]))
    if close.ndim == 1 and close.size:
        periods = *settings.spans, settings.rsi, settings.atr
        _recursions(high, low, close, periods, answer[:3])
    elif close.ndim > 1:
        osma(close, settings.spans, answer.osma)
        rsi(close, settings.rsi, answer.rsi)
        atr(high, low, close, settings.atr, answer.atr)
    return answer


@kernel
def _recursions(high: Floats, low: Floats, close: Floats, periods: Lengths, out: Three) -> None:
    spans = periods[0], periods[1], periods[2]
    first = first_row(close) + max(spans[1] + spans[2] - 1, periods[3] + 1)
    begin = min(max(first, first_range(high, low, close) + periods[4]), len(close))
    averages = osma_series(close[:begin], spans, out[0][:begin])
    moves = rsi_series(close[:begin], periods[3], out[1][:begin])
    average = atr_series(high[:begin], low[:begin], close[:begin], periods[4], out[2][:begin])
    rate, atr_rate = rates(spans), 1.0 / periods[4]
    highs, lows, prices, before = high[begin:], low[begin:], close[begin:], close[max(begin - 1, 0)]
    osma_out, rsi_out, atr_out = out[0][begin:], out[1][begin:], out[2][begin:]
    for row in range(prices.shape[0]):
        price = prices[row]
        averages = advance(averages, price, rate)
        moves = moved(moves, price - before, periods[3])
        average = blend(average, range_of(highs[row], lows[row], before), atr_rate)
        osma_out[row], rsi_out[row], atr_out[row] = histogram(averages), strength(moves, price, periods[3]), average
        before = price
