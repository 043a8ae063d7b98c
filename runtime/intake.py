"""Takes in quotes and headlines: screened, shown to whoever watches prices, turned into an event when worth one.

An event is recorded before anyone acts on it. The same event from two feeds, or after a reconnect, is recorded once.
The volatility index is watched and not traded: its quotes are screened, remembered, and shown to nobody who trades.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from core.errors import AlreadyRecorded
from core.facts.market import PriceTick
from core.facts.signals import SignalGenerated
from core.market.quotes import Quote, Screened, Watched, screen
from core.ports.clock import Clock
from core.ports.feed import Feed
from core.record.envelope import Draft, Recorded, name
from core.signals import gauges, headlines, news
from core.signals.nearness import Holding
from core.signals.news import Headline
from runtime.lookout import Lookout
from runtime.projections import Projections
from runtime.settings import Settings

if TYPE_CHECKING:
    from core.quant.ticks.stream import Stream

Watcher = Callable[[Quote], Awaitable[None]]
Acceptor = Callable[[Recorded], Awaitable[None]]

HARMFUL = frozenset({"empty", "crossed", "outlier"})
"""Doubts about the data themselves. A late or repeated delivery says nothing of what was delivered."""


class Intake:
    """The only door for quotes, headlines and events."""

    def __init__(
        self,
        projections: Projections,
        settings: Settings,
        watchers: tuple[Watcher, ...],
        accept: Acceptor,
        clock: Clock,
    ) -> None:
        instruments = [item for market in settings.markets.values() for item in market.instruments()]
        self._books = projections
        self._settings = settings
        self._rules = settings.quotes
        self._index_rules = structs.replace(settings.quotes, outlier_pct=settings.signals.vix.outlier_pct)
        self._watchers = watchers
        self._accept_event = accept
        self._clock = clock
        self._watched: dict[str, Watched] = {}
        self._lookout = Lookout(
            settings.signals,
            [item.key for item in instruments],
            settings.ticks,
            {item.key: days for item in instruments if (days := _days(projections, item.market))},
        )
        self._universe = headlines.universe(instruments)
        self.received = 0
        self.doubted: Counter[str] = Counter()
        self.repeated = 0

    def warm(self) -> None:
        """Load the kernels, which a first quote would otherwise have to wait for."""
        self._lookout.warm()

    def stream(self) -> "Stream | None":
        """The tick path, once it has been loaded."""
        return self._lookout.loaded

    async def run(self, feed: Feed) -> None:
        """Take everything of a feed until it ends."""
        for signals in self._books.woken.values():
            self._lookout.recall(signals)
        async for seen in feed.quotes():
            await (self.headline(seen) if isinstance(seen, Headline) else self.take(seen))

    async def take(self, quote: Quote) -> None:
        """Take one quote: believe it or not, show it around, and see whether it is worth an event."""
        self.received += 1
        key, gauged = quote.key, quote.key == self._settings.signals.vix.key
        if self._books.instrument(key) is None and not gauged:
            self.doubted["unregistered"] += 1
            return
        screened = screen(quote, self._watched.get(key, Watched()), self._index_rules if gauged else self._rules)
        self._watched[key] = screened.watched
        if screened.doubt is not None:
            self.doubted[screened.doubt] += 1
        if gauged:
            await self._gauge(screened.quote)
        elif screened.quote is not None:
            await self._believe(screened.quote, screened.gap)
        else:
            self._count(quote, screened)

    async def headline(self, headline: Headline) -> None:
        """Take one headline: each instrument it means has an event, if it is worth one."""
        rules, now = self._settings.signals.headline, self._clock.now()
        if news.is_late(headline, rules):
            self.doubted["late headline"] += 1
            return
        for mention in headlines.detect(headline.text, self._universe, rules):
            instrument = self._books.instrument(mention.key)
            if instrument is None or not self._is_open(instrument.market, now):
                self.doubted["headline of a closed market"] += 1
                continue
            own = self._lookout.known(mention.key, now)
            signal = news.event_of(headline, mention, instrument, self._books.quote(mention.key), own)
            draft = Draft(f"market:{mention.key}", signal.run, now, signal, signal.run, signal.run)
            if self._lookout.hears(signal, headline.at) and await self._accept([draft]):
                self._lookout.heed(signal, headline.at)

    async def accept(self, quote: Quote, *signals: SignalGenerated) -> bool:
        """Record a tick and its signals, then hand their runs on; a repeat changes nothing and answers no."""
        tick, now = name("tick", *quote.identity), self._clock.now()
        first = signals[0].run
        return await self._accept(
            [
                Draft(f"market:{quote.key}", tick, now, PriceTick(quote), first, tick),
                *(Draft(f"market:{each.event.key}", each.run, now, each, each.run, tick) for each in signals),
            ]
        )

    async def _accept(self, drafts: Sequence[Draft]) -> bool:
        try:
            written = await self._books.append(drafts)
        except AlreadyRecorded:
            self.repeated += 1
            return False
        for recorded in written:
            if isinstance(recorded.fact, SignalGenerated):
                await self._accept_event(recorded)
        return True

    async def _believe(self, quote: Quote, gap: bool) -> None:
        self._books.mark(quote)
        for watch in self._watchers:
            await watch(quote)
        sessions = self._books.sessions(quote.market)
        if sessions is None or not sessions.is_open(quote.at):
            return
        signal = self._lookout.look(quote, sessions.trading_date(quote.at), gap, self._holding(quote.key))
        self._grade(quote.key)
        if signal is not None:
            await self.accept(quote, signal)

    def _count(self, quote: Quote, screened: Screened) -> None:
        """Let a quote that nobody can believe lower the quality of its instrument's data."""
        if screened.doubt in HARMFUL and self._is_open(quote.market, quote.at):
            self._lookout.doubt(quote)
            self._grade(quote.key)

    def _grade(self, key: str) -> None:
        grade = self._lookout.grade(key)
        if grade is not None:
            self._books.grade(key, grade)

    async def _gauge(self, quote: Quote | None) -> None:
        if quote is not None:
            self._books.mark(quote)
        crossing = self._lookout.gauge(quote) if quote else None
        if quote is None or crossing is None:
            return
        rules, positions = self._settings.signals.vix, self._books.state().positions
        signals = [
            gauges.event_of(crossing, quote, held, self._books.quote(key), rules)
            for key, held in sorted(positions.items())
            if held.quantity and self._is_open(held.market, quote.at)
        ]
        if signals:
            await self.accept(quote, *signals)

    def _is_open(self, market: str, at: int) -> bool:
        sessions = self._books.sessions(market)
        return sessions is not None and sessions.is_open(at)

    def _holding(self, key: str) -> Holding | None:
        state = self._books.state()
        position, protection = state.positions.get(key), state.protections.get(key)
        average = position.average if position else None
        if position is None or protection is None or average is None:
            return None
        return Holding(position.quantity, average, protection)


def _days(projections: Projections, market: str) -> tuple[int, ...]:
    """When the trading days of a market begin, and when the last one ends."""
    sessions = projections.sessions(market)
    known = sessions.sessions if sessions else ()
    return (*(session.opens for session in known), known[-1].closes) if known else ()
