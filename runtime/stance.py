"""Keeps the posture: looks at the conditions each half hour of a session, and at every price for what cannot wait.

Nothing here has a timer: prices are the occasions, so a recording that is replayed makes the same changes. An emergency
and the end of a person's order count from their instant on (`core/desk/stance`); the next price records them.
"""

import asyncio
from decimal import Decimal
from typing import Any

from core.desk.conditions import conditions
from core.desk.posture import Postures
from core.desk.stance import Readings, Refused, Wish, assessed, is_urgent, ordered, urgent
from core.desk.switching import Judged
from core.facts.desk import PostureChanged
from core.market.hours import Session
from core.market.instants import MINUTE, shown
from core.market.instruments import Market
from core.market.quotes import Quote
from core.ports.clock import Clock
from core.record.envelope import Draft
from runtime.price_history import KeptBars
from runtime.projections import Projections


class Stance:
    """The only writer of postures."""

    def __init__(
        self,
        projections: Projections,
        clock: Clock,
        postures: Postures,
        markets: tuple[Market, str | None],
        bars: tuple[KeptBars, int],
    ) -> None:
        """`markets` is the home market and the index that is watched; `bars` are kept in bars of so many minutes."""
        self._books = projections
        self._clock = clock
        self._rules = postures.switching
        self._home, self._index = markets
        self._bars, self._minutes = bars
        self._began: int | None = None
        self._turn: tuple[str, int] | None = None
        self._latest: tuple[int, Judged] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def see(self, quote: Quote) -> None:
        """Record what cannot wait; look at the conditions when it is their turn."""
        now = self._clock.now()
        if self._began is None:
            self._began = now
        async with self._one_at_a_time:
            await self._hurry(now)
            session = self._session(now)
            if session is None or quote.market != self._home or not self._is_turn(session, now):
                return
            judged, change = assessed(self._books.state(), self._rules, now, self._read(session, now))
            self._latest = (now, judged)
            await self._record(change)

    async def order(self, wish: Wish) -> PostureChanged | Refused:
        """Carry out what a person orders, if it may be."""
        now = self._clock.now()
        async with self._one_at_a_time:
            await self._hurry(now)
            answer = ordered(self._books.state(), self._rules, now, wish)
            await self._record(answer if isinstance(answer, PostureChanged) else None)
        return answer

    def told(self) -> dict[str, Any]:
        """Since when and why the posture is held, and what the conditions asked for when they were last looked at."""
        state = self._books.state()
        tenure, latest = state.tenure, self._latest
        return {
            "since": shown(tenure.since),
            "cause": tenure.cause or "configuration",
            "why": tenure.why,
            "until": shown(tenure.until) if tenure.until else None,
            "no_looser_before": shown(tenure.kept) if tenure.kept else None,
            "conditions_at": shown(latest[0]) if latest else None,
            "conditions_ask_for": latest[1].posture if latest else None,
            "conditions_say": latest[1].why if latest else None,
            "latest_entries_at_a_limit": f"{sum(state.entries)} of {len(state.entries)}",
            "stop_losses_in_a_row": state.streaks.losses,
            "failures_in_a_row": len(state.streaks.failures),
        }

    async def _hurry(self, now: int) -> None:
        """Record what cannot wait."""
        if is_urgent(self._books.state(), self._rules, now):
            session = self._session(now)
            readings = self._read(session, now) if session else None
            await self._record(urgent(self._books.state(), self._rules, now, readings))

    def _is_turn(self, session: Session, now: int) -> bool:
        turn = (session.date, (now - session.opens) // (self._rules.every_minutes * MINUTE))
        before, self._turn = self._turn, turn
        return before is not None and before != turn and turn[1] > 0

    def _session(self, now: int) -> Session | None:
        sessions = self._books.sessions(self._home)
        return sessions.session_at(now) if sessions and sessions.is_open(now) else None

    def _read(self, session: Session, now: int) -> Readings:
        rules, key = self._rules, self._rules.key
        bars = self._bars.bars(key, self._minutes) if key else ()
        figures = {"vix": self._level(now), **conditions(bars, self._minutes, session.opens, now)}
        watched = now - (self._began if self._began is not None else now)
        return Readings(figures, key is not None and watched < rules.every_minutes * MINUTE)

    def _level(self, now: int) -> Decimal | None:
        quote = self._books.quote(self._index) if self._index else None
        fresh = quote is not None and now - quote.at <= self._rules.stale_minutes * MINUTE
        return quote.mid if quote is not None and fresh else None

    async def _record(self, change: PostureChanged | None) -> None:
        if change is None:
            return
        head = await self._books.head()
        identity = f"desk.posture.{head.position + 1}"
        await self._books.append([Draft("desk", identity, self._clock.now(), change, identity, identity)])
