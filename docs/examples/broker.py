"""A broker of your own: a cash account, which sells nothing that it does not hold, in front of any other broker."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal

from core.facts.orders import Order
from core.market.instruments import Money
from core.ports.broker import Answer, Broker, Found, Refused, Report
from core.risk.clearance import Clearance


class CashAccount:
    """The nine members of the port; all but one pass on what they are asked."""

    def __init__(self, behind: Broker) -> None:
        self.account, self._behind = behind.account, behind

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        """Refuse a short sale by a value, never by an exception; send everything else once."""
        held = (await self._behind.positions()).get(order.key, Decimal(0))
        known = await self._behind.find(order.client_id)
        if order.side == "sell" and order.quantity > held and known is None:
            return Refused(order.client_id, f"a cash account sells no more than the {held:f} it holds")
        return await self._behind.submit(order, clearance)

    async def cancel(self, client_id: str) -> Answer:
        """Ask to cancel what is still working."""
        return await self._behind.cancel(client_id)

    async def open_orders(self) -> tuple[Order, ...]:
        """All orders still working."""
        return await self._behind.open_orders()

    async def positions(self) -> Mapping[str, Decimal]:
        """Signed quantity by instrument key."""
        return await self._behind.positions()

    async def cash(self) -> Money:
        """Settled and unsettled cash."""
        return await self._behind.cash()

    async def find(self, client_id: str) -> Found | None:
        """What the broker knows of an order."""
        return await self._behind.find(client_id)

    def reports(self) -> AsyncIterator[Report]:
        """Executions and cancellations, until closed."""
        return self._behind.reports()

    async def close(self) -> None:
        """Let go of the session."""
        await self._behind.close()
