"""Where orders go. Only three places may hold one: graphs/nodes/execute, runtime/protector, runtime/guardian."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Literal, Protocol

from msgspec import Struct

from core.facts.orders import Order, OrderCancelled, OrderFilled
from core.market.instruments import Money
from core.risk.clearance import Clearance


class Placed(Struct, frozen=True):
    """The broker has the order."""

    client_id: str
    broker_id: str


class Refused(Struct, frozen=True):
    """The order does not stand, and the reason why."""

    client_id: str
    reason: str


class Unknown(Struct, frozen=True):
    """No answer: it may or may not stand. It is never sent again."""

    client_id: str
    reason: str


class Found(Struct, frozen=True):
    """What the broker says of one order when asked by client id."""

    client_id: str
    broker_id: str
    state: Literal["working", "filled", "cancelled", "rejected"]
    filled: Decimal


Answer = Placed | Refused | Unknown
Report = OrderFilled | OrderCancelled


class Broker(Protocol):
    """One account at one broker.

    `submit` sends at most once and never raises for what the broker says: refusals and silence are values. Fills and
    cancellations arrive only through `reports`, each at least once, in the broker's order.
    """

    account: str

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        """Send one exact order under its one-time clearance."""
        ...

    async def cancel(self, client_id: str) -> Answer:
        """Ask to cancel what is still working; the cancellation itself arrives as a report."""
        ...

    async def open_orders(self) -> tuple[Order, ...]:
        """All orders still working."""
        ...

    async def positions(self) -> Mapping[str, Decimal]:
        """Signed quantity by instrument key; what is not held is absent."""
        ...

    async def cash(self) -> Money:
        """Settled and unsettled cash, in the account's currency."""
        ...

    async def find(self, client_id: str) -> Found | None:
        """What the broker knows of an order; None when it knows nothing."""
        ...

    def reports(self) -> AsyncIterator[Report]:
        """Executions and cancellations, until closed."""
        ...

    async def close(self) -> None:
        """Let go of the session. Orders stay. May be called twice."""
        ...
