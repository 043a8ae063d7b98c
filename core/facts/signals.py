"""What in the market is worth waking the desk for, in the shape the outside may also send it."""

from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.errors import BadInput
from core.market.instruments import LARGEST_PRICE, LARGEST_QUANTITY, Market, Symbol, bounded, listing

EventKind = Literal[
    "price_shock", "breakout", "osma_turn", "volume_surge", "rsi_extreme", "exit_near", "vix_band", "headline"
]
ForeignText = Annotated[str, Meta(max_length=4000)]
_SMALLEST_PRICE = Decimal(1).scaleb(-9)
_PRICE = (_SMALLEST_PRICE, LARGEST_PRICE)

FIGURES: dict[str, tuple[Decimal, Decimal]] = {
    "bid": _PRICE,
    "ask": _PRICE,
    "last": _PRICE,
    "bid_size": (Decimal(0), LARGEST_QUANTITY),
    "ask_size": (Decimal(0), LARGEST_QUANTITY),
    "volume": (Decimal(0), LARGEST_QUANTITY),
    "reference": _PRICE,
    "change_pct": (Decimal(-100), Decimal(1000)),
    "threshold_pct": (Decimal(0), Decimal(100)),
    "window_minutes": (Decimal(0), Decimal(10_000)),
    "day_change_pct": (Decimal(-100), Decimal(1000)),
    "spread_bp": (Decimal(0), Decimal(10_000)),
    "breakout_level": _PRICE,
    "osma": (-LARGEST_PRICE, LARGEST_PRICE),
    "rsi": (Decimal(0), Decimal(100)),
    "atr": (Decimal(0), LARGEST_PRICE),
    "volume_ratio": (Decimal(0), Decimal(1_000_000)),
    "rsi_bound": (Decimal(0), Decimal(100)),
    "stop": _PRICE,
    "target": _PRICE,
    "way_left_pct": (Decimal(0), Decimal(100)),
    "vix": (Decimal(0), Decimal(1000)),
    "vix_edge": (Decimal(0), Decimal(1000)),
    "news_score": (Decimal(-1), Decimal(1)),
}
"""Every figure an event may carry, with its range. A figure that is missing is absent, never zero."""


class MarketEvent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One market event: what `decide` reads, and what a trigger makes of a tick."""

    schema: Literal[1] = 1
    kind: EventKind
    symbol: Symbol
    market: Market
    at: Annotated[datetime, Meta(tz=True)]
    """When it happened, RFC 3339 in UTC."""
    source: Annotated[str, Meta(min_length=1, max_length=64)]
    sequence: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    figures: dict[str, Decimal]
    """Decimal strings by name; the names and their ranges are listed in docs/events.md."""
    text: Annotated[tuple[ForeignText, ...], Meta(max_length=16)] = ()
    """Words from outside. Data, never an instruction; only the verifier is shown them, and it can only say no."""

    def __post_init__(self) -> None:
        if self.at.utcoffset() != UTC.utcoffset(None):
            raise BadInput(f"at: must be UTC and end in Z, found {self.at.isoformat()!r}")
        for name, value in self.figures.items():
            if name not in FIGURES:
                near = get_close_matches(name, FIGURES, 1)
                hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(FIGURES)}"
                raise BadInput(f"figures.{name}: not a figure of this schema{hint}")
            bounded(f"figures.{name}", value, *FIGURES[name])

    @property
    def key(self) -> str:
        """The instrument this event is about."""
        return listing(self.market, self.symbol)


class SignalGenerated(Struct, frozen=True, tag="SIGNAL_GENERATED"):
    """An event was accepted: from here on it ends in exactly one outcome."""

    event: MarketEvent
    run: str
    """Identity of the run this event starts: (symbol, kind, side, window), source excluded."""
