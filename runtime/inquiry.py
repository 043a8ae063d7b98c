"""One event through a whole desk of its own, and the story of what came of it."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from msgspec import Struct

from core.errors import BadInput, RunLost
from core.facts.desk import RunSettled
from core.facts.signals import MarketEvent, SignalGenerated
from core.market.instants import nanoseconds
from core.market.quotes import Grade, Quote
from core.record.envelope import name
from runtime.bootstrap import House, Overrides, build
from runtime.disclosure import Disclosure, disclose
from runtime.narrator import Narrator
from runtime.recovery import recover, reopen
from runtime.serve import close
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tools.clock import VirtualClock, VirtualLoop

DAY, WEEK = timedelta(days=1), timedelta(days=7)
VOUCHED = Grade(Decimal(100), Decimal(0))
"""Nobody measured the data of an event that a person hands in: who asks vouches for its figures, on paper only."""
YEARS = range(1971, 2200)
"""When an event may have happened: where journals, clocks and calendars all agree what a nanosecond is."""


class Inquiry(Struct, frozen=True):
    """What came of one event."""

    run: str
    outcome: str
    reason: str
    story: tuple[str, ...]
    journal: str
    journal_events: int
    chain_head: str
    seats: Disclosure


def inquire(loaded: Loaded, folder: StateFolder, event: MarketEvent) -> Inquiry:
    """Open a desk at the instant of the event, take it through, and close."""
    bid, ask = event.figures.get("bid"), event.figures.get("ask")
    if bid is not None and ask is not None and bid > ask:
        raise BadInput(f"event: figures.bid: {bid} is above the ask, {ask}; nobody can believe such a quote")
    if event.at.year not in YEARS:
        raise BadInput(f"event: at: must lie in the years {YEARS[0]} to {YEARS[-1]}, found {event.at.isoformat()!r}")
    loop = VirtualLoop(nanoseconds(event.at))
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(_inquire(loaded, folder, event, VirtualClock(loop)))


async def _inquire(loaded: Loaded, folder: StateFolder, event: MarketEvent, clock: VirtualClock) -> Inquiry:
    story: list[str] = []
    house = build(loaded, folder, clock, Overrides(dates=(event.at.date() - DAY, event.at.date() + WEEK)))
    house.projections.listen(Narrator(story.append).hear)
    try:
        return await _asked(house, event, story)
    finally:
        await house.close()


async def _asked(house: House, event: MarketEvent, story: list[str]) -> Inquiry:
    clock = house.clock
    house.seating.load()
    await reopen(house)
    booking = asyncio.create_task(house.bookkeeper.run(house.broker.reports()))
    await recover(house)
    quote, run = _quote(event, clock.now()), name("asked", event.kind, event.key, event.at.isoformat(), event.sequence)
    house.projections.mark(quote)
    house.projections.grade(event.key, VOUCHED)
    house.paper.mark(quote)
    await house.watch.see(quote)
    if not await house.intake.accept(quote, SignalGenerated(event, run)):
        raise BadInput(f"event: this desk has decided on it before, as run {run}; choose another --state")
    await house.dispatch.drain()
    settled = await house.projections.find(f"{run}.settled")
    if settled is None or not isinstance(settled.fact, RunSettled):
        raise RunLost(f"run {run} ended without an outcome")
    await house.broker.close()
    await booking
    summary = await close(house, "the event was decided")
    return Inquiry(
        run,
        settled.fact.outcome,
        settled.fact.reason,
        tuple(story),
        str(house.folder.journal),
        summary.journal_events,
        summary.chain_head,
        await disclose(house.projections, run),
    )


def _quote(event: MarketEvent, now: int) -> Quote:
    """The event's own figures as the quote the desk sees; what they lack stays missing."""
    figures = event.figures
    return Quote(
        symbol=event.symbol,
        market=event.market,
        bid=figures.get("bid"),
        ask=figures.get("ask"),
        last=figures.get("last"),
        bid_size=figures.get("bid_size"),
        ask_size=figures.get("ask_size"),
        at=now,
        received=now,
        source=event.source,
        sequence=event.sequence,
        provenance="synthetic",
    )
