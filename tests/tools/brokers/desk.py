"""A desk with a journaled broker, and brokers and journals that go wrong in one way each."""

import asyncio
from collections.abc import Mapping, Sequence

from core.errors import Halt
from core.facts.catalogue import Fact
from core.facts.orders import (
    Order,
    OrderCancelled,
    OrderIntended,
    OrderNotPlaced,
    OrderPlaced,
    OrderRejected,
    OrderUnknown,
)
from core.ports.broker import Answer, Found
from core.record.envelope import Draft, Recorded
from core.risk.clearance import Clearance
from core.trading.orders import Ticket, advance
from tests.tools.brokers.bench import HandClock, paper, quote
from tools.brokers.account import Accepted
from tools.brokers.journaled import Journaled
from tools.brokers.paper import PaperBroker
from tools.journals.memory import MemoryJournal


class Desk:
    """A paper market, a journal, and the broker that the desk is handed."""

    def __init__(self, market: PaperBroker | None = None, journal: MemoryJournal | None = None) -> None:
        self.clock = HandClock()
        self.market = market or paper(clock=self.clock)
        self.market.mark(quote(1, "99.98", "100.00"))
        self.journal = journal or MemoryJournal()
        self.broker = self.restarted()

    def restarted(self) -> Journaled:
        return Journaled(self.market, self.journal, self.clock, answer_within=0.02, settle_within=0)

    async def facts(self) -> list[Fact]:
        """What the journal says of orders."""
        return [event.fact async for event in self.journal.read() if event.envelope.stream.startswith("order:")]

    async def ticket(self) -> Ticket:
        facts = await self.facts()
        intent = facts[0]
        assert isinstance(intent, OrderIntended)
        ticket = Ticket(intent.order, intent.verdict, "intended")
        for fact in facts[1:]:
            assert isinstance(fact, OrderPlaced | OrderRejected | OrderUnknown | OrderNotPlaced | OrderCancelled)
            ticket = advance(ticket, fact)
        return ticket

    @property
    def sent(self) -> list[Order]:
        """What the broker itself says it was sent and took."""
        return [entry.order for entry in self.market.record if isinstance(entry, Accepted)]


class Silent(PaperBroker):
    """Takes the order, and answers when nobody waits any more."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        answer = await super().submit(order, clearance)
        await asyncio.sleep(3600)
        return answer

    async def cancel(self, client_id: str) -> Answer:
        await asyncio.sleep(3600)
        return await super().cancel(client_id)

    async def find(self, client_id: str) -> Found | None:
        await asyncio.sleep(3600)
        return await super().find(client_id)


class Forgetful(PaperBroker):
    """Lists its orders, and knows none of them by name."""

    async def find(self, client_id: str) -> Found | None:
        return None


class Broken(PaperBroker):
    """Fails on every order before it takes it."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        raise ConnectionResetError("peer went away")

    async def cancel(self, client_id: str) -> Answer:
        raise ConnectionResetError("peer went away")


class Full(MemoryJournal):
    """Takes verdicts, and cannot write anything about orders."""

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        if any(draft.stream.startswith("order:") for draft in drafts):
            raise Halt("no space left")
        return await super().append(drafts, expect=expect, durable=durable)


class Slow(MemoryJournal):
    """Needs a minute to make an intent durable."""

    clock: HandClock

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        if durable:
            self.clock.seconds += 60
        return await super().append(drafts, expect=expect, durable=durable)
