"""The one exit authority: holds every believable quote against the protections, without any model.

A stop or target that is reached becomes an exit with an identity of its own, passes the gate like every order and
leaves under a clearance. While an exit of a holding is on its way no second one is sent. Entries that nobody
filled in time are withdrawn here too, because that is risk reduction.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from core.facts.desk import ExitTriggered
from core.market.instants import MINUTE
from core.market.quotes import Quote
from core.record.envelope import Draft, name
from core.risk.checks import Request
from core.risk.gate import Denied
from core.risk.ordering import Slip, exit_order
from core.trading.exits import Due, due
from core.trading.orders import Ticket
from graphs.ruling import rule, view_of
from graphs.state import Desk


class Protector:
    """Watches holdings and entries of one desk; never waits for the broker while it watches."""

    def __init__(self, desk: Desk, entry_minutes: int) -> None:
        self._desk = desk
        self._patience = entry_minutes * MINUTE
        self._busy: dict[str, asyncio.Task[None]] = {}
        """What is on its way: exits by instrument, withdrawals by order."""
        self._begin: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]] = asyncio.create_task

    def join(self, tasks: asyncio.TaskGroup) -> None:
        """From now on an exit that cannot be recorded ends this group, and with it the desk."""
        self._begin = tasks.create_task

    async def drain(self) -> None:
        """Wait until everything on its way has its answer."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def see(self, quote: Quote) -> None:
        """Close the holding if this quote reached its stop or target; withdraw entries that waited too long."""
        state, sessions = self._desk.books.state(), self._desk.books.sessions(quote.market)
        if sessions is None or not sessions.is_open(quote.at):
            return
        protection, held = state.protections.get(quote.key), state.held(quote.key)
        reached = due(held, protection, quote) if protection else None
        if reached is not None and not _exit_working(state.working, quote.key, held > 0):
            self._once(quote.key, self._leave(quote, reached))
        for ticket in state.working:
            if ticket.order.key == quote.key and await self._overdue(ticket, quote.at):
                self._once(ticket.order.client_id, self._withdraw(ticket))

    def _once(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if name in self._busy:
            work.close()
            return
        task = self._begin(work)
        self._busy[name] = task
        task.add_done_callback(lambda _: self._busy.pop(name))

    async def _leave(self, quote: Quote, reached: Due) -> None:
        desk, held = self._desk, self._desk.books.state().held(quote.key)
        instrument = desk.books.instrument(quote.key)
        exit_id = name("exit", quote.key, reached.reason, quote.at, quote.sequence)
        cause = f"{exit_id}.triggered"
        if instrument is None or not held or await desk.journal.find(cause) is not None:
            return
        triggered = ExitTriggered(
            symbol=quote.symbol,
            market=quote.market,
            reason=reached.reason,
            price=reached.price,
            level=reached.level,
            quantity=abs(held),
        )
        order = exit_order(Slip(exit_id, "exit", desk.account, instrument), held, abs(held))
        draft = Draft(f"run:{exit_id}", cause, desk.clock.now(), triggered, exit_id, cause)
        ruled = await rule(desk, Request(order), view_of(desk, quote.market, quote.key), cause, [draft])
        if not isinstance(ruled, Denied):
            await desk.broker.submit(order, ruled)

    async def _overdue(self, ticket: Ticket, now: int) -> bool:
        if ticket.order.kind != "limit" or ticket.state == "unknown":
            return False
        intent = await self._desk.journal.find(f"{ticket.verdict}.intent")
        return intent is not None and now - intent.envelope.timestamp >= self._patience

    async def _withdraw(self, ticket: Ticket) -> None:
        await self._desk.broker.cancel(ticket.order.client_id)


def _exit_working(working: tuple[Ticket, ...], key: str, long: bool) -> bool:
    side = "sell" if long else "buy"
    return any(ticket.order.key == key and ticket.order.side == side for ticket in working)
