"""What a model may ask of the market: the quote, the bars, and what indicators and judgements say of them."""

from decimal import Decimal
from typing import Annotated, Literal

from core.errors import BadInput
from core.market.bars import Bar
from core.market.instants import MINUTE, shown
from core.signals.explanation import candles, curves, headline, readings
from core.signals.judged import judged
from core.signals.observed import Observed, Quality
from tools.lookups.offering import Found
from tools.lookups.sources import Key, Sources, figure, share

Minutes = Annotated[Literal[1, 5, 15, 30, 60, 240, 1440], "length of a bar in minutes; 1440 is the trading day"]
MOST_BARS = 40

NAMES = {
    "OsMA 12/26/9": "osma",
    "RSI 14": "rsi",
    "ATR 14": "atr",
    "Bollinger upper": "upper_band",
    "Bollinger middle": "middle_band",
    "Bollinger lower": "lower_band",
    "place in the bands": "place_pct",
    "realised volatility 20": "volatility_pct",
}
"""Name of a reading → name under which its figure is cited."""


def warm() -> None:
    """Load every kernel behind the indicators, so that no question waits for them while prices move."""
    price = Decimal(100)
    arrays = candles(tuple(Bar(at=at, open=price, high=price, low=price, close=price + at) for at in range(64)))
    curves(arrays, MINUTE)
    judged(arrays, MINUTE)


class Market:
    """The market as the desk has seen it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def quote(self, instrument: Key) -> Found:
        """The latest believable quote: both sides, the last trade, sizes, and how old it is."""
        key = self._sources.instrument(instrument).key
        quote = self._sources.books.quote(key)
        if quote is None:
            raise BadInput(f"there is no quote of {key}")
        fields = ("bid", "ask", "last", "bid_size", "ask_size")
        figures = {f"{key}.{field}": getattr(quote, field) for field in fields}
        age = Decimal((self._sources.clock.now() - quote.at) // 1_000_000)
        return Found({**figures, f"{key}.age_ms": age}, {"at": shown(quote.at), "provenance": quote.provenance})

    def bars(
        self, instrument: Key, minutes: Minutes = 1, count: Annotated[int, f"how many, 1 to {MOST_BARS}"] = 20
    ) -> Found:
        """The latest closed bars, the oldest first: begin, open, high, low, close; and their extremes."""
        if not 1 <= count <= MOST_BARS:
            raise BadInput(f"count: must be from 1 to {MOST_BARS}, found {count}")
        kept = self._bars(instrument, minutes)[-count:]
        figures = {
            "bars": Decimal(len(kept)),
            "first_open": kept[0].open,
            "last_close": kept[-1].close,
            "highest": max(bar.high for bar in kept),
            "lowest": min(bar.low for bar in kept),
            "change_pct": share(kept[-1].close - kept[0].open, kept[0].open),
        }
        rows = [[shown(bar.at), bar.open, bar.high, bar.low, bar.close] for bar in kept]
        return Found({f"{instrument}.{minutes}m.{name}": value for name, value in figures.items()}, {"rows": rows})

    def indicators(self, instrument: Key, minutes: Minutes = 1) -> Found:
        """OsMA, RSI, ATR, bands and volatility at the last closed bar, what each means, and the judgements."""
        bars = self._bars(instrument, minutes)
        step, arrays = minutes * MINUTE, candles(bars)
        drawn = curves(arrays, step)
        observed = Observed(instrument, bars, step, None, Quality(len(bars), {}, 0, 0, 0))
        read = readings(observed, drawn)
        figures = {f"{instrument}.{minutes}m.{NAMES[each.name]}": figure(each.value) for each in read}
        beside = {
            "at": shown(bars[-1].at),
            "bars": len(bars),
            "trend": headline(bars, drawn).trend,
            "means": {NAMES[each.name]: each.means for each in read},
            "judgements": {each.name: f"{each.says}: {each.means}" for each in judged(arrays, step)},
        }
        return Found(figures, beside)

    def _bars(self, instrument: str, minutes: int) -> tuple[Bar, ...]:
        bars = self._sources.bars(instrument, minutes)
        if not bars:
            raise BadInput(f"no bar of {minutes} minutes of {instrument} has closed yet")
        return bars
