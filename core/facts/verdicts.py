"""What the seats concluded. Everything here was parsed against a schema; free text in it is for people only."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.errors import BadInput
from core.facts.desk import PostureName
from core.facts.models import Role
from core.market.instruments import Market, Symbol

Direction = Literal["long", "short"]
View = Literal["long", "short", "none"]
Action = Literal["open", "add", "reduce", "close", "tighten", "cancel_pending", "hold"]
Confidence = Annotated[int, Meta(ge=0, le=100)]
Rationale = Annotated[str, Meta(max_length=2000)]
Figures = dict[str, Decimal]


class Analysis(Struct, frozen=True, kw_only=True, tag="ANALYSIS_MADE"):
    """What the analyst reads in the market."""

    symbol: Symbol
    market: Market
    briefing: str
    """Digest of the briefing it read."""
    view: View
    confidence: Confidence
    patterns: tuple[str, ...]
    risk: Literal["low", "medium", "high"]
    data_quality: Literal["good", "degraded", "poor"]
    cited: Figures
    rationale: Rationale


class Verification(Struct, frozen=True, kw_only=True, tag="VERIFICATION_MADE"):
    """What the verifier allows: an envelope, or a veto, which is final."""

    symbol: Symbol
    market: Market
    briefing: str
    ruling: Literal["approve", "veto"]
    confidence: Confidence
    directions: tuple[Direction, ...]
    """Directions it allows; empty for a veto."""
    size_factor: Decimal
    """What part of the size it allows, above 0 and at most 1."""
    price: Decimal
    """The price it judged by."""
    answered: int
    deadline: int
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.size_factor.is_finite() or not 0 <= self.size_factor <= 1:
            raise BadInput(f"size_factor: must be from 0 to 1, found {str(self.size_factor)!r}")
        if self.ruling == "approve" and (not self.directions or self.size_factor == 0):
            raise BadInput("ruling: an approval must allow at least one direction and some size")


class Abstained(Struct, frozen=True, tag="ABSTAINED"):
    """A seat gave no usable answer. That is never a yes."""

    role: Role
    reason: Literal["late", "malformed", "invented", "refused", "unavailable", "cancelled"]
    detail: str


class Decision(Struct, frozen=True, kw_only=True, tag="DECISION_MADE"):
    """What the commander wants. The gate and code decide what becomes of it."""

    symbol: Symbol
    market: Market
    action: Action
    direction: Direction | None
    """For open and add; None otherwise."""
    confidence: Confidence
    rationale: Rationale
    cited: Figures
    horizon_minutes: Annotated[int, Meta(ge=1, le=100_000)]
    invalidation: Decimal | None
    """The price at which the idea is wrong; a stop may be nearer, never further."""
    fraction: Decimal = Decimal(1)
    """For reduce: what part of the holding goes, above 0 and at most 1."""
    posture: PostureName | None = None
    """How the desk stood when it was decided; nothing in records older than this field."""

    def __post_init__(self) -> None:
        if self.action in ("open", "add") and self.direction is None:
            raise BadInput(f"direction: {self.action!r} needs one of 'long', 'short'")
        if self.invalidation is not None and not (self.invalidation.is_finite() and self.invalidation > 0):
            raise BadInput(f"invalidation: must be above 0, found {str(self.invalidation)!r}")
        if self.action == "tighten" and self.invalidation is None:
            raise BadInput("invalidation: 'tighten' needs the new stop price")
        if not self.fraction.is_finite() or not 0 < self.fraction <= 1:
            raise BadInput(f"fraction: must be above 0 and at most 1, found {str(self.fraction)!r}")
