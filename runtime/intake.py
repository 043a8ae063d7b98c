"""Takes quotes in: screened, shown to whoever watches prices, turned into an event when they are worth one.

An event is recorded before anyone acts on it. The same event from two feeds, or after a reconnect, is recorded once.
"""

from collections import Counter
from collections.abc import Awaitable, Callable

from core.errors import AlreadyRecorded
from core.facts.market import PriceTick
from core.facts.signals import SignalGenerated
from core.market.quotes import Quote, Watched, screen
from core.ports.clock import Clock
from core.ports.feed import Feed
from core.record.envelope import Draft, Recorded, name
from runtime.lookout import Lookout
from runtime.projections import Projections
from runtime.settings import Settings

Watcher = Callable[[Quote], Awaitable[None]]
Acceptor = Callable[[Recorded], Awaitable[None]]


class Intake:
    """The only door for quotes and events."""

    def __init__(
        self,
        projections: Projections,
        settings: Settings,
        watchers: tuple[Watcher, ...],
        accept: Acceptor,
        clock: Clock,
    ) -> None:
        self._books = projections
        self._settings = settings
        self._watchers = watchers
        self._accept_event = accept
        self._clock = clock
        self._watched: dict[str, Watched] = {}
        self._lookout = Lookout(
            settings.signals, [item.key for market in settings.markets.values() for item in market.instruments()]
        )
        self.received = 0
        self.doubted: Counter[str] = Counter()
        self.repeated = 0

    async def run(self, feed: Feed) -> None:
        """Take every quote of a feed until it ends."""
        async for quote in feed.quotes():
            await self.take(quote)

    async def take(self, quote: Quote) -> None:
        """Take one quote: believe it or not, show it around, and see whether it is worth an event."""
        self.received += 1
        key = quote.key
        if self._books.instrument(key) is None:
            self.doubted["unregistered"] += 1
            return
        screened = screen(quote, self._watched.get(key, Watched()), self._settings.quotes)
        self._watched[key] = screened.watched
        if screened.doubt is not None:
            self.doubted[screened.doubt] += 1
        if screened.quote is not None:
            await self._believe(screened.quote, screened.gap)

    async def accept(self, quote: Quote, signal: SignalGenerated) -> bool:
        """Record a tick and its signal, then hand the run on; a repeat changes nothing and answers no."""
        tick = name("tick", *quote.identity)
        now, market = self._clock.now(), f"market:{quote.key}"
        drafts = [
            Draft(market, tick, now, PriceTick(quote), signal.run, tick),
            Draft(market, signal.run, now, signal, signal.run, tick),
        ]
        try:
            written = await self._books.append(drafts)
        except AlreadyRecorded:
            self.repeated += 1
            return False
        await self._accept_event(written[-1])
        return True

    async def _believe(self, quote: Quote, gap: bool) -> None:
        self._books.mark(quote)
        for watch in self._watchers:
            await watch(quote)
        sessions = self._books.sessions(quote.market)
        if sessions is None or not sessions.is_open(quote.at):
            return
        signal = self._lookout.look(quote, sessions.trading_date(quote.at), gap)
        if signal is not None:
            await self.accept(quote, signal)
