"""The numbers the gate holds every new risk against. Each range ends at the shipped value: a file can only tighten."""

from decimal import Decimal

from msgspec import Struct

from core.market.instruments import bounded
from core.record.codec import digest, encode


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What no decision may exceed (table `[risk]` of the configuration)."""

    min_confidence: int = 80
    """Of the commander's decision, out of 100."""
    fat_finger_pct: Decimal = Decimal("30.00")
    """Of cash: what an order may be worth together with all pending entries."""
    day_loss_pct: Decimal = Decimal("-3.00")
    """Of the day's first equity: below this, no new risk until the next trading date."""
    quote_seconds: int = 30
    """How old the quote may be on which an entry is judged."""
    mark_seconds: int = 900
    """How old the price may be by which a holding is valued; older, and what the account is worth is unknown."""
    price_band_pct: Decimal = Decimal("0.50")
    """How far the price may have moved from the one the verifier judged by."""
    approval_seconds: int = 30
    """How long an approval lasts, from its answer."""
    clearance_seconds: int = 5
    """How long a clearance lasts, from its verdict."""

    def __post_init__(self) -> None:
        for field, (low, high) in RANGES.items():
            bounded(field, Decimal(getattr(self, field)), low, high)


RANGES: dict[str, tuple[Decimal, Decimal]] = {
    "min_confidence": (Decimal(80), Decimal(100)),
    "fat_finger_pct": (Decimal("0.01"), Decimal(30)),
    "day_loss_pct": (Decimal(-3), Decimal("-0.01")),
    "quote_seconds": (Decimal(1), Decimal(30)),
    "mark_seconds": (Decimal(1), Decimal(900)),
    "price_band_pct": (Decimal("0.01"), Decimal("0.50")),
    "approval_seconds": (Decimal(1), Decimal(30)),
    "clearance_seconds": (Decimal(1), Decimal(5)),
}
"""What a file may set each limit to."""


def version(limits: Limits) -> str:
    """The name under which a verdict records the limits it was given by."""
    return digest(encode(limits))
