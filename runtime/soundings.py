"""What the desk can see of its own lifelines: how long a feed is silent, how runs end, what the broker says it holds.

Nothing here decides anything; each answers with an observation for its ladder. All instants are the loop's.
"""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal

from core.desk.continuity import Observation
from core.desk.rungs import Ladders
from core.facts.desk import RunSettled
from core.facts.verdicts import Abstained
from core.market.hours import SessionTable
from core.market.instants import SECOND
from core.market.instruments import Money
from core.record.envelope import Recorded
from runtime.projections import Projections
from tools.brokers.journaled import Journaled
from tools.clock import ticking

AGAIN = SECOND
"""How soon the broker is asked again while something is wrong."""
EVERYTHING = Decimal(100)
"""Percent: holdings are equal or they are not."""


class FeedEar:
    """Listens whether quotes of every open market come in."""

    def __init__(self, sessions: Mapping[str, SessionTable], rules: Ladders) -> None:
        self._sessions = sessions
        self._pace = int(rules.pace_seconds * SECOND)
        self._counts = rules.silence == "counts"
        self._heard: dict[str, int] = {}
        self._began = 0

    def begin(self, now: int) -> None:
        """Nothing before this instant is silence."""
        self._began = now

    def hear(self, market: str, now: int) -> None:
        """A quote of this market came in."""
        self._heard[market] = now

    def observe(self, now: int, wall: int) -> Observation:
        """Silent, if any open market is; nothing is known while none is open."""
        silences = self._silences(now, wall) if self._counts else {}
        if not silences:
            return Observation(ladder="feed", condition="unknown")
        market, since = min(silences.items(), key=lambda item: item[1])
        if now - since >= self._pace:
            lasted = Decimal(now - since) / SECOND
            detail = f"no quote of {market} for {lasted:.1f} s"
            return Observation(ladder="feed", condition="troubled", since=since + self._pace, detail=detail)
        everyone = all(since == self._heard.get(market) for market, since in silences.items())
        return Observation(ladder="feed", condition="well" if everyone else "unknown")

    def next(self, now: int, wall: int) -> int | None:
        """When silence would begin to count, or the next market opens; None if silence is ignored."""
        if not self._counts:
            return None
        silences = [since + self._pace for since in self._silences(now, wall).values()]
        opens = (table.next_open(wall) for table in self._sessions.values())
        openings = [now + instant - wall for instant in opens if instant is not None]
        return min((instant for instant in (*silences, *openings) if instant > now), default=None)

    def _silences(self, now: int, wall: int) -> dict[str, int]:
        """Since when each open market is silent."""
        found = {}
        for market, table in self._sessions.items():
            session = table.session_at(wall) if table.is_open(wall) else None
            if session is not None:
                opened = max(start for start, _ in session.spans if start <= wall)
                found[market] = max(self._began, now - (wall - opened), self._heard.get(market, 0))
        return found


class ModelEar:
    """Counts the runs in a row in which a seat was late or could not be asked."""

    def __init__(self, failures: int) -> None:
        self._limit = failures
        self._poor: set[str] = set()
        self.failures = 0

    def hear(self, recorded: Recorded) -> None:
        """Note how a run went, once it is settled; a run that never asked says nothing."""
        fact, run = recorded.fact, recorded.envelope.metadata.correlation
        if isinstance(fact, Abstained) and fact.reason in ("late", "unavailable"):
            self._poor.add(run)
        elif isinstance(fact, RunSettled):
            if run in self._poor:
                self._poor.discard(run)
                self.failures += 1
            elif fact.outcome not in ("superseded", "abandoned", "failed"):
                self.failures = 0

    def observe(self) -> Observation:
        """An outage, once so many runs in a row went without a seat."""
        detail = f"{self.failures} runs in a row with a seat late or unavailable"
        is_out = self.failures >= self._limit
        return Observation(ladder="api", condition="troubled" if is_out else "well", detail=detail)


class BrokerProbe:
    """Asks the broker what it holds, and holds that against the journal; never waited for."""

    def __init__(self, broker: Journaled, books: Projections, rules: Ladders, done: Callable[[], None]) -> None:
        self._broker = broker
        self._books = books
        self._patience = int(rules.patience_seconds * SECOND)
        self._done = done
        self._asking: asyncio.Task[None] | None = None
        self._asked: int | None = None
        self._lost: int | None = None
        self._why = ""
        self.last: int | None = None
        """When the broker last answered, or failed to."""
        self.compared: Observation | None = None
        """What the last answer says of the mismatch ladder, until somebody takes it."""

    @property
    def is_busy(self) -> bool:
        """Whether a question is on its way."""
        return self._asking is not None

    def ask(self) -> None:
        """Send the question, if none is on its way."""
        if self._asking is None:
            self._asked = ticking()
            self._asking = asyncio.create_task(self._ask())

    def observe(self, now: int) -> Observation:
        """Silent, since the first question that got no answer."""
        since = self._lost
        if since is None and self._asked is not None and now - self._asked >= self._patience:
            since = self._asked
        if since is not None:
            detail = self._why or f"no answer for {Decimal(now - since) / SECOND:.1f} s"
            return Observation(ladder="broker", condition="troubled", since=since, detail=detail)
        return Observation(ladder="broker", condition="unknown" if self.last is None else "well")

    def next(self, is_wrong: bool) -> int | None:
        """When to look at it again."""
        if self._asked is not None:
            return self._asked + self._patience if self._lost is None else None
        return (self.last or 0) + AGAIN if is_wrong else None

    async def close(self) -> None:
        """Give up the question that is on its way."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask(self) -> None:
        begun = ticking()
        try:
            theirs, cash = await self._broker.positions(), await self._broker.cash()
        except Exception as error:
            self._lost = begun if self._lost is None else self._lost
            self._why = f"{type(error).__name__}: {error}"
        else:
            self._lost, self._why = None, ""
            self.compared = self._compare(dict(theirs), cash)
        finally:
            self._asking, self._asked, self.last = None, None, ticking()
            self._done()

    def _compare(self, theirs: Mapping[str, Decimal], cash: Money) -> Observation:
        state = self._books.state()
        ours = {key: position.quantity for key, position in state.positions.items()}
        if ours == theirs and state.cash == cash:
            return Observation(ladder="mismatch", condition="well")
        detail = f"the journal says {_holdings(ours)} and {state.cash}, the broker {_holdings(theirs)} and {cash}"
        return Observation(ladder="mismatch", condition="troubled", figure=EVERYTHING, detail=detail)


def _holdings(held: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{quantity:f} {key}" for key, quantity in sorted(held.items())) or "nothing held"
