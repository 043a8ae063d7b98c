"""Keeps the outage ladders: looks at what the desk hangs by, and carries out what a move asks for.

It sleeps until a ladder would move or something happens that says so; in an orderly desk neither does. A move is
recorded with its alert before anything is done about it. In safe and shutdown the protector is told to leave everything
for as long as anything is held; in shutdown the desk is asked to stop.
"""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from core.desk.continuity import Continuity, Observation, alert, due, resume, step, strictest
from core.desk.rungs import Ladders
from core.facts.desk import OperatingState, OperatingStateChanged
from core.facts.orders import OrderRejected, OrderUnknown
from core.market.instants import SECOND
from core.market.quotes import Quote
from core.ports.clock import Clock
from core.record.codec import encode
from core.record.envelope import Draft, Recorded
from runtime.projections import Projections
from runtime.protector import Protector
from runtime.soundings import BrokerProbe, FeedEar, ModelEar
from tools.brokers.journaled import Journaled
from tools.clock import ticking
from tools.telemetry import StageTimes

SHORTEST = 0.001
"""Seconds: no two looks are nearer than that without something having happened."""
LEAVING: frozenset[OperatingState] = frozenset({"safe", "shutdown"})


class Lifelines:
    """The operating state of one desk."""

    def __init__(
        self,
        books: Projections,
        broker: Journaled,
        protector: Protector,
        telemetry: StageTimes,
        rules: Ladders,
        clock: Clock,
    ) -> None:
        self._books = books
        self._protector = protector
        self._telemetry = telemetry
        self._rules = rules
        self._clock = clock
        self._news = asyncio.Event()
        self._closed = False
        self._feed = FeedEar(books.tables, rules)
        self._models = ModelEar(rules.failures)
        self._probe = BrokerProbe(broker, books, rules, self._news.set)
        self._probing = int(rules.probe_seconds * SECOND)
        self._wanted = False
        """Whether the broker is to be asked now."""
        self._refused = 0
        self._confirmed = False
        self.state = Continuity()

    async def see(self, quote: Quote) -> None:
        """A believable quote: the feed lives, and it may be time to ask the broker."""
        now = ticking()
        self._feed.hear(quote.market, now)
        if not self._probe.is_busy and (self._probe.last is None or now - self._probe.last >= self._probing):
            self._wanted = True
        leaving = self._books.state().operating in LEAVING
        if self._wanted or leaving or not self.state.at("feed").is_idle:
            self._news.set()

    def hear(self, recorded: Recorded) -> None:
        """Whatever is recorded may say something of models, broker or journal."""
        fact = recorded.fact
        self._models.hear(recorded)
        self._refused += isinstance(fact, OrderRejected)
        self._wanted = self._wanted or isinstance(fact, OrderUnknown)
        troubled = self._models.observe().condition == "troubled" or self._store().condition == "troubled"
        waiting = not (self.state.at("api").is_idle and self.state.at("store").is_idle)
        if self._wanted or self._refused or troubled or waiting or self._telemetry.has_missed:
            self._news.set()

    def confirm(self) -> None:
        """A person has looked at the difference between journal and broker."""
        self._confirmed, self._wanted = True, True
        self._news.set()

    async def run(self, stop: Callable[[str], None]) -> None:
        """Look, act, and sleep until there is a reason to look again."""
        rungs = self._books.state().rungs
        self.state = resume({name: rung for name, rung in rungs.items() if name != "desk"}, self._rules)
        self._feed.begin(ticking())
        await self._restarted()
        while not self._closed:
            self._news.clear()
            await self._look(stop)
            await self._sleep()

    async def close(self) -> None:
        """Look no more."""
        self._closed = True
        self._news.set()
        await self._probe.close()

    async def _restarted(self) -> None:
        """A start by a person is the way out of shutdown; what was wrong is still to be left by its rung below."""
        for ladder, rung in self.state.rungs(self._rules).items():
            if self._books.state().rungs.get(ladder) == "shutdown":
                reason = f"{ladder}: started again after a shutdown"
                change = OperatingStateChanged(self._strictest(), reason, ladder=ladder, rung=rung)
                await self._record(change)

    async def _look(self, stop: Callable[[str], None]) -> None:
        await self._note_missed()
        now = ticking()
        if self._wanted or (self._is_wrong() and now >= (self._probe.next(True) or now)):
            self._wanted = False
            self._probe.ask()
        for seen in self._observations(now):
            standing = self.state.at(seen.ladder)
            if seen.condition == "troubled" or not standing.is_idle:
                self.state, moves = step(self.state, seen, now, self._rules)
                for move in moves:
                    await self._carry_out(move, stop)
        if self._books.state().operating in LEAVING:
            self._protector.flatten()

    def _observations(self, now: int) -> list[Observation]:
        feed, broker = self._feed.observe(now, self._clock.now()), self._probe.observe(now)
        seen = [feed, broker, both(feed, broker), self._models.observe(), self._store()]
        compared, self._probe.compared = self._probe.compared, None
        if compared is not None:
            by_hand, self._confirmed = self._confirmed, False
            seen.append(compared if not by_hand else _by_hand(compared))
        blips = [Observation(ladder="broker", condition="troubled", detail="orders are refused")] * self._refused
        self._refused = 0
        return [each for blip in blips for each in (blip, broker)] + seen

    def _store(self) -> Observation:
        took = Decimal(self._books.took) / SECOND
        troubled = any(rung.counts(took) for rung in self._rules.store)
        detail = f"the journal took {took:.1f} s to record"
        return Observation(ladder="store", condition="troubled" if troubled else "well", figure=took, detail=detail)

    def _is_wrong(self) -> bool:
        return not all(self.state.at(ladder).is_idle for ladder in ("feed", "broker", "mismatch"))

    def _strictest(self) -> OperatingState:
        """What the ladders ask for, and what was set by none of them."""
        return strictest([self.state.operating(self._rules), self._books.state().rungs.get("desk", "normal")])

    async def _carry_out(self, move: OperatingStateChanged, stop: Callable[[str], None]) -> None:
        await self._record(move)
        if move.rung == "shutdown":
            stop(f"shutdown: {move.reason}")

    async def _record(self, move: OperatingStateChanged) -> None:
        kept = self._books.put(self._snapshot()) if move.rung in LEAVING else None
        change = OperatingStateChanged(
            state=self._strictest(),
            reason=move.reason,
            ladder=move.ladder,
            rung=move.rung,
            figure=move.figure,
            limit=move.limit,
            snapshot=kept,
        )
        head, now = await self._books.head(), self._clock.now()
        identity = f"continuity.{move.ladder}.{head.position + 1}"
        await self._books.append(
            [
                Draft("desk", identity, now, change, identity, identity),
                Draft("desk", f"{identity}.alert", now, alert(change), identity, identity),
            ],
            durable=kept is not None,
        )

    def _snapshot(self) -> bytes:
        """The desk as it stands, for whoever looks at it afterwards."""
        state = self._books.state()
        return encode(
            {
                "cash": state.cash,
                "positions": state.positions,
                "protections": state.protections,
                "working": [ticket.order for ticket in state.working],
                "runs": state.runs,
                "rungs": self.state.rungs(self._rules),
                "quotes": dict(self._books.quotes()),
            }
        )

    async def _note_missed(self) -> None:
        missed = self._telemetry.take_missed()
        if missed:
            head, now = await self._books.head("operations"), self._clock.now()
            names = [f"levels.{head.position + 1 + offset}" for offset in range(len(missed))]
            await self._books.append(
                [Draft("desk", name, now, fact, name, name) for name, fact in zip(names, missed, strict=True)]
            )

    async def _sleep(self) -> None:
        now = ticking()
        moving = due(self.state, self._rules, without=frozenset({"mismatch"}))
        looking = (self._feed.next(now, self._clock.now()), self._probe.next(self._is_wrong()))
        candidates = (moving, *(instant for instant in looking if instant is not None and instant > now))
        wake = min((instant for instant in candidates if instant is not None), default=None)
        try:
            async with asyncio.timeout(None if wake is None else max((wake - now) / SECOND, SHORTEST)):
                await self._news.wait()
        except TimeoutError:
            return


def both(feed: Observation, broker: Observation) -> Observation:
    """The network is lost when feed and broker are, and well when either is."""
    conditions = {feed.condition, broker.condition}
    if conditions == {"troubled"}:
        since = max(feed.since or 0, broker.since or 0)
        return Observation(
            ladder="network", condition="troubled", since=since, detail="neither feed nor broker answers"
        )
    return Observation(ladder="network", condition="well" if "well" in conditions else "unknown")


def _by_hand(seen: Observation) -> Observation:
    return Observation(
        ladder=seen.ladder, condition=seen.condition, figure=seen.figure, detail=seen.detail, by_hand=True
    )
