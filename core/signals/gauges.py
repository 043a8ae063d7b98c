"""The volatility index: watched, never traded. When it crosses into another band, what is held is looked at again.

How to think about it: an index cannot be ordered, so an event about it could end in nothing. A change of band changes
the risk of what is held; new entries have their own triggers. So a crossing makes one event for each instrument held,
about that instrument, with the index in its figures; with nothing held it wakes nobody and is remembered all the same.
Each edge lies between `release` below and above it: from above, the index is in the lower band once it is that far
below the edge, and the other way round, so trembling at an edge is no crossing. The first quote only says where it is.
"""

from bisect import bisect_right
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct, structs

from core.errors import BadInput
from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.market.instruments import Market, Symbol, bounded, listing
from core.market.quotes import Quote
from core.signals.waking import Quiet, change_pct, check_cooldown, quieted, woken
from core.trading.positions import Position

LARGEST = Decimal(1000)


class VixRules(Struct, frozen=True, forbid_unknown_fields=True):
    """Which index is watched, and its bands (table `[signals.vix]` of the configuration)."""

    symbol: Symbol | None = None
    """Nobody watches an index where this is not given."""
    market: Market = "US"
    edges: tuple[Decimal, ...] = (Decimal(15), Decimal(25))
    release: Decimal = Decimal("0.25")
    """How far beyond an edge it is crossed, either way."""
    cooldown_minutes: int = 60
    outlier_pct: Decimal = Decimal(25)
    """A larger step is doubted until it is confirmed: an index of volatility leaps where a price does not."""

    def __post_init__(self) -> None:
        bounded("outlier_pct", self.outlier_pct, Decimal(1), Decimal(50))
        bounded("release", self.release, Decimal("0.01"), Decimal(10))
        check_cooldown(self.cooldown_minutes)
        for edge in self.edges:
            bounded("edges", edge, Decimal(1), LARGEST)
        if not self.edges or any(later - earlier <= 2 * self.release for earlier, later in pairwise(self.edges)):
            raise BadInput(f"edges: must be one or more, rising by more than twice release, found {_said(self.edges)}")

    @property
    def key(self) -> str | None:
        """The instrument that is watched."""
        return None if self.symbol is None else listing(self.market, self.symbol)


class Gauge(Struct, frozen=True):
    """What is remembered of the index: the edges below it, if anything is known, and until when crossings are quiet."""

    band: int | None = None
    quiet: Quiet = (0, 0)


class Crossing(Struct, frozen=True):
    """An index in another band than before."""

    side: int
    edge: Decimal
    """The last edge it crossed."""
    level: Decimal


def cross(gauge: Gauge, level: Decimal, at: int, rules: VixRules) -> tuple[Gauge, Crossing | None]:
    """What to remember after a quote of the index, and the crossing if it wakes the desk."""
    before = band = gauge.band
    if band is None or before is None:
        return Gauge(bisect_right(rules.edges, level), gauge.quiet), None
    while band < len(rules.edges) and level >= rules.edges[band] + rules.release:
        band += 1
    while band > 0 and level <= rules.edges[band - 1] - rules.release:
        band -= 1
    if band == before:
        return gauge, None
    side = 1 if band > before else -1
    if at < gauge.quiet[side > 0]:
        return Gauge(band, gauge.quiet), None
    quiet = quieted(gauge.quiet, side, at + rules.cooldown_minutes * MINUTE)
    return Gauge(band, quiet), Crossing(side, rules.edges[band - 1 if side > 0 else band], level)


def event_of(crossing: Crossing, index: Quote, held: Position, quote: Quote | None, rules: VixRules) -> SignalGenerated:
    """The event of a crossing for one holding: its own quote, as of the quote of the index."""
    bare = Quote(symbol=held.symbol, market=held.market, at=0, received=0, source="", sequence=0, provenance="replay")
    seen = structs.replace(quote or bare, at=index.at, source=index.source, sequence=index.sequence)
    found = {
        "reference": held.average,
        "change_pct": change_pct(seen.mid, held.average),
        "vix": crossing.level,
        "vix_edge": crossing.edge,
    }
    return woken("vix_band", seen, crossing.side, rules.cooldown_minutes, found)


def _said(edges: tuple[Decimal, ...]) -> str:
    return ", ".join(map(str, edges)) or "none"
