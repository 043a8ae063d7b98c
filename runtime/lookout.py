"""Looks at what comes in for what is worth waking the desk: quotes, the volatility index, headlines.

A quote wakes the desk at most once. If it is worth it for several reasons it is one move, and the first of these is
told: a price shock, what the tick path says, an exit that is near; the others remember that it has been.

What is remembered lives in memory. After a restart the windows begin empty and the figures of the tick path warm up
anew, but every side that woke the desk is quiet for the rest of its cool-down, as the record says.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE, nanoseconds
from core.market.quotes import Grade, Quote
from core.quant.ticks.terms import StreamTerms
from core.quant.ticks.verdicts import Verdict
from core.signals import gauges, nearness, news, tickwatch, triggers
from core.signals.gauges import Crossing, Gauge
from core.signals.nearness import Holding
from core.signals.tickwatch import EDGES, Latches, Reading
from core.signals.triggers import Memory
from core.signals.waking import Latch, Quiet, quieted, side_of
from runtime.settings import SignalSettings

if TYPE_CHECKING:
    from core.quant.ticks.snapshot import Snapshot
    from core.quant.ticks.stream import Stream

CENTS = Decimal("0.01")


class Seen(Struct, frozen=True):
    """What is remembered of one instrument."""

    shock: Memory = Memory()
    watch: Latches = Latches()
    near: Latch = Latch()
    told: Quiet = (0, 0)
    """Until when headlines of a bad and of a good tone are quiet."""


class Lookout:
    """What is remembered of every instrument and of the index, and what it makes of what comes next."""

    def __init__(
        self,
        rules: SignalSettings,
        keys: Iterable[str],
        terms: StreamTerms | None = None,
        days: Mapping[str, tuple[int, ...]] | None = None,
    ) -> None:
        """`days` gives an instrument the instants at which its trading days begin, the end of the last included."""
        self._rules = rules
        self._keys = tuple(keys)
        self._terms = terms or StreamTerms()
        self._days = days or {}
        self._seen: dict[str, Seen] = {}
        self._gauge = Gauge()
        self._grades: dict[str, Grade] = {}
        self._doubted: dict[str, tuple[str, str, int, int]] = {}

    @cached_property
    def stream(self) -> "Stream":
        """The rows of all instruments; kernels are loaded here, at the opening of a service or by a first quote."""
        from core.quant.ticks.stream import Stream

        return Stream(self._keys, self._terms, self._days)

    @property
    def loaded(self) -> "Stream | None":
        """The rows, if anybody has needed them yet."""
        return vars(self).get("stream")

    def warm(self) -> None:
        """Load every kernel that a quote needs; they are compiled if this user has none of this release yet."""
        for frame in self._rules.osma_turn.aligned:
            self._lead(self._keys[0], frame)
        self.stream.snapshot(self._keys[0], 0)

    def look(self, quote: Quote, date: str | None, gap: bool, holding: Holding | None = None) -> SignalGenerated | None:
        """The signal of a believed quote of an open session, if it is worth one."""
        key, seen = quote.key, self._seen.get(quote.key, Seen())
        shock, signal = triggers.detect(quote, seen.shock, self._rules.price_shock, date, gap)
        near, other = nearness.detect(quote, holding, seen.near, self._rules.exit_near)
        reading, watch, read = self._read(quote), seen.watch, None
        if reading is not None:
            watch, read = tickwatch.detect(quote, reading, watch, self._rules)
            self._grade(key, reading.figures)
        self._seen[key] = Seen(shock, watch, near, seen.told)
        return signal or read or other

    def doubt(self, quote: Quote) -> None:
        """Count a quote that nobody could believe against the data of its instrument, once; no clock follows it."""
        if self._doubted.get(quote.key) != quote.identity:
            self._doubted[quote.key] = quote.identity
            self.stream.blame(quote.key)
        self._grade(quote.key, self.stream.snapshot(quote.key, min(quote.at, quote.received)))

    def grade(self, key: str) -> Grade | None:
        """How far the data of an instrument could be trusted at its last quote; nothing before the first."""
        return self._grades.get(key)

    def gauge(self, quote: Quote) -> Crossing | None:
        """The crossing of a believed quote of the index, if it is worth waking the desk."""
        if quote.mid is None:
            return None
        self._gauge, crossing = gauges.cross(self._gauge, quote.mid, quote.at, self._rules.vix)
        return crossing

    def hears(self, signal: SignalGenerated, at: int) -> bool:
        """Whether the event of a headline may wake the desk: no other of its tone has for a while."""
        tone = news.tone_of(signal)
        return bool(tone) and at >= self._seen.get(signal.event.key, Seen()).told[tone > 0]

    def heed(self, signal: SignalGenerated, at: int) -> None:
        """Hear no other headline of this tone for a while: this one is recorded."""
        seen = self._seen.get(signal.event.key, Seen())
        told = news.told(seen.told, signal, self._rules.headline, at)
        self._seen[signal.event.key] = structs.replace(seen, told=told)

    def known(self, key: str, now: int) -> dict[str, Decimal | None]:
        """The figures of an instrument that an event may carry which no quote of it brought."""
        if key not in self._grades:
            return {}
        return tickwatch.figures_of(self.stream.snapshot(key, now))

    def recall(self, signals: Iterable[SignalGenerated]) -> None:
        """Quiet the sides that our own triggers woke, for the rest of their cool-downs; other events say nothing."""
        for signal in signals:
            self._recall(signal, nanoseconds(signal.event.at))

    def _recall(self, signal: SignalGenerated, at: int) -> None:
        kind, key = signal.event.kind, signal.event.key
        if kind == "headline":
            self.heed(signal, at)
            return
        seen = self._seen.get(key, Seen())
        cooldown = getattr(self._rules, _TABLES.get(kind, kind)).cooldown_minutes
        side = side_of(signal, at, cooldown)
        if not side:
            return
        until = at + cooldown * MINUTE
        if kind == "price_shock":
            seen = structs.replace(seen, shock=Memory(quiet=quieted(seen.shock.quiet, side, until)))
        elif kind == "exit_near":
            seen = structs.replace(seen, near=Latch(0, quieted(seen.near.quiet, side, until)))
        elif kind == "vix_band":
            self._gauge = Gauge(None, quieted(self._gauge.quiet, side, until))
        else:
            latch = Latch(0, quieted(getattr(seen.watch, kind).quiet, side, until))
            seen = structs.replace(seen, watch=structs.replace(seen.watch, **{kind: latch}))
        self._seen[key] = seen

    def _read(self, quote: Quote) -> Reading | None:
        key, price = quote.key, quote.mid
        if price is None:
            return None
        volume = float("nan") if quote.volume is None else float(quote.volume)
        verdict = Verdict(self.stream.tick(key, quote.at, quote.sequence, float(price), volume))
        leads = tuple(self._lead(key, frame) for frame in self._rules.osma_turn.aligned)
        return Reading(verdict, self.stream.snapshot(key, quote.at), self._edge(key, verdict), leads)

    def _grade(self, key: str, figures: "Snapshot") -> None:
        score = Decimal(figures.quality).quantize(CENTS, ROUND_DOWN)
        self._grades[key] = Grade(score, Decimal(str(self._terms.quality_floor)))

    def _lead(self, key: str, frame: int) -> float | None:
        """The OsMA of the closed bars of a timeframe, once there are enough of them."""
        from core.quant.indicators.osma import osma

        closes = self.stream.bars(key, frame).closes
        latest = float(osma(closes)[-1]) if closes.size else float("nan")
        return None if latest != latest else latest

    def _edge(self, key: str, verdict: Verdict) -> float | None:
        if not verdict & EDGES:
            return None
        from core.quant.ticks.layout import WINDOW

        bars = self.stream.bars(key, self.stream.terms.frames[0])
        rose = verdict & Verdict.BREAKOUT
        return float(bars.highs[-WINDOW:].max() if rose else bars.lows[-WINDOW:].min())


_TABLES = {"vix_band": "vix"}
"""The table of a kind, where it is not called like the kind."""
