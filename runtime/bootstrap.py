"""The one composition root: the only place that chooses adapters and puts the desk together.

Modes differ here and nowhere else: in clock, models, feed and broker.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from agents.roster import Roster, Seat
from core.errors import BadInput
from core.facts.models import Role
from core.market.hours import SessionTable
from core.market.quotes import Quote
from core.ports.clock import Clock
from core.ports.journal import Journal
from core.ports.model import ChatModel
from graphs.combat import combat
from graphs.state import Desk
from prompts.library import load as load_prompt
from runtime.bookkeeper import Bookkeeper
from runtime.dispatch import Dispatch
from runtime.intake import Intake
from runtime.projections import Projections
from runtime.protector import Protector
from runtime.settings import Loaded, Settings
from runtime.state_folder import StateFolder
from runtime.watch import Watch
from tools.brokers.journaled import Journaled
from tools.brokers.paper import PaperBroker
from tools.brokers.venue import Venue
from tools.calendars import session_table
from tools.journals.sqlite import SqliteJournal
from tools.llm.rules import RulesModel
from tools.telemetry import StageTimes

RELEASE = version("aegis-agents")


@dataclass(frozen=True)
class Overrides:
    """What a test, an evaluation or a replay puts in place of the configured adapters."""

    journal: Journal | None = None
    models: Mapping[Role, ChatModel] = field(default_factory=dict)
    dates: tuple[date, date] | None = None
    """First and last trading date of the session tables; those of the recording if None."""
    paper: type[PaperBroker] = PaperBroker
    """Which make of paper broker; a test has silent and slow ones."""


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
    telemetry: StageTimes


def build(loaded: Loaded, folder: StateFolder, clock: Clock, overrides: Overrides | None = None) -> House:
    """Put a desk together; nothing runs, nothing is recorded and nothing is sent."""
    settings, chosen = loaded.settings, overrides or Overrides()
    refuse_live(settings)
    instruments = {item.key: item for market in settings.markets.values() for item in market.instruments()}
    sessions = session_tables(settings, chosen.dates)
    paper = chosen.paper(
        settings.desk.account, settings.desk.cash, Venue(instruments, sessions), clock, settings.paper, folder.broker
    )
    journal = chosen.journal or SqliteJournal.open(folder.journal)
    projections = Projections(journal, instruments, sessions, folder.latched)
    broker = Journaled(paper, projections, clock, float(settings.desk.answer_seconds), settle_within=0)
    telemetry = StageTimes()
    desk = Desk(
        account=settings.desk.account,
        roster=roster(settings, chosen.models),
        books=projections,
        journal=projections,
        broker=broker,
        clock=clock,
        telemetry=telemetry,
        postures=settings.postures,
        limits=settings.risk,
    )
    dispatch = Dispatch(combat(), desk, projections, settings.desk.queue, settings.desk.at_once)
    bookkeeper = Bookkeeper(projections, settings.postures, clock)
    protector = Protector(desk, settings.desk.entry_minutes, broker.reconcile)
    watch = Watch(projections, settings.desk.home, settings.risk, clock)

    async def execute_first(quote: Quote) -> None:
        paper.mark(quote)
        await asyncio.sleep(0)

    intake = Intake(projections, settings, (execute_first, watch.see, protector.see), dispatch.offer, clock)
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
        telemetry=telemetry,
    )


def refuse_live(settings: Settings) -> None:
    """Only the paper broker ships in this release, so only modes that cannot touch money may start."""
    if settings.desk.mode in ("live", "paper", "shadow"):
        raise BadInput(
            f"desk.mode: {settings.desk.mode!r} needs an account at a broker, and this release has none but the paper "
            "broker on recorded data; use --profile demo"
        )


def recordings(settings: Settings) -> tuple[Path, ...]:
    """The files of the configured feed; a bare name is one of the recordings that ship."""
    shipped = Path(str(files("evals"))) / "data"
    return tuple(Path(name) if Path(name).parent != Path(".") else shipped / name for name in settings.feed.files)


def session_tables(settings: Settings, dates: tuple[date, date] | None = None) -> dict[str, SessionTable]:
    """The sessions of every configured market over these dates, or those of the recording."""
    first, last = dates or (settings.feed.first, settings.feed.last)
    return {market.market: session_table(market.market, first, last) for market in settings.markets.values()}


def roster(settings: Settings, models: Mapping[Role, ChatModel] | None = None) -> Roster:
    """Who sits where; `models` take a seat before the configured ones."""
    given = models or {}
    seats = {
        role: Seat(
            role=role,
            model=given.get(role) or _model(terms.model, settings),
            prompt=load_prompt(role),
            deadline=terms.deadline_seconds,
            temperature=terms.temperature,
        )
        for role, terms in settings.models.seats.items()
    }
    return Roster(seats["analyst"], seats["verifier"], seats["commander"])


def _model(name: str, settings: Settings) -> ChatModel:
    if name != "rules":
        raise BadInput(f"models.seats: no model is called {name!r}; this release seats 'rules'")
    return RulesModel(settings.models.rules)
