"""A paper account: the entries of its record, and what they add up to. The desk's journal has no part in it."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct, structs

from core.errors import Halt
from core.facts.orders import Order, OrderCancelled, OrderFilled
from core.market.instruments import Money
from tools.brokers.venue import PaperTerms


class AccountOpened(Struct, frozen=True, tag="ACCOUNT_OPENED"):
    """The first entry: whose account it is, and what it began with."""

    account: str
    cash: Money


class Accepted(Struct, frozen=True, tag="ACCEPTED"):
    """An order stands. Only quotes after the instant `after` may execute it."""

    order: Order
    broker_id: str
    verdict: str
    """The verdict it was sent under, as the sender says."""
    after: int
    price: Decimal | None
    """What a unit was expected to cost; None if nobody knew and no cash was asked for."""
    at: int


class Declined(Struct, frozen=True, tag="DECLINED"):
    """An order was refused."""

    order: Order
    broker_id: str
    verdict: str
    reason: str
    at: int


Entry = AccountOpened | Accepted | Declined | OrderFilled | OrderCancelled


class Standing(Struct, frozen=True, kw_only=True):
    """One order as the broker sees it."""

    order: Order
    broker_id: str
    state: Literal["working", "filled", "cancelled", "rejected"] = "working"
    after: int = 0
    price: Decimal | None = None
    fills: int = 0
    filled: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    """What was executed, at the prices it was executed at."""
    reason: str = ""

    @property
    def remaining(self) -> Decimal:
        """What is not executed."""
        return self.order.quantity - self.filled


class Account:
    """What the entries add up to."""

    def __init__(self, opened: AccountOpened) -> None:
        self.entries: list[Entry] = [opened]
        self.cash = opened.cash
        self.positions: dict[str, Decimal] = {}
        self.latest: dict[str, OrderFilled] = {}
        """The last execution, by instrument key."""
        self.orders: dict[str, Standing] = {}
        self.working: dict[str, Standing] = {}

    def apply(self, entry: Entry) -> None:
        """Take one more entry into account; one that does not follow from those before raises Halt."""
        match entry:
            case Accepted():
                accepted = Standing(order=entry.order, broker_id=entry.broker_id, after=entry.after, price=entry.price)
                self._stand(accepted)
            case Declined():
                declined = Standing(order=entry.order, broker_id=entry.broker_id, state="rejected", reason=entry.reason)
                self._stand(declined)
            case OrderFilled():
                self._fill(entry)
            case OrderCancelled():
                self._replace(structs.replace(self._working(entry.client_id), state="cancelled", reason=entry.reason))
            case AccountOpened():
                raise Halt("the account is opened a second time")
        self.entries.append(entry)

    def exposure(self, order: Order, quantity: Decimal) -> Decimal:
        """How much of this quantity would add to a holding, or open one the other way."""
        held = self.positions.get(order.key, Decimal(0))
        closing = (order.side == "sell") == (held > 0)
        return max(quantity - abs(held), Decimal(0)) if held and closing else quantity

    def needed(self, order: Order, quantity: Decimal, price: Decimal, terms: PaperTerms) -> Decimal:
        """The cash this quantity takes at a price, fee included."""
        value = price * self.exposure(order, quantity)
        return value + terms.fee(value)

    def free(self, terms: PaperTerms) -> Decimal:
        """Cash that neither short holdings nor working orders have a claim on; a short sale is covered in full."""
        short = sum((held * self.latest[key].price for key, held in self.positions.items() if held < 0), Decimal(0))
        reserved = sum(
            (
                self.needed(held.order, held.remaining, held.price, terms)
                for held in self.working.values()
                if held.price
            ),
            Decimal(0),
        )
        return self.cash.amount + 2 * short - reserved

    def _stand(self, standing: Standing) -> None:
        if standing.order.client_id in self.orders:
            raise Halt(f"order {standing.order.client_id!r} stands a second time")
        self._replace(standing)

    def _fill(self, fill: OrderFilled) -> None:
        standing = self._working(fill.client_id)
        order = standing.order
        if (fill.key, fill.side) != (order.key, order.side) or fill.quantity > standing.remaining:
            raise Halt(f"fill {fill.fill_id!r} does not fit order {fill.client_id!r}")
        paid = Money(fill.price * fill.quantity, self.cash.currency)
        self.cash = (self.cash - paid if fill.side == "buy" else self.cash + paid) - fill.fee
        held = self.positions.pop(fill.key, Decimal(0)) + (fill.quantity if fill.side == "buy" else -fill.quantity)
        if held:
            self.positions[fill.key] = held
        self.latest[fill.key] = fill
        self._replace(
            structs.replace(
                standing,
                state="working" if fill.quantity < standing.remaining else "filled",
                fills=standing.fills + 1,
                filled=standing.filled + fill.quantity,
                value=standing.value + paid.amount,
            )
        )

    def _working(self, client_id: str) -> Standing:
        standing = self.working.get(client_id)
        if standing is None:
            raise Halt(f"no order {client_id!r} is working")
        return standing

    def _replace(self, standing: Standing) -> None:
        name = standing.order.client_id
        self.orders[name] = standing
        if standing.state == "working":
            self.working[name] = standing
        else:
            self.working.pop(name, None)
