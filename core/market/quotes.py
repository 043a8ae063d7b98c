"""Quotes and their screening: what a price must look like before anyone may believe it.

Rules of the file: a missing side is None, never zero; a refused quote changes nothing; a real jump is believed once
`confirm` quotes in a row agree on the new level. What a delivery says of its time is asked before what it says of
prices, so that only a timely quote can speak against the data themselves. A volume that cannot be is doubted alone and
the quote is believed without it, for a price must reach the stops whatever a feed says of volumes. Comparing our price
with the broker's is not done here.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct, structs

from core.errors import BadInput
from core.market.instants import SECOND
from core.market.instruments import LARGEST_QUANTITY, Market, Provenance, Symbol, bounded, listing, positive

Doubt = Literal["empty", "crossed", "repeated", "out_of_order", "early", "stale", "outlier", "volume"]


class Quote(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One observation of one instrument. Times are nanoseconds since 1970 in UTC."""

    symbol: Symbol
    market: Market
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None
    volume: Decimal | None = None
    """What was traded since the quote before, None when nobody said. Only screening looks at what it is."""
    at: int
    """When the exchange says it happened."""
    received: int
    """When it reached us."""
    source: str
    sequence: int
    provenance: Provenance

    def __post_init__(self) -> None:
        for field in ("bid", "ask", "last"):
            value = getattr(self, field)
            if value is not None:
                positive(field, value)
        for field in ("bid_size", "ask_size"):
            value = getattr(self, field)
            if value is not None:
                bounded(field, value, Decimal(0), LARGEST_QUANTITY)

    @property
    def key(self) -> str:
        """The instrument this quote is about."""
        return listing(self.market, self.symbol)

    @property
    def mid(self) -> Decimal | None:
        """The middle of both sides, else the last trade, else nothing."""
        if self.bid is not None and self.ask is not None:
            return (self.bid + self.ask) / 2
        return self.last

    @property
    def identity(self) -> tuple[str, str, int, int]:
        """What makes two deliveries the same quote."""
        return (self.source, self.key, self.at, self.sequence)


class Grade(Struct, frozen=True):
    """How far the data of an instrument can be trusted just now, and from where on it is good enough to enter on."""

    score: Decimal
    """From 0 to 100, rounded down."""
    floor: Decimal

    @property
    def sufficient(self) -> bool:
        """Whether the score reaches the floor; exits never ask."""
        return self.score >= self.floor


class ScreenRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What a quote must satisfy (table `[quotes]` of the configuration)."""

    stale_seconds: int = 90
    early_seconds: int = 2
    """How far ahead of our clock an exchange may stamp; a quote from the future would silence all that follow."""
    outlier_pct: Decimal = Decimal("4")
    """A step larger than this is doubted until it is confirmed."""
    confirm: int = 3
    gap_seconds: int = 300
    """A longer silence is a gap: the quote is good, but windows start anew. A confirmed jump is none: it is news."""

    def __post_init__(self) -> None:
        bounded("stale_seconds", Decimal(self.stale_seconds), Decimal(1), Decimal(3600))
        bounded("early_seconds", Decimal(self.early_seconds), Decimal(0), Decimal(60))
        bounded("outlier_pct", self.outlier_pct, Decimal("0.1"), Decimal(50))
        bounded("confirm", Decimal(self.confirm), Decimal(1), Decimal(20))
        bounded("gap_seconds", Decimal(self.gap_seconds), Decimal(1), Decimal(86_400))


class Watched(Struct, frozen=True):
    """What screening remembers of one instrument: the last good quote and the doubted ones since."""

    good: Quote | None = None
    doubted: tuple[Quote, ...] = ()


class Screened(Struct, frozen=True):
    """The answer: what to remember, the quote if it is believable, and what of it is doubted."""

    watched: Watched
    quote: Quote | None
    doubt: Doubt | None = None
    gap: bool = False


def screen(quote: Quote, watched: Watched, rules: ScreenRules) -> Screened:
    """Decide whether a quote may be believed."""
    if quote.volume is None or _possible(quote.volume):
        return _screened(quote, watched, rules)
    answer = _screened(structs.replace(quote, volume=None), watched, rules)
    return structs.replace(answer, doubt=answer.doubt or "volume")


def _possible(volume: Decimal) -> bool:
    return volume.is_finite() and 0 <= volume <= LARGEST_QUANTITY


def _screened(quote: Quote, watched: Watched, rules: ScreenRules) -> Screened:
    good = watched.good
    doubt = _doubt(quote, good, rules)
    if doubt is not None:
        return Screened(watched, None, doubt)
    if good is None or not _far(quote, good, rules):
        gap = good is not None and quote.at - good.at > rules.gap_seconds * SECOND
        return Screened(Watched(quote), quote, gap=gap)
    agreeing = tuple(seen for seen in watched.doubted if not _far(quote, seen, rules))
    if len(agreeing) + 1 >= rules.confirm:
        return Screened(Watched(quote), quote)
    return Screened(Watched(good, (*agreeing, quote)), None, "outlier")


def _doubt(quote: Quote, good: Quote | None, rules: ScreenRules) -> Doubt | None:
    age = quote.received - quote.at
    if age < -rules.early_seconds * SECOND:
        return "early"
    if age > rules.stale_seconds * SECOND:
        return "stale"
    if good is not None and quote.identity == good.identity:
        return "repeated"
    if good is not None and (quote.at, quote.sequence) < (good.at, good.sequence):
        return "out_of_order"
    if quote.mid is None:
        return "empty"
    return "crossed" if quote.bid is not None and quote.ask is not None and quote.bid > quote.ask else None


def _far(quote: Quote, other: Quote, rules: ScreenRules) -> bool:
    here, there = quote.mid, other.mid
    if here is None or there is None:
        raise BadInput("mid: an empty quote cannot be compared")
    return abs(here - there) * 100 > rules.outlier_pct * there
