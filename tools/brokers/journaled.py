"""The only broker the desk is handed: it sends nothing that the journal has not allowed and does not hold.

Rules of the file: the verdict is looked up, never believed; the intent is durable before anything is sent, and burns
the clearance, because its identity is the verdict's; one order is sent once. Silence, an exception and a cancelled task
are all the same answer, Unknown: the order may stand. Nothing here, and nothing that calls it, sends it again; only
`reconcile`, by asking, finds out. A journal that cannot write stops the order and raises.

What is deliberately absent: recording executions. They come from `reports` and are recorded by whoever follows them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct

from core.errors import AlreadyRecorded, Transient, VersionConflict
from core.facts.orders import Order, OrderIntended, OrderNotPlaced, OrderPlaced, OrderRejected, OrderUnknown
from core.market.instruments import Money
from core.ports.broker import Answer, Broker, Found, Placed, Refused, Report, Unknown
from core.ports.clock import Clock
from core.ports.journal import Journal
from core.record.codec import order_hash
from core.risk.clearance import Clearance, flaw
from core.trading.orders import OrderFact, Ticket, draft

T = TypeVar("T")


class Reconciled(Struct, frozen=True):
    """What asking the broker has settled, by client id, and what a person has to look at."""

    settled: tuple[str, ...]
    doubtful: tuple[str, ...]
    """Acknowledged once and now unknown to the broker, or known to one of its answers only."""


class Journaled:
    """A broker behind the journal."""

    def __init__(
        self, broker: Broker, journal: Journal, clock: Clock, answer_within: float, settle_within: float = 1.0
    ) -> None:
        self.account = broker.account
        self._broker = broker
        self._journal = journal
        self._clock = clock
        self._answer_within = answer_within
        """Seconds without an answer after which an order is unknown."""
        self._settle_within = settle_within
        """Seconds after which an order that was sent is found, or is not there."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        """Check the clearance, record the intent, send once, record the answer."""
        digest = order_hash(order)
        verdict = await self._journal.find(clearance.verdict)
        defect = flaw(clearance, digest, verdict, self._clock.now())
        if defect is not None:
            return Refused(order.client_id, f"clearance: {defect}")
        ticket = Ticket(order, clearance.verdict, "intended")
        intent = draft(ticket, OrderIntended(order, digest, clearance.verdict), self._clock.now())
        try:
            await self._journal.append([intent], expect={intent.stream: 0}, durable=True)
        except AlreadyRecorded:
            return Refused(order.client_id, "clearance: already used")
        except VersionConflict:
            return Refused(order.client_id, "an order of this client id is already recorded")
        return await self._send(ticket, clearance)

    async def cancel(self, client_id: str) -> Answer:
        """Ask to cancel; needs no clearance, because it only takes risk away."""
        try:
            async with asyncio.timeout(self._answer_within):
                return await self._broker.cancel(client_id)
        except Exception as error:
            return Unknown(client_id, self._named(error))

    async def open_orders(self) -> tuple[Order, ...]:
        """All orders still working."""
        return await self._asked(self._broker.open_orders())

    async def positions(self) -> Mapping[str, Decimal]:
        """Signed quantity by instrument key."""
        return await self._asked(self._broker.positions())

    async def cash(self) -> Money:
        """Settled and unsettled cash."""
        return await self._asked(self._broker.cash())

    async def find(self, client_id: str) -> Found | None:
        """What the broker knows of an order."""
        return await self._asked(self._broker.find(client_id))

    def reports(self) -> AsyncIterator[Report]:
        """Executions and cancellations, as the broker gives them."""
        return self._broker.reports()

    async def close(self) -> None:
        """Let go of the session."""
        await self._broker.close()

    async def reconcile(self, tickets: Iterable[Ticket]) -> Reconciled:
        """Ask the broker about every order that may still execute, and record what it says of those without an answer.

        An order that it does not know is asked for again by another question after the settle time; absent from
        both, it was never placed. Executions missed meanwhile come through `reports`.
        """
        live = [ticket for ticket in tickets if ticket.live]
        settled = [ticket for ticket in live if await self._settle(ticket)]
        absent = [ticket for ticket in live if ticket not in settled]
        doubtful = []
        if absent:
            await asyncio.sleep(self._settle_within)
            listed = {order.client_id for order in await self.open_orders()}
            for ticket in absent:
                if await self._settle(ticket):
                    settled.append(ticket)
                elif ticket.state in _UNANSWERED and ticket.order.client_id not in listed:
                    evidence = f"not found, and {self._settle_within:g} s later neither found nor listed"
                    await self._record(ticket, OrderNotPlaced(ticket.order.client_id, evidence))
                    settled.append(ticket)
                else:
                    doubtful.append(ticket)
        return Reconciled(_names(settled), _names(doubtful))

    async def _send(self, ticket: Ticket, clearance: Clearance) -> Answer:
        name = ticket.order.client_id
        try:
            answer = await self._answer(ticket.order, clearance)
        except asyncio.CancelledError:
            await self._record(ticket, OrderUnknown(name, "CancelledError: the sender was stopped"))
            raise
        await self._record(ticket, _told(name, answer))
        return answer

    async def _answer(self, order: Order, clearance: Clearance) -> Answer:
        if self._clock.now() >= clearance.expires:
            return Refused(order.client_id, "clearance: expired while the intent was recorded; not sent")
        try:
            async with asyncio.timeout(self._answer_within):
                return await self._broker.submit(order, clearance)
        except Exception as error:
            return Unknown(order.client_id, self._named(error))

    async def _settle(self, ticket: Ticket) -> bool:
        found = await self.find(ticket.order.client_id)
        if found is None:
            return False
        name = ticket.order.client_id
        if found.state == "rejected":
            await self._record(ticket, OrderRejected(name, "found refused at the broker"))
        elif ticket.state in _UNANSWERED:
            await self._record(ticket, OrderPlaced(name, found.broker_id))
        return True

    async def _record(self, ticket: Ticket, fact: OrderFact) -> None:
        with suppress(AlreadyRecorded):
            await self._journal.append([draft(ticket, fact, self._clock.now())])

    async def _asked(self, question: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._answer_within):
                return await question
        except TimeoutError as error:
            raise Transient(f"broker: {self._named(error)}") from error

    def _named(self, error: Exception) -> str:
        return f"{type(error).__name__}: {str(error) or f'no answer within {self._answer_within:g} s'}"


_UNANSWERED = frozenset({"intended", "unknown"})


def _told(name: str, answer: Answer) -> OrderFact:
    match answer:
        case Placed():
            return OrderPlaced(name, answer.broker_id)
        case Refused():
            return OrderRejected(name, answer.reason)
        case Unknown():
            return OrderUnknown(name, answer.reason)


def _names(tickets: Iterable[Ticket]) -> tuple[str, ...]:
    return tuple(ticket.order.client_id for ticket in tickets)
