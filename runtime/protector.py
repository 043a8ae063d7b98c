"""The one exit authority: holds every believable quote against the protections, without any model.

A stop or target that is reached becomes an exit with an identity of its own, passes the gate like every order and
leaves under a clearance. Only what no working order may already take is sent, so a holding is never turned
round. A refused exit is tried again after a minute, and alarmed. Entries that nobody filled in time, or that stand
against an exit, are withdrawn here too, and the broker is asked about orders that got no answer. `flatten` is how the
desk leaves everything when its operating state asks for that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from decimal import Decimal
from typing import Any

from core.facts.desk import ExitTriggered
from core.facts.risk import RiskAlert
from core.market.instants import MINUTE
from core.market.instruments import Instrument
from core.market.quotes import Quote
from core.ports.broker import Placed, Refused, Unknown
from core.record.envelope import Draft, name
from core.risk.checks import Request
from core.risk.gate import Denied
from core.risk.ordering import Slip, exit_order
from core.risk.view import opposes
from core.trading.exits import Due, due
from core.trading.orders import Ticket
from graphs.ruling import rule, view_of
from graphs.state import Desk
from runtime.draining import ended

Settle = Callable[[Sequence[Ticket]], Awaitable[object]]
"""Asks the broker what became of orders without an answer, and records it; never sends one again."""


class Protector:
    """Watches holdings and entries of one desk; never waits for the broker while it watches."""

    def __init__(self, desk: Desk, entry_minutes: int, settle: Settle) -> None:
        self._desk = desk
        self._patience = entry_minutes * MINUTE
        self._settle = settle
        self._busy: dict[str, asyncio.Task[None]] = {}
        """What is on its way: exits by instrument, withdrawals and questions by order."""
        self._pausing: dict[str, int] = {}
        """Until when a refused exit of an instrument is not tried again."""
        self._begin: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]] = asyncio.create_task

    def join(self, tasks: asyncio.TaskGroup) -> None:
        """From now on an exit that cannot be recorded ends this group, and with it the desk."""
        self._begin = tasks.create_task

    async def drain(self) -> None:
        """Wait until everything on its way has its answer."""
        await ended(self._busy.values())

    async def see(self, quote: Quote) -> None:
        """Close the holding if this quote reached its stop or target; look after orders that waited too long."""
        state, sessions = self._desk.books.state(), self._desk.books.sessions(quote.market)
        if sessions is None or not sessions.is_open(quote.at):
            return
        protection, held = state.protections.get(quote.key), state.held(quote.key)
        reached = due(held, protection, quote) if protection else None
        if reached is not None and quote.at >= self._pausing.get(quote.key, 0):
            self._once(quote.key, self._leave(quote, reached))
        for ticket in state.working:
            if ticket.order.key == quote.key:
                in_the_way = reached is not None and opposes(ticket.order, held)
                await self._look_after(ticket, quote.at, in_the_way)

    def flatten(self) -> None:
        """Withdraw every entry, then close every holding; what is on its way already, or pauses, is left alone."""
        desk, now = self._desk, self._desk.clock.now()
        state = desk.books.state()
        for ticket in state.working:
            if ticket.state != "unknown" and not opposes(ticket.order, state.held(ticket.order.key)):
                self._once(ticket.order.client_id, self._withdraw(ticket))
        for key, position in state.positions.items():
            instrument, sessions = desk.books.instrument(key), desk.books.sessions(position.market)
            is_open = sessions is not None and sessions.is_open(now)
            if instrument is not None and is_open and now >= self._pausing.get(key, 0):
                self._once(key, self._exit(name("exit", key, "safe", now), instrument, now, None))

    def _once(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if name in self._busy:
            work.close()
            return
        task = self._begin(work)
        self._busy[name] = task
        task.add_done_callback(lambda _: self._busy.pop(name))

    async def _leave(self, quote: Quote, reached: Due) -> None:
        instrument = self._desk.books.instrument(quote.key)
        exit_id = name("exit", quote.key, reached.reason, quote.at, quote.sequence)
        if instrument is not None:
            await self._exit(exit_id, instrument, quote.at, reached)

    async def _exit(self, exit_id: str, instrument: Instrument, at: int, reached: Due | None) -> None:
        """Close what no working order may take yet: because a price was reached, or whatever the price."""
        desk, key, cause = self._desk, instrument.key, f"{exit_id}.triggered"
        known = await desk.journal.find(cause)
        view = view_of(desk, instrument.market, key)
        free = abs(view.held) - view.reducing
        if free <= 0 or known is not None:
            return
        triggered = ExitTriggered(
            symbol=instrument.symbol,
            market=instrument.market,
            reason=reached.reason if reached else "safe",
            price=reached.price if reached else None,
            level=reached.level if reached else None,
            quantity=free,
        )
        order = exit_order(Slip(exit_id, "exit", desk.account, instrument), view.held, free)
        draft = Draft(f"run:{exit_id}", cause, desk.clock.now(), triggered, exit_id, cause)
        ruled = await rule(desk, Request(order), view, cause, [draft])
        answer = ruled if isinstance(ruled, Denied) else await desk.broker.submit(order, ruled)
        if not isinstance(answer, Placed):
            self._pausing[key] = at + MINUTE
            await self._alarm(exit_id, answer, cause)

    async def _alarm(self, exit_id: str, answer: Denied | Refused | Unknown, cause: str) -> None:
        why = answer.sentence if isinstance(answer, Denied) else answer.reason
        alert = RiskAlert(
            code="EXIT_UNKNOWN" if isinstance(answer, Unknown) else "EXIT_REFUSED",
            figure=Decimal(1),
            limit=Decimal(0),
            done=f"the holding still stands; the exit is tried again in a minute, or once its fate is known: {why}",
            severity="danger",
        )
        now = self._desk.clock.now()
        await self._desk.journal.append([Draft(f"run:{exit_id}", f"{exit_id}.alarm", now, alert, exit_id, cause)])

    async def _look_after(self, ticket: Ticket, now: int, in_the_way: bool) -> None:
        client, intent = ticket.order.client_id, await self._desk.journal.find(f"{ticket.verdict}.intent")
        overdue = intent is not None and now - intent.envelope.timestamp >= self._patience
        if ticket.state == "unknown":
            if overdue:
                self._once(client, self._ask(ticket))
        elif ticket.order.kind == "limit" and (overdue or in_the_way):
            self._once(client, self._withdraw(ticket))

    async def _ask(self, ticket: Ticket) -> None:
        await self._settle([ticket])

    async def _withdraw(self, ticket: Ticket) -> None:
        await self._desk.broker.cancel(ticket.order.client_id)
