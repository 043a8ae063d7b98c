"""What was asked of a broker and what the broker said of it."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from core.errors import BadInput
from core.market.instruments import Currency, Market, Money, Symbol, listing, positive

Side = Literal["buy", "sell"]
OrderKind = Literal["market", "limit", "stop"]
Effect = Literal["increase", "reduce"]
ClientId = Annotated[str, Meta(pattern=r"^[A-Z2-7]{8,20}$")]


class Order(Struct, frozen=True, kw_only=True):
    """One exact order. Its hash is what a clearance is for."""

    client_id: ClientId
    decision: str
    """Identity of the run or exit that wants it."""
    leg: str
    account: str
    symbol: Symbol
    market: Market
    currency: Currency
    side: Side
    quantity: Decimal
    kind: OrderKind
    limit: Decimal | None = None
    stop: Decimal | None = None
    invalidation: Decimal | None = None
    """For an entry: the price at which its idea is wrong. The protection set on its fill is never further away."""

    def __post_init__(self) -> None:
        positive("quantity", self.quantity)
        for field, kind in (("limit", "limit"), ("stop", "stop")):
            value = getattr(self, field)
            if (value is not None) != (self.kind == kind):
                raise BadInput(f"{field}: a {self.kind} order {'needs' if value is None else 'has no'} {field} price")
            if value is not None:
                positive(field, value)

    @property
    def key(self) -> str:
        """The instrument it trades."""
        return listing(self.market, self.symbol)

    @property
    def signed(self) -> Decimal:
        """Its quantity, negative for a sale."""
        return self.quantity if self.side == "buy" else -self.quantity


class OrderIntended(Struct, frozen=True, tag="ORDER_INTENDED"):
    """Committed before anything is sent. Unique on the verdict, which it burns."""

    order: Order
    order_hash: str
    verdict: str


class OrderPlaced(Struct, frozen=True, tag="ORDER_PLACED"):
    """The broker accepted it. Nothing is held yet."""

    client_id: ClientId
    broker_id: str


class OrderRejected(Struct, frozen=True, tag="ORDER_REJECTED"):
    """The broker refused it."""

    client_id: ClientId
    reason: str


class OrderUnknown(Struct, frozen=True, tag="ORDER_UNKNOWN"):
    """No answer. It may or may not stand at the broker and is never sent again."""

    client_id: ClientId
    reason: str


class OrderNotPlaced(Struct, frozen=True, tag="ORDER_NOT_PLACED"):
    """Two different queries after the settle time agree that the broker never had it."""

    client_id: ClientId
    evidence: str


class OrderFilled(Struct, frozen=True, kw_only=True, tag="ORDER_FILLED"):
    """The broker executed all or a part of it."""

    client_id: ClientId
    fill_id: str
    """The broker's identity of this execution; a second report of it changes nothing."""
    symbol: Symbol
    market: Market
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Money
    at: int

    def __post_init__(self) -> None:
        positive("quantity", self.quantity)
        positive("price", self.price)

    @property
    def key(self) -> str:
        """The instrument that was traded."""
        return listing(self.market, self.symbol)


class OrderCancelled(Struct, frozen=True, tag="ORDER_CANCELLED"):
    """The rest of it will not be executed."""

    client_id: ClientId
    reason: str
