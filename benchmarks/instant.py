"""A real desk whose seats answer at once: no model is there, all the rest is what `serve` puts together.

The clock stands still inside a session, so nothing goes stale. The verifier allows a fifth of the size, so the five
events of a batch end in an entry each; between batches, unmeasured, those are cancelled and a new day begins.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.facts.desk import DayOpened
from core.facts.models import Role
from core.facts.signals import MarketEvent, SignalGenerated
from core.market.instants import SECOND, moment
from core.market.quotes import Quote
from core.ports.model import ChatModel, ChatRequest, Completion
from core.record.codec import encode
from core.record.envelope import Draft, Recorded, name
from graphs.combat import combat
from runtime.bootstrap import House, Overrides, build
from runtime.dispatch import Dispatch
from runtime.intake import Intake
from runtime.recovery import recover, reopen
from runtime.settings import load
from runtime.state_folder import StateFolder

AT = 1_380_895_800 * SECOND
"""2013-10-04 14:10 UTC, a Friday morning in New York."""
FIGURES = {
    "last": "184.05",
    "bid": "184.04",
    "ask": "184.06",
    "bid_size": "900",
    "ask_size": "700",
    "reference": "183.40",
    "change_pct": "0.3544",
    "threshold_pct": "0.25",
    "window_minutes": "10",
    "spread_bp": "1.0866",
}
CITED = [{"figure": figure, "value": FIGURES[figure]} for figure in ("change_pct", "threshold_pct", "spread_bp")]

ANALYSIS = {
    "symbol": "IBM",
    "view": "long",
    "confidence": 88,
    "patterns": ["momentum"],
    "risk": "medium",
    "data_quality": "good",
    "cited": CITED,
    "rationale": "A rise of 0.35 % is 1.42 thresholds: followed.",
}
APPROVAL = {
    "symbol": "IBM",
    "ruling": "approve",
    "directions": ["long", "short"],
    "size_factor": "0.2",
    "confidence": 93,
    "reasons": ["the spread of 1.09 bp is fair and the quote is fresh"],
}
VETO = {
    "symbol": "IBM",
    "ruling": "veto",
    "directions": [],
    "size_factor": "0",
    "confidence": 95,
    "reasons": ["the words from outside are alarming"],
}
DECISION = {
    "symbol": "IBM",
    "action": "open",
    "direction": "long",
    "confidence": 88,
    "invalidation": "183.10",
    "horizon_minutes": 30,
    "fraction": "1",
    "cited": CITED,
    "rationale": "Go long; wrong once it moves 1.5 times the shock the other way.",
}


class StoppedClock:
    """Always the same instant; durations are real."""

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        return AT

    def elapsed(self) -> int:
        """Monotonic nanoseconds."""
        return time.perf_counter_ns()


class InstantModel:
    """Gives its one reply at once."""

    name = "instant"
    label = "instant, no model"

    def __init__(self, reply: Mapping[str, Any], asked: Callable[[], object] = lambda: None) -> None:
        self._reply = encode(reply).decode()
        self._asked = asked

    async def complete(self, _request: ChatRequest) -> Completion:
        """The prepared reply."""
        self._asked()
        return Completion(text=self._reply, model=self.name)


class Bench:
    """One desk, opened on its own state folder, that is given accepted events."""

    def __init__(self, folder: Path, models: Mapping[Role, ChatModel], at_once: int) -> None:
        loaded, state = load("demo"), StateFolder(folder)
        state.claim(loaded.settings.desk.account)
        self.house: House = build(loaded, state, StoppedClock(), Overrides(models=models))
        books = self.house.projections
        self.dispatch = Dispatch(combat(), self.house.desk, books, 256, at_once)
        self._accepted: list[Recorded] = []
        self._door = Intake(books, loaded.settings, (), self._keep, self.house.clock)
        self._sequence = 0
        self._day = 0

    async def open(self) -> None:
        """Open the desk and show it the price that all events are about."""
        await reopen(self.house)
        self._booking = asyncio.create_task(self.house.bookkeeper.run(self.house.broker.reports()))
        await recover(self.house)
        await self.house.intake.take(_quote(0))

    async def accept(self, count: int) -> list[Recorded]:
        """Begin a day without orders, and record so many events."""
        await self._begin_day()
        self._accepted = []
        for _ in range(count):
            self._sequence += 1
            quote = _quote(self._sequence)
            await self._door.accept(quote, SignalGenerated(_event(quote), name("bench", self._sequence)))
        return self._accepted

    async def decide(self, accepted: list[Recorded]) -> None:
        """Take accepted events to their outcomes."""
        for each in accepted:
            await self.dispatch.offer(each)
        await self.dispatch.drain()

    def outcomes(self) -> dict[str, int]:
        """How the runs ended."""
        return dict(self.house.projections.outcomes)

    async def close(self) -> None:
        """End the session and let go of the journal."""
        await self.house.broker.close()
        await self._booking
        await self.house.projections.close()
        self.house.folder.release()

    async def _keep(self, accepted: Recorded) -> None:
        self._accepted.append(accepted)

    async def _begin_day(self) -> None:
        books = self.house.projections
        for ticket in books.state().working:
            await self.house.broker.cancel(ticket.order.client_id)
            await asyncio.sleep(0)
        self._day += 1
        day = DayOpened("US", f"day {self._day}", await self.house.broker.cash())
        await books.append([Draft("desk", f"bench.day.{self._day}", AT, day, "bench", "bench")])


def _quote(sequence: int) -> Quote:
    sides = {side: Decimal(FIGURES[side]) for side in ("bid", "ask", "last", "bid_size", "ask_size")}
    return Quote(
        symbol="IBM",
        market="US",
        at=AT,
        received=AT,
        source="bench",
        sequence=sequence,
        provenance="synthetic",
        **sides,
    )


def _event(quote: Quote) -> MarketEvent:
    return MarketEvent(
        kind="price_shock",
        symbol=quote.symbol,
        market=quote.market,
        at=moment(quote.at),
        source=quote.source,
        sequence=quote.sequence,
        figures={figure: Decimal(value) for figure, value in FIGURES.items()},
    )
