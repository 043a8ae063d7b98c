"""The one composition root: the only place that chooses adapters and puts the desk together.

Modes differ here and nowhere else: in clock, models, feed and broker.
"""

import asyncio
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BadInput
from core.facts.models import Role
from core.market.hours import SessionTable
from core.market.quotes import Quote
from core.ports.broker import Broker
from core.ports.clock import Clock
from core.ports.journal import Journal
from core.ports.model import ChatModel
from graphs.combat import CombatGraph, combat
from graphs.state import Desk
from runtime.bookkeeper import Bookkeeper
from runtime.dispatch import Dispatch
from runtime.intake import Intake, Watcher
from runtime.lifelines import Lifelines
from runtime.lookups import equipped
from runtime.price_history import KeptBars
from runtime.projections import Projections
from runtime.protector import Protector
from runtime.seating import Seating, seat
from runtime.settings import Loaded, Settings
from runtime.stance import Stance
from runtime.state_folder import StateFolder
from runtime.watch import Watch
from tools.brokers.journaled import Journaled
from tools.brokers.paper import PaperBroker
from tools.brokers.venue import Venue
from tools.calendars import session_table
from tools.journals.sqlite import SqliteJournal
from tools.lookups.sources import Sources
from tools.telemetry import StageTimes

if TYPE_CHECKING:
    from core.quant.ticks.stream import Stream
    from tools.llm.line import Line

RELEASE = version("aegis-agents")


@dataclass(frozen=True)
class Overrides:
    """What a test, an evaluation or a replay puts in place of the configured adapters."""

    journal: Journal | None = None
    models: Mapping[Role, ChatModel] = field(default_factory=dict)
    line: "Line | None" = None
    """What stands behind the providers' addresses in place of what the configuration says."""
    dates: tuple[date, date] | None = None
    """First and last trading date of the session tables; those of the recording if None."""
    paper: type[PaperBroker] = PaperBroker
    """Which make of paper broker; a test has silent and slow ones."""
    behind: Callable[[PaperBroker], Broker] | None = None
    """What stands behind the journal, given the paper broker, which sees the quotes; that one itself if None."""
    graph: CombatGraph | None = None
    """The graph that is run for each event; `graphs.combat.combat()` if None."""


@dataclass(frozen=True)
class House:
    """A desk put together and not yet opened."""

    loaded: Loaded
    folder: StateFolder
    clock: Clock
    projections: Projections
    paper: PaperBroker
    broker: Journaled
    desk: Desk
    dispatch: Dispatch
    intake: Intake
    bookkeeper: Bookkeeper
    protector: Protector
    watch: Watch
    stance: Stance
    lifelines: Lifelines
    telemetry: StageTimes
    seating: Seating

    async def close(self) -> None:
        """Close the journal and the connections to the providers."""
        try:
            await self.seating.close()
        finally:
            await self.projections.close()


def build(loaded: Loaded, folder: StateFolder, clock: Clock, overrides: Overrides | None = None) -> House:
    """Put a desk together; nothing runs, nothing is recorded and nothing is sent."""
    settings, chosen = loaded.settings, overrides or Overrides()
    refuse_live(settings)
    seating = seat(settings.models, clock, chosen.models, line=chosen.line, prompts=loaded.prompts)
    instruments = {item.key: item for market in settings.markets.values() for item in market.instruments()}
    sessions = session_tables(settings, chosen.dates)
    paper = chosen.paper(
        settings.desk.account, settings.desk.cash, Venue(instruments, sessions), clock, settings.paper, folder.broker
    )
    journal = chosen.journal or SqliteJournal.open(folder.journal)
    projections = Projections(journal, instruments, sessions, folder.latched)
    behind: Broker = chosen.behind(paper) if chosen.behind else paper
    broker = Journaled(behind, projections, clock, float(settings.desk.answer_seconds), settle_within=0)
    telemetry = StageTimes(clock, settings.service_levels.joined(settings.models.levels))

    def stream() -> "Stream | None":
        return taking.stream() if (taking := door()) else None

    def sources() -> Sources:
        return Sources(projections, clock, settings.postures, settings.risk, KeptBars(stream), projections)

    desk = Desk(
        account=settings.desk.account,
        roster=equipped(seating.roster, settings.models.lookups, sources),
        books=projections,
        journal=projections,
        broker=broker,
        clock=clock,
        telemetry=telemetry,
        postures=settings.postures,
        limits=settings.risk,
    )
    dispatch = Dispatch(chosen.graph or combat(), desk, projections, settings.desk.queue, settings.desk.at_once)
    bookkeeper = Bookkeeper(projections, settings.postures, clock)
    protector = Protector(desk, settings.desk.entry_minutes, broker.reconcile)
    lifelines = Lifelines(projections, broker, protector, telemetry, settings.continuity, clock)
    watch = Watch(projections, settings.desk.home, settings.risk, clock)
    stance = _stance(settings, projections, clock, KeptBars(stream))
    watchers = (_executing(paper), lifelines.see, watch.see, protector.see, stance.see)
    intake = Intake(projections, settings, watchers, dispatch.offer, clock)
    door = weakref.ref(intake)
    return House(
        loaded=loaded,
        folder=folder,
        clock=clock,
        projections=projections,
        paper=paper,
        broker=broker,
        desk=desk,
        dispatch=dispatch,
        intake=intake,
        bookkeeper=bookkeeper,
        protector=protector,
        watch=watch,
        stance=stance,
        lifelines=lifelines,
        telemetry=telemetry,
        seating=seating,
    )


def _executing(paper: PaperBroker) -> Watcher:
    """Let the paper broker see a quote before anybody acts on it."""

    async def execute_first(quote: Quote) -> None:
        paper.mark(quote)
        await asyncio.sleep(0)

    return execute_first


def _stance(settings: Settings, projections: Projections, clock: Clock, bars: KeptBars) -> Stance:
    markets = (settings.desk.home, settings.signals.vix.key)
    return Stance(projections, clock, settings.postures, markets, (bars, settings.stream.frames[0]))


def refuse_live(settings: Settings) -> None:
    """Only the paper broker ships in this release, so only modes that cannot touch money may start."""
    if settings.desk.mode in ("live", "paper", "shadow"):
        raise BadInput(
            f"desk.mode: {settings.desk.mode!r} needs an account at a broker, and this release has none but the paper "
            "broker on recorded data; use --profile demo"
        )


def recordings(settings: Settings) -> tuple[Path, ...]:
    """The files of the configured feed; a bare name is one of the recordings that ship."""
    return tuple(map(_found, settings.feed.files))


def headline_files(settings: Settings) -> tuple[Path, ...]:
    """The files of headlines that are replayed with them."""
    return tuple(map(_found, settings.feed.headlines))


def _found(name: str) -> Path:
    shipped = Path(str(files("evals"))) / "data"
    return Path(name) if Path(name).parent != Path(".") else shipped / name


def session_tables(settings: Settings, dates: tuple[date, date] | None = None) -> dict[str, SessionTable]:
    """The sessions of every configured market over these dates, or those of the recording."""
    first, last = dates or (settings.feed.first, settings.feed.last)
    codes = {market.market for market in settings.markets.values()}
    return {code: session_table(code, first, last, settings.calendars) for code in sorted(codes)}
