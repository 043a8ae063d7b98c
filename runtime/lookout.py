"""Looks at believed quotes for what is worth waking the desk: a price shock, a broken range, an OsMA that turned.

A quote wakes the desk at most once. If it is worth it for several reasons it is one move, and the first of the list
above is told; the others remember that it has been.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from core.facts.signals import SignalGenerated
from core.market.quotes import Quote
from core.quant.ticks.verdicts import Verdict
from core.signals import tickwatch
from core.signals.tickwatch import EDGES, Latches, Reading
from core.signals.triggers import Memory, detect
from runtime.settings import SignalSettings

if TYPE_CHECKING:
    from core.quant.ticks.stream import Stream


class Lookout:
    """What is remembered of every instrument, and what it makes of the next quote."""

    def __init__(self, rules: SignalSettings, keys: Iterable[str]) -> None:
        self._rules = rules
        self._keys = tuple(keys)
        self._shocks: dict[str, Memory] = {}
        self._latches: dict[str, Latches] = {}

    @cached_property
    def stream(self) -> "Stream":
        """The rows of all instruments; kernels are loaded when the first feed is read, not before."""
        from core.quant.ticks.stream import Stream

        return Stream(self._keys)

    def look(self, quote: Quote, date: str | None, gap: bool) -> SignalGenerated | None:
        """The signal of a believed quote of an open session, if it is worth one."""
        key = quote.key
        shocks, latches = self._shocks.get(key, Memory()), self._latches.get(key, Latches())
        self._shocks[key], shock = detect(quote, shocks, self._rules.price_shock, date, gap)
        reading = self._read(quote)
        if reading is None:
            return shock
        rules = self._rules
        self._latches[key], other = tickwatch.detect(quote, reading, latches, rules.breakout, rules.osma_turn)
        return shock or other

    def _read(self, quote: Quote) -> Reading | None:
        key, price = quote.key, quote.mid
        if price is None:
            return None
        verdict = Verdict(self.stream.tick(key, quote.at, quote.sequence, float(price)))
        return Reading(verdict, self.stream.snapshot(key, quote.at), self._edge(key, verdict))

    def _edge(self, key: str, verdict: Verdict) -> float | None:
        if not verdict & EDGES:
            return None
        from core.quant.ticks.layout import WINDOW

        bars = self.stream.bars(key, self.stream.terms.frames[0])
        rose = verdict & Verdict.BREAKOUT
        return float(bars.highs[-WINDOW:].max() if rose else bars.lows[-WINDOW:].min())
