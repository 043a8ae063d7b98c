"""The one place that puts safeguards around models, from the outside in:

    Cache       an answer already given needs nothing below
    Deadline    the total time of everything below
    Hedge       who is asked, and beside whom; Fallback where hedging is off
    then, around each model of the chain:
    Retry       so that every attempt passes everything below; around the last provider's model only, because whoever
                has another behind it is not asked again: the other one is
    Breaker     before the limits, so that an open one costs neither a turn nor money
    RateLimit   before the budget, so that nothing is held for a call that still waits
    Budget      innermost, so that it charges what was sent and nothing else
    Deadline    of one attempt, if it is configured: an attempt that is cut off counts as failed, and as paid

What the desk refuses by itself (a cap, a limit, an open breaker) is no failure of the provider and opens no breaker.
A model that answers within this process, such as the rules, needs none of this and gets none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.ports.clock import Clock
from core.ports.model import ChatModel, ChatRequest, Completion
from tools.llm.cache import Cache
from tools.llm.fallback import Fallback
from tools.llm.hedge import Hedge
from tools.safeguards.breaker import Breaker, Circuit
from tools.safeguards.budget import Budget, Ledger, Price, Spent, utc_day
from tools.safeguards.counts import Counts
from tools.safeguards.deadline import Deadline
from tools.safeguards.rate_limit import RateLimit, Turnstile
from tools.safeguards.retry import Retry
from tools.safeguards.terms import Rates, Safeguards


@dataclass(frozen=True, slots=True)
class Served:
    """A model, who serves it and what it costs."""

    model: ChatModel
    provider: str = ""
    """Empty if it answers within this process."""
    price: Price | None = None


class Guardroom:
    """What all seats of one desk share: a circuit per model, a turnstile per provider, and the ledger."""

    def __init__(
        self, terms: Safeguards, clock: Clock, spent: Spent | None = None, day: Callable[[int], str] = utc_day
    ) -> None:
        self.terms = terms
        self.ledger = Ledger(terms.budget, clock, spent, day)
        self.circuits: dict[tuple[str, str], Circuit] = {}
        self.turnstiles: dict[str, Turnstile] = {}
        self._clock = clock

    def circuit(self, served: Served) -> Circuit:
        """The circuit of a model; made when it is first asked for."""
        key = (served.provider, served.model.name)
        if key not in self.circuits:
            self.circuits[key] = Circuit(served.model.name, self.terms.breaker, self._clock)
        return self.circuits[key]

    def turnstile(self, provider: str) -> Turnstile:
        """The turnstile of a provider; made when it is first asked for."""
        if provider not in self.turnstiles:
            self.turnstiles[provider] = Turnstile(provider, self.terms.rates.get(provider, Rates()))
        return self.turnstiles[provider]

    def open_circuits(self) -> dict[str, Circuit]:
        """Those that admit no call now, or only a probe, by provider and model."""
        return {" ".join(key): circuit for key, circuit in self.circuits.items() if circuit.is_open}

    def reset(self) -> tuple[str, ...]:
        """Close all circuits, because a person has looked; which were open."""
        found = self.open_circuits()
        for circuit in found.values():
            circuit.reset()
        return tuple(found)

    def counts(self) -> tuple[Counts, ...]:
        """Of everything shared."""
        circuits = [circuit.counts() for circuit in self.circuits.values()]
        turnstiles = [turnstile.counts() for turnstile in self.turnstiles.values()]
        return (*circuits, *turnstiles, self.ledger.counts())


Own = Cache | Deadline | Hedge | Fallback | Retry
"""Safeguards that belong to one seat alone."""


class Guarded:
    """A seat's chain of models within its safeguards."""

    def __init__(self, model: ChatModel, parts: Sequence[Own]) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self._parts = tuple(parts)

    async def complete(self, request: ChatRequest) -> Completion:
        """Ask through all safeguards."""
        return await self._model.complete(request)

    def counts(self) -> tuple[Counts, ...]:
        """Of the seat's own safeguards, the outermost first."""
        return tuple(part.counts() for part in self._parts)


def guarded(chain: Sequence[Served], deadline: Decimal, room: Guardroom) -> Guarded:
    """One seat's models, in the order in which they are asked, within everything that guards them."""
    terms = room.terms
    parts: list[Own] = []
    last = max((place for place, served in enumerate(chain) if served.provider), default=0)
    models = [_around(served, room, parts, place == last) for place, served in enumerate(chain)]
    several = Hedge(models, terms.hedge) if terms.hedge and len(models) > 1 else Fallback(models)
    timed = Deadline(several, deadline)
    parts[:0] = [timed, several]
    if not terms.cached:
        return Guarded(timed, parts)
    cache = Cache(timed, terms.cached)
    return Guarded(cache, [cache, *parts])


def _around(served: Served, room: Guardroom, parts: list[Own], again: bool) -> ChatModel:
    model, terms = served.model, room.terms
    if not served.provider:
        return model
    if terms.attempt_seconds is not None:
        model = Deadline(model, terms.attempt_seconds)
        parts.append(model)
    model = Budget(model, room.ledger, served.price)
    model = RateLimit(model, room.turnstile(served.provider))
    breaker = Breaker(model, room.circuit(served))
    if not again:
        return breaker
    retry = Retry(breaker, terms.retry)
    parts.append(retry)
    return retry
