"""The read side: folds what is appended into the desk's state, and remembers the latest believable quotes.

It stands in front of the journal: whoever appends, appends through it, so the state is never behind the record by more
than the append itself. After a restart it is rebuilt from the journal alone.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from decimal import Decimal

from core.desk.recollection import Recollection, recall
from core.desk.state import DeskState, equity, evolve
from core.facts.desk import DeskOpened, RunSettled
from core.facts.signals import SignalGenerated
from core.market.hours import SessionTable
from core.market.instruments import Instrument, Money
from core.market.quotes import Grade, Quote
from core.ports.journal import Chain, Head, Journal, Verified
from core.record.envelope import Draft, Recorded
from tools.clock import ticking

Listener = Callable[[Recorded], None]


class Projections:
    """A journal that keeps the books while it records."""

    def __init__(
        self,
        journal: Journal,
        instruments: Mapping[str, Instrument],
        sessions: Mapping[str, SessionTable],
        latched: Callable[[], bool],
    ) -> None:
        self._journal = journal
        self._instruments = instruments
        self._sessions = sessions
        self._latched = latched
        self._state = DeskState()
        self._recollection = Recollection()
        self._quotes: dict[str, Quote] = {}
        self._grades: dict[str, Grade] = {}
        self._listeners: list[Listener] = []
        self.counts: Counter[str] = Counter()
        """Events by wire name."""
        self.woken: dict[tuple[str, str], tuple[SignalGenerated, ...]] = {}
        """By instrument and kind, the last two events: an older one is no longer quiet (`core/signals/waking`)."""
        self.outcomes: Counter[str] = Counter()
        """Settled runs by outcome."""
        self.faults: list[str] = []
        """What went wrong beside the record, for `desk status`."""
        self.latest = 0
        """The instant of the last event; no desk may act before it."""
        self.took = 0
        """How long the latest append took, in nanoseconds of the loop."""
        self.began: Money | None = None
        """What the account held when the journal began."""

    async def rebuild(self) -> None:
        """Fold the journal from its first event."""
        self._state, self._recollection, self.began = DeskState(), Recollection(), None
        self.counts.clear()
        self.woken.clear()
        self.outcomes.clear()
        async for recorded in self._journal.read():
            self._fold(recorded)

    def listen(self, listener: Listener) -> None:
        """Tell this listener of every event once it is recorded and folded."""
        self._listeners.append(listener)

    def mark(self, quote: Quote) -> None:
        """Remember the latest believable quote of an instrument."""
        self._quotes[quote.key] = quote

    def grade(self, key: str, grade: Grade) -> None:
        """Remember how far the data of an instrument can be trusted."""
        self._grades[key] = grade

    def state(self) -> DeskState:
        """Everything the journal says, folded."""
        return self._state

    def recollection(self) -> Recollection:
        """The last decisions with their outcomes, and the last profits and losses."""
        return self._recollection

    def quote(self, key: str) -> Quote | None:
        """The latest believable quote of an instrument."""
        return self._quotes.get(key)

    def quotes(self) -> Mapping[str, Quote]:
        """The latest believable quotes of all instruments, by key."""
        return self._quotes

    def quality(self, key: str) -> Grade | None:
        """How far the data of an instrument could be trusted at its last quote; None before the first."""
        return self._grades.get(key)

    def instrument(self, key: str) -> Instrument | None:
        """The registered instrument of this key."""
        return self._instruments.get(key)

    @property
    def tables(self) -> Mapping[str, SessionTable]:
        """The known sessions of all markets."""
        return self._sessions

    def sessions(self, market: str) -> SessionTable | None:
        """The known sessions of a market; None means closed."""
        return self._sessions.get(market)

    def latched(self) -> bool:
        """Whether the kill latch is set."""
        return self._latched()

    def marks(self) -> dict[str, Decimal]:
        """The price at which each quoted instrument is valued."""
        return {key: mid for key, quote in self._quotes.items() if (mid := quote.mid) is not None}

    def equity(self) -> Money | None:
        """What the account is worth; None while a held instrument has no price."""
        return equity(self._state, self.marks())

    def put(self, data: bytes) -> str:
        """Keep bytes beside the journal."""
        return self._journal.put(data)

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        """Record, then fold, then tell."""
        begun = ticking()
        written = await self._journal.append(drafts, expect=expect, durable=durable)
        self.took = ticking() - begun
        for recorded in written:
            self._fold(recorded)
        for recorded in written:
            self._tell(recorded)
        return written

    def read(self, *, chain: Chain = "decisions", after: int = 0, stream: str | None = None) -> AsyncIterator[Recorded]:
        """What stands in the chain after a position."""
        return self._journal.read(chain=chain, after=after, stream=stream)

    def follow(self, *, chain: Chain = "decisions", after: int = 0) -> AsyncIterator[Recorded]:
        """As read, then whatever is appended."""
        return self._journal.follow(chain=chain, after=after)

    async def find(self, event_id: str) -> Recorded | None:
        """The event of this identity."""
        return await self._journal.find(event_id)

    async def blob(self, digest: str) -> bytes | None:
        """The bytes kept under a digest."""
        return await self._journal.blob(digest)

    async def head(self, chain: Chain = "decisions") -> Head:
        """The end of the chain."""
        return await self._journal.head(chain)

    async def verify(self, chain: Chain = "decisions") -> Verified:
        """Recompute the whole chain."""
        return await self._journal.verify(chain)

    async def close(self) -> None:
        """Let go of the journal."""
        await self._journal.close()

    def _tell(self, recorded: Recorded) -> None:
        """Whoever cannot listen is told nothing more: what is recorded stands, and nobody's ears stop the desk."""
        for listener in tuple(self._listeners):
            try:
                listener(recorded)
            except Exception as error:
                self._listeners.remove(listener)
                self.faults.append(f"a listener was dropped: {type(error).__name__}: {error}")

    def _fold(self, recorded: Recorded) -> None:
        fact, envelope = recorded.fact, recorded.envelope
        self._state = evolve(self._state, fact, envelope.timestamp)
        self._recollection = recall(self._recollection, fact, envelope.metadata.correlation, envelope.timestamp)
        self.counts[recorded.envelope.type] += 1
        self.latest = recorded.envelope.timestamp
        if isinstance(recorded.fact, RunSettled):
            self.outcomes[recorded.fact.outcome] += 1
        elif isinstance(recorded.fact, SignalGenerated):
            place = (recorded.fact.event.key, recorded.fact.event.kind)
            self.woken[place] = (*self.woken.get(place, ())[-1:], recorded.fact)
        elif isinstance(recorded.fact, DeskOpened) and self.began is None:
            self.began = recorded.fact.cash
