"""Instruments and money. A price is a positive finite Decimal; money never loses its currency."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.errors import BadInput

Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3,5}$")]
Symbol = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9._\-/]{0,23}$")]
Market = Annotated[str, Meta(pattern=r"^[A-Z]{2,8}(_[A-Z]{2,8})?$")]
Provenance = Literal["real", "replay", "synthetic"]

LARGEST_PRICE = Decimal(10) ** 9
"""Nothing this desk trades costs more; a larger figure is a broken feed."""
LARGEST_QUANTITY = Decimal(10) ** 12


class Money(Struct, frozen=True, forbid_unknown_fields=True):
    """An exact amount of one currency."""

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise BadInput(f"amount: money must be finite, found {str(self.amount)!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def times(self, factor: Decimal) -> "Money":
        """Scale by a pure number."""
        return Money(self.amount * factor, self.currency)

    def rounded(self, places: int = 2) -> "Money":
        """Round half to even, for people to read; books keep every digit."""
        return Money(self.amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN), self.currency)

    def __str__(self) -> str:
        return f"{self.rounded().amount:,} {self.currency}"

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise BadInput(f"currency: cannot combine {self.currency} with {other.currency}")
        return other.amount


class Instrument(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that can be traded, and the grid its orders must lie on."""

    symbol: Symbol
    market: Market
    currency: Currency
    tick: Decimal
    """Smallest price step."""
    lot: Decimal = Decimal(1)
    """Smallest quantity step."""
    name: str = ""

    def __post_init__(self) -> None:
        positive("tick", self.tick)
        positive("lot", self.lot)

    @property
    def key(self) -> str:
        """The name under which holdings and quotes are kept."""
        return listing(self.market, self.symbol)

    def worth(self, price: Decimal, quantity: Decimal) -> Money:
        """The value of a quantity at a price."""
        return Money(price * quantity, self.currency)

    def whole_lots(self, quantity: Decimal) -> Decimal:
        """The largest tradable quantity that is not above `quantity`."""
        return (quantity / self.lot).to_integral_value(ROUND_DOWN) * self.lot

    def on_tick(self, price: Decimal) -> Decimal:
        """The nearest price on the grid."""
        return (price / self.tick).to_integral_value(ROUND_HALF_EVEN) * self.tick


def listing(market: str, symbol: str) -> str:
    """The key of an instrument: its market and its symbol."""
    return f"{market}:{symbol}"


def positive(field: str, value: Decimal, largest: Decimal = LARGEST_PRICE) -> Decimal:
    """`value`, if it is finite, above zero and not absurd; else an error that names the field."""
    if not value.is_finite() or value <= 0 or value > largest:
        raise BadInput(f"{field}: must be above 0 and at most {largest:f}, found {str(value)!r}")
    return value


def bounded(field: str, value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """`value`, if it lies within [low, high]; else an error that names field, value and bound."""
    if not value.is_finite() or not low <= value <= high:
        raise BadInput(f"{field}: must be from {low:f} to {high:f}, found {str(value)!r}")
    return value
