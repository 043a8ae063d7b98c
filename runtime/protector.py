"""The one exit authority: holds every believable quote against the protections, without any model.

A stop or target that is reached becomes an exit with an identity of its own, passes the gate like every order and
leaves under a clearance. While an exit of a holding is on its way no second one is sent. Entries that nobody
filled in time are withdrawn here too, because that is risk reduction.
"""

from core.facts.desk import ExitTriggered
from core.market.instants import MINUTE
from core.market.instruments import Instrument
from core.market.quotes import Quote
from core.record.envelope import Draft, name
from core.risk.checks import Request
from core.risk.gate import Denied
from core.risk.ordering import Slip, exit_order
from core.trading.exits import Due, due
from core.trading.orders import Ticket
from graphs.ruling import rule
from graphs.state import Desk


class Protector:
    """Watches holdings and entries of one desk."""

    def __init__(self, desk: Desk, entry_minutes: int) -> None:
        self._desk = desk
        self._patience = entry_minutes * MINUTE
        self._leaving: set[str] = set()
        self._withdrawing: set[str] = set()

    async def see(self, quote: Quote) -> None:
        """Close the holding if this quote reached its stop or target; withdraw entries that waited too long."""
        state, sessions = self._desk.books.state(), self._desk.books.sessions(quote.market)
        if sessions is None or not sessions.is_open(quote.at):
            return
        protection = state.protections.get(quote.key)
        reached = due(state.held(quote.key), protection, quote) if protection else None
        if reached is not None:
            await self._leave(quote, reached)
        for ticket in state.working:
            if ticket.order.key == quote.key and ticket.state != "unknown":
                await self._withdraw(ticket, quote.at)

    async def _leave(self, quote: Quote, reached: Due) -> None:
        key, state = quote.key, self._desk.books.state()
        instrument = self._desk.books.instrument(key)
        if instrument is None or key in self._leaving or _exit_working(state.working, key, state.held(key) > 0):
            return
        self._leaving.add(key)
        try:
            await self._close(quote, reached, instrument)
        finally:
            self._leaving.discard(key)

    async def _close(self, quote: Quote, reached: Due, instrument: Instrument) -> None:
        desk, held = self._desk, self._desk.books.state().held(quote.key)
        exit_id = name("exit", quote.key, reached.reason, quote.at, quote.sequence)
        triggered = ExitTriggered(
            symbol=quote.symbol,
            market=quote.market,
            reason=reached.reason,
            price=reached.price,
            level=reached.level,
            quantity=abs(held),
        )
        cause = f"{exit_id}.triggered"
        if await desk.journal.find(cause) is not None:
            return
        order = exit_order(Slip(exit_id, "exit", desk.account, instrument), held, abs(held))
        draft = Draft(f"run:{exit_id}", cause, desk.clock.now(), triggered, exit_id, cause)
        ruled = await rule(desk, Request(order), cause, [draft])
        if not isinstance(ruled, Denied):
            await desk.broker.submit(order, ruled)

    async def _withdraw(self, ticket: Ticket, now: int) -> None:
        client = ticket.order.client_id
        intent = await self._desk.journal.find(f"{ticket.verdict}.intent")
        if ticket.order.kind != "limit" or client in self._withdrawing or intent is None:
            return
        if now - intent.envelope.timestamp >= self._patience:
            self._withdrawing.add(client)
            await self._desk.broker.cancel(client)


def _exit_working(working: tuple[Ticket, ...], key: str, long: bool) -> bool:
    side = "sell" if long else "buy"
    return any(ticket.order.key == key and ticket.order.side == side for ticket in working)
