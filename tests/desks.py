"""A whole desk for tests, on virtual time: the house of `bootstrap.build`, scripted seats, given quotes.

How to read a story: `tape` writes quotes as a table of one trading day, `says` writes what a seat replies, `acts` are
things that happen at an instant, and `Rehearsal.play` serves it all to the end with the same code as the service.
"""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from inspect import isawaitable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

from core.facts.desk import RunSettled
from core.facts.models import Role
from core.facts.orders import Order
from core.market.instants import SECOND, nanoseconds
from core.market.quotes import Quote
from core.ports.journal import Journal
from core.ports.model import ChatModel
from core.record.envelope import Recorded
from runtime.bootstrap import House, Overrides, build
from runtime.serve import Summary, serve
from runtime.settings import Loaded, load
from runtime.state_folder import StateFolder
from tests.agents.examples import reply
from tools.brokers.account import Accepted, Declined
from tools.brokers.paper import PaperBroker
from tools.clock import VirtualClock, VirtualLoop
from tools.feeds.timed import TimedFeed
from tools.journals.memory import MemoryJournal
from tools.journals.sqlite import SqliteJournal
from tools.llm.offline.scripted import Scripted, ScriptedModel

F = TypeVar("F")
DAY = "2013-10-04"
RISE = """
    13:40:00  IBM  184.00 184.02
    13:41:00  IBM  184.60 184.62
"""
"""A rise of 0.33 % in a minute: one event, at 13:41."""
CALM = "13:39:00  VIX  - -  18.00"
"""The index stands where it asks for guerrilla; without its level the posture becomes defensive within half an hour."""
FILLED = "13:42:00  IBM  184.58 184.60"
"""The quote after it, on which a purchase at 184.62 is executed."""


HOLD: dict[str, Any] = {"action": "hold", "direction": None}
"""What a commander changes in its reply to do nothing."""


class Act(NamedTuple):
    """Something that happens while the desk works."""

    at: str
    do: Callable[[House], object]


def instant(clock: str) -> int:
    """A time of the trading day, in nanoseconds."""
    return nanoseconds(datetime.fromisoformat(f"{DAY}T{clock}").replace(tzinfo=UTC))


def tape(*tables: str, source: str = "tape") -> list[Quote]:
    """Quotes from lines of time, symbol, bid, ask, and if they matter: last, and how many seconds late it came."""
    rows = [line.split() for table in tables for line in table.strip().splitlines()]
    return [_quote(number, row, source) for number, row in enumerate(rows, 1)]


def _quote(number: int, row: list[str], source: str) -> Quote:
    at = instant(row[0])
    bid, ask, last = (None if cell == "-" else Decimal(cell) for cell in (*row[2:5], "-")[:3])
    late = int(row[5]) if len(row) > 5 else 0
    return Quote(
        symbol=row[1],
        market="US",
        bid=bid,
        ask=ask,
        last=last,
        at=at,
        received=at + late * SECOND,
        source=source,
        sequence=number,
        provenance="replay",
    )


def says(role: Role, latency_ms: int = 0, symbol: str = "IBM", **changes: Any) -> Scripted:
    """An ordinary reply of a role: long, sure, at full size; bent by changes."""
    text = reply(role, **{**_PLAIN[role], "symbol": symbol, **changes})
    return Scripted(text, role, symbol, latency_ms=latency_ms)


_PLAIN: dict[Role, dict[str, Any]] = {
    "analyst": {"cited": []},
    "verifier": {"directions": ["long", "short"], "size_factor": "1"},
    "commander": {"cited": [], "invalidation": "183.50"},
}


def consent(symbol: str = "IBM", **decision: Any) -> list[Scripted]:
    """Replies of all three seats that end in a decision."""
    return [says("analyst", 0, symbol), says("verifier", 0, symbol), says("commander", 0, symbol, **decision)]


def settings(**values: object) -> Loaded:
    """The demo's configuration with the rules in its seats; `risk__min_confidence=85` sets `risk.min_confidence`."""
    given = {f"AEGIS_{name.upper()}": str(value) for name, value in values.items()}
    return load("demo", None, {"AEGIS_MODELS__ROSTER": "rules"} | given, Path("no.env"))


@dataclass
class Told:
    """What came of a story."""

    house: House
    summary: Summary
    recorded: list[Recorded]
    lines: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [event.envelope.type for event in self.recorded]

    @property
    def outcomes(self) -> list[str]:
        return [settled.outcome for settled in self.all(RunSettled)]

    @property
    def settled(self) -> RunSettled:
        (only,) = self.all(RunSettled)
        return only

    @property
    def sent(self) -> list[Order]:
        """Orders in the broker's own record."""
        return [entry.order for entry in self.house.paper.record if isinstance(entry, Accepted | Declined)]

    @property
    def held(self) -> dict[str, Decimal]:
        return {key: position.quantity for key, position in self.house.projections.state().positions.items()}

    def all(self, kind: type[F]) -> list[F]:
        return [event.fact for event in self.recorded if isinstance(event.fact, kind)]

    def at(self, kind: type) -> list[int]:
        return [event.envelope.timestamp for event in self.recorded if isinstance(event.fact, kind)]


@dataclass(frozen=True)
class Rehearsal:
    """A state folder, and how its desk is put together; each `play` is one start of the service on it."""

    path: Path
    loaded: Loaded = field(default_factory=settings)
    paper: type[PaperBroker] = PaperBroker
    journal: Callable[[], Journal] = MemoryJournal

    def play(
        self,
        quotes: Sequence[Quote],
        replies: Sequence[Scripted] = (),
        acts: Sequence[Act] = (),
        *,
        models: Mapping[Role, ChatModel] | None = None,
        begin: str | None = None,
    ) -> Told:
        """Open the desk, five minutes before the first quote if nothing else is said, and serve to the last one."""
        script = ScriptedModel(replies)
        seats: dict[Role, ChatModel] = {**dict.fromkeys(get_args(Role), script), **(models or {})}
        loop = VirtualLoop(instant(begin) if begin else quotes[0].at - 300 * SECOND)
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            told = runner.run(self._serve(VirtualClock(loop), quotes, seats, acts))
        script.finish()
        return told

    def house(self, clock: VirtualClock, models: Mapping[Role, ChatModel] | None = None) -> House:
        """The desk, not opened."""
        self.path.mkdir(exist_ok=True)
        journal = self.journal()
        chosen = Overrides(journal=journal, models=models or {}, paper=self.paper)
        try:
            return build(self.loaded, StateFolder(self.path), clock, chosen)
        except BaseException:
            with suppress(StopIteration):
                journal.close().__await__().__next__()
            raise

    def copy(self, name: str) -> "Rehearsal":
        """The folder as it is at this instant: what a process that is killed now would leave behind."""
        shutil.copytree(self.path, self.path.with_name(name), ignore=shutil.ignore_patterns("*.sock"))
        return kept(self.path.with_name(name), self.loaded)

    async def _serve(
        self, clock: VirtualClock, quotes: Sequence[Quote], seats: Mapping[Role, ChatModel], acts: Sequence[Act]
    ) -> Told:
        house = self.house(clock, seats)
        recorded: list[Recorded] = []
        house.projections.listen(recorded.append)
        lines: list[str] = []
        happening = [asyncio.create_task(_happen(act, house)) for act in acts]
        try:
            summary = await serve(house, TimedFeed(quotes, clock), lines.append, True)
            await asyncio.gather(*happening)
        finally:
            await house.projections.close()
        return Told(house, summary, recorded, lines)


def kept(path: Path, loaded: Loaded | None = None, paper: type[PaperBroker] = PaperBroker) -> Rehearsal:
    """A rehearsal whose journal is a file, so that it can be started again."""
    return Rehearsal(path, loaded or settings(), paper, lambda: SqliteJournal.open(path / "journal.db"))


async def _happen(act: Act, house: House) -> None:
    await asyncio.sleep((instant(act.at) - house.clock.now()) / SECOND)
    doing = act.do(house)
    if isawaitable(doing):
        await doing
