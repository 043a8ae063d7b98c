"""A world that can be broken: a feed, a broker and models that stop when they are told to, in front of a whole desk."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal

from core.errors import Transient
from core.facts.models import Role
from core.facts.signals import EventKind, MarketEvent, SignalGenerated
from core.market.instants import SECOND, moment
from core.market.quotes import Quote
from core.ports.clock import Clock
from core.ports.model import ChatRequest, Completion
from core.record.envelope import name
from runtime.bootstrap import House
from tools.brokers.paper import PaperBroker
from tools.llm.offline.rules import RulesModel

SYMBOL, MARKET = "IBM", "US"
EVERY = 0.25
"""Seconds between quotes."""
THINKS_EVERY = 2.0
"""Seconds between events while models are looked at."""
BID, ASK = Decimal("184.60"), Decimal("184.62")
SILENT = 3600.0


class World:
    """What is broken now."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.over = asyncio.Event()


class BrokenFeed:
    """Quotes of one instrument, four a second, whenever the feed is whole."""

    name = "incident"

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    async def quotes(self) -> AsyncIterator[Quote]:
        """The stream, until the incident is over."""
        number = 0
        while not self._world.over.is_set():
            number += 1
            if "feed" not in self._world.broken:
                yield quote_at(self._clock.now(), number)
            await asyncio.sleep(EVERY)

    async def close(self) -> None:
        """End the stream."""
        self._world.over.set()


def broker_of(world: World) -> type[PaperBroker]:
    """A make of paper broker that falls silent, or says something else than it did."""

    class Breakable(PaperBroker):
        """Silent while the broker is broken; holds something nobody bought while it is false."""

        async def positions(self) -> Mapping[str, Decimal]:
            if "broker" in world.broken:
                await asyncio.sleep(SILENT)
            held = dict(await super().positions())
            return {**held, "US:SPY": Decimal(7)} if "truth" in world.broken else held

    return Breakable


class BrokenModel:
    """The rules, whenever the provider is whole."""

    name, label = "rules", "rules, no model"

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = RulesModel()

    async def complete(self, request: ChatRequest) -> Completion:
        """Answer, or be unavailable."""
        if "models" in self._world.broken:
            raise Transient("the provider does not answer")
        return await self._rules.complete(request)


def seats(world: World) -> dict[Role, BrokenModel]:
    """Such a model in every seat."""
    return {"analyst": BrokenModel(world), "verifier": BrokenModel(world), "commander": BrokenModel(world)}


async def buy(house: House) -> None:
    """Let the desk buy something by an event that its rules follow, so that there is something to lose."""
    shock = {"change_pct": Decimal("0.80"), "threshold_pct": Decimal("0.25"), "window_minutes": Decimal(10)}
    await wake(house, "price_shock", {"reference": Decimal("183.15"), **shock})


async def ask_models(house: House, world: World) -> None:
    """Event after event that asks the seats, of a kind that their rules do not follow."""
    while not world.over.is_set():
        await wake(house, "rsi_extreme", {"rsi": Decimal(71), "rsi_bound": Decimal(70)})
        await asyncio.sleep(THINKS_EVERY)


async def wake(house: House, kind: EventKind, figures: dict[str, Decimal]) -> None:
    """One event at this instant."""
    now = house.clock.now()
    event = MarketEvent(
        kind=kind,
        symbol=SYMBOL,
        market=MARKET,
        at=moment(now),
        source="incident",
        sequence=now // SECOND,
        figures={"bid": BID, "ask": ASK, **figures},
    )
    run = name("incident", kind, now)
    await house.intake.accept(quote_at(now, 1_000_000 + now // SECOND), SignalGenerated(event, run))


def quote_at(now: int, number: int) -> Quote:
    """The price does not move; only whether it comes does."""
    return Quote(
        symbol=SYMBOL,
        market=MARKET,
        bid=BID,
        ask=ASK,
        last=BID,
        at=now,
        received=now,
        source="incident",
        sequence=number,
        provenance="synthetic",
    )
