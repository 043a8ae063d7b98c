"""Keeps within what a provider lets one account ask: requests and tokens a minute, for all seats together.

Who asks is given the instant at which both buckets hold enough, in the order of asking; if that is too late for the
deadline nothing is taken. What a cancelled caller had been given stays taken: the limit is never passed, at the price
of a little unused room.
"""

import asyncio
from typing import NoReturn

from core.ports.model import ChatModel, ChatRequest, Completion
from tools.llm.faults import Trace
from tools.safeguards.counts import Counts
from tools.safeguards.deadline import left
from tools.safeguards.refusals import Crowded, Withheld
from tools.safeguards.terms import Rates
from tools.safeguards.tokens import Most, most


class Bucket:
    """Fills at a steady rate up to its capacity; what is taken may lie in the future."""

    def __init__(self, per_minute: int, burst_seconds: float, begin: float) -> None:
        self.rate = per_minute / 60
        self.capacity = max(1.0, self.rate * burst_seconds)
        self._level = self.capacity
        self._at = begin
        """When the level was so; nothing is taken before."""

    def earliest(self, amount: float, now: float) -> float:
        """From when on it holds so much."""
        at = max(now, self._at)
        return at + max(0.0, (amount - self._filled(at)) / self.rate)

    def take(self, amount: float, at: float) -> None:
        """Take so much at an instant; more than it holds leaves it owing."""
        self._level, self._at = self._filled(at) - amount, max(at, self._at)

    def _filled(self, at: float) -> float:
        return min(self.capacity, self._level + max(0.0, at - self._at) * self.rate)


class Turnstile:
    """One provider's buckets."""

    def __init__(self, provider: str, rates: Rates) -> None:
        self.provider = provider
        self._rates = rates
        self._opened: tuple[Bucket | None, Bucket | None] | None = None
        self._figures = {"passed": 0, "waited": 0, "refused": 0}

    async def enter(self, needs: Most) -> None:
        """Wait for the turn of a request, or refuse at once if there is no time for it."""
        now = asyncio.get_running_loop().time()
        wanted = [(bucket, amount) for bucket, amount in zip(self._buckets(), (1, needs.total), strict=True) if bucket]
        for bucket, amount in wanted:
            if amount > bucket.capacity:
                self._refuse(Withheld, f"a request of up to {amount} tokens, and {bucket.capacity:.0f} may go at once")
        turn = max([now, *(bucket.earliest(amount, now) for bucket, amount in wanted)])
        remaining = left()
        if remaining is not None and turn - now >= remaining:
            self._refuse(Crowded, f"the next turn is in {turn - now:.1f} s", turn - now)
        for bucket, amount in wanted:
            bucket.take(amount, turn)
        if turn > now:
            self._figures["waited"] += 1
            await asyncio.sleep(turn - now)
        self._figures["passed"] += 1

    def charge(self, tokens: int) -> None:
        """Take what a call used beyond its bound."""
        if (bucket := self._buckets()[1]) and tokens > 0:
            bucket.take(tokens, asyncio.get_running_loop().time())

    def counts(self) -> Counts:
        """How many passed, waited or were refused."""
        return Counts("rate_limit", self.provider, dict(self._figures))

    def _buckets(self) -> tuple[Bucket | None, Bucket | None]:
        if self._opened is None:
            begin, limits = asyncio.get_running_loop().time(), self._rates
            requests, tokens = (
                Bucket(limit, float(limits.burst_seconds), begin) if limit else None
                for limit in (limits.requests_per_minute, limits.tokens_per_minute)
            )
            self._opened = requests, tokens
        return self._opened

    def _refuse(self, kind: type[Crowded] | type[Withheld], why: str, wait: float | None = None) -> NoReturn:
        self._figures["refused"] += 1
        trace = Trace(self.provider, code="rate_limit", retry_after=wait)
        raise kind(f"{self.provider}: its rate limit leaves no room: {why}", trace)


class RateLimit:
    """Asks a model when its provider's turnstile lets it through."""

    def __init__(self, model: ChatModel, turnstile: Turnstile) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self._turnstile = turnstile

    async def complete(self, request: ChatRequest) -> Completion:
        """The answer, after its turn has come."""
        needs = most(request)
        await self._turnstile.enter(needs)
        completion = await self._model.complete(request)
        if (used := completion.usage) is not None:
            self._turnstile.charge((used.input or 0) + (used.output or 0) - needs.total)
        return completion

    def counts(self) -> Counts:
        """Those of the provider."""
        return self._turnstile.counts()
