"""Asks every model of a roster the same ordinary questions, and holds its answers against the seat's time and task."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct, structs

from core.errors import Degraded, Transient
from core.facts.models import ModelReplied, Origin, Role
from core.facts.verdicts import Abstained
from core.market.instruments import Money
from core.ports.clock import Clock
from core.ports.model import ChatModel, ChatRequest, Completion
from runtime.model_questions import put
from runtime.model_settings import RULES, ModelSettings, Pace
from runtime.opening import Opening
from runtime.seating import seat_of
from tools.llm.listing import served
from tools.llm.wires.served import checked_key

if TYPE_CHECKING:
    from tools.llm.line import Line

Pacing = Literal["in time", "late", "warning", "critical"]
DEADLINES = 10
"""So many of a seat's deadlines are waited for an answer, to learn how late it is."""
USABLE_OF_TEN = 9
"""So many answers of ten must be usable."""


class Examined(Struct, frozen=True, kw_only=True):
    """What one model was found to do in one seat."""

    role: Role
    name: str
    """In the catalogue."""
    stands_in: bool
    """Whether it is only asked when the model before it cannot answer."""
    model: str
    """As the provider calls it; the one that answered, if another did."""
    provider: str
    origin: Origin
    calls: int
    """Which were made; a fault that no repetition mends ends them."""
    usable: int
    """Answers that satisfy the seat's schema and cite nothing invented."""
    p50_ms: int | None
    p95_ms: int | None
    """A call that was given up counts with all the time it was given."""
    deadline_ms: int
    pacing: Pacing
    """Where p95 stands among the deadline and the levels above it."""
    cost: Money | None
    """Of one call, on average; None if the price is unknown."""
    listed: bool | None = None
    """Whether the provider's own list has it; None if there is no such list."""
    same_weights: tuple[Role, ...] = ()
    """Other seats in which the same weights sit."""
    faults: tuple[str, ...] = ()
    payable: bool = True
    """False if a cap on money stands and nobody knows what a call costs: the desk never asks it then."""

    @property
    def well(self) -> bool:
        """Whether it can be relied on: served, in time, usable, and not kept away by a cap on money."""
        usable = self.usable * 10 >= self.calls * USABLE_OF_TEN
        return usable and self.pacing == "in time" and self.listed is not False and self.payable


async def examine(
    settings: ModelSettings,
    clock: Clock,
    keys: Mapping[str, str],
    calls: int,
    prompts: tuple[Path, ...] = (),
    line: "Line | None" = None,
) -> list[Examined]:
    """Ask every model of the roster `calls` times, seat by seat, one call at a time."""
    opening = Opening(settings, clock, keys, line)
    chairs = [_Chair(role, name, prompts) for role, seat in settings.seats.items() for name in seat.names]
    try:
        found = [await _examined(opening, chair, calls) for chair in chairs if chair.name != RULES]
        lists = {each.provider: await _listed(opening, each.provider) for each in found}
    finally:
        await opening.close()
    return [_compared(settings, each, found, lists[each.provider]) for each in found]


class _Chair(NamedTuple):
    """One model in one seat."""

    role: Role
    name: str
    prompts: tuple[Path, ...]


@dataclass
class _Tries:
    """What came of asking."""

    replies: list[ModelReplied] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """Milliseconds."""
    faults: list[str] = field(default_factory=list)
    calls: int = 0
    usable: int = 0


class _Watched:
    """The same model; remembers whether its last fault is one that no repetition mends."""

    def __init__(self, model: ChatModel) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self.lasting = False

    async def complete(self, request: ChatRequest) -> Completion:
        try:
            return await self._model.complete(request)
        except (Transient, Degraded) as fault:
            self.lasting = getattr(fault, "lasting", False)
            raise


async def _examined(opening: Opening, chair: _Chair, calls: int) -> Examined:
    settings, terms = opening.settings, opening.settings.catalogue[chair.name]
    pace = settings.paces[chair.role]
    model = opening.plain(chair.name)
    model.load()
    tries = await _asked(model, chair, opening, calls)
    p95 = _percentile(tries.times, 95)
    cost = _mean([reply.cost for reply in tries.replies])
    payable = not (tries.replies and cost is None and settings.safeguards.budget.currencies())
    if not payable:
        tries.faults.append(
            f"a cap on money stands and its price is not known, so the desk will not ask it: set "
            f"models.catalogue.{chair.name}.price, or lift models.safeguards.budget.*.money"
        )
    return Examined(
        role=chair.role,
        name=chair.name,
        stands_in=chair.name != settings.seats[chair.role].model,
        model=tries.replies[0].model if tries.replies else terms.model,
        provider=terms.provider,
        origin=opening.endpoint(terms.provider).origin,
        calls=tries.calls,
        usable=tries.usable,
        p50_ms=_percentile(tries.times, 50),
        p95_ms=p95,
        deadline_ms=int(pace.deadline_seconds * 1000),
        pacing=_pacing(p95, pace),
        cost=cost,
        faults=tuple(dict.fromkeys(tries.faults)),
        payable=payable,
    )


async def _asked(model: ChatModel, chair: _Chair, opening: Opening, calls: int) -> _Tries:
    watched, time = _Watched(model), asyncio.get_running_loop().time
    seat = seat_of(opening.settings, chair.role, watched, chair.prompts)
    patience, tries = float(seat.deadline) * DEADLINES, _Tries()
    while tries.calls < calls and not watched.lasting:
        began = time()
        tries.calls += 1
        try:
            async with asyncio.timeout(patience):
                heard = await put(seat, tries.calls, opening.clock)
        except TimeoutError:
            tries.faults.append(f"no answer within {patience:g} s")
            tries.times.append(round(patience * 1000))
            continue
        if heard.replied is not None:
            tries.replies.append(heard.replied)
            tries.times.append(round((time() - began) * 1000))
        if isinstance(heard.fact, Abstained):
            tries.faults.append(f"{heard.fact.reason}: {heard.fact.detail}")
        else:
            tries.usable += 1
    return tries


def _percentile(times: Sequence[int], percent: int) -> int | None:
    """The smallest time that so many of a hundred do not exceed."""
    return sorted(times)[-(-len(times) * percent // 100) - 1] if times else None


def _pacing(p95: int | None, pace: Pace) -> Pacing:
    """The highest level that it exceeds."""
    levels: tuple[tuple[Pacing, Decimal | None], ...] = (
        ("critical", pace.critical_seconds),
        ("warning", pace.warning_seconds),
        ("late", pace.deadline_seconds),
    )
    passed = (word for word, seconds in levels if p95 is not None and seconds is not None and p95 > seconds * 1000)
    return next(passed, "in time")


def _mean(costs: Sequence[Money | None]) -> Money | None:
    known = [cost for cost in costs if cost is not None]
    if not known or len(known) < len(costs):
        return None
    return sum(known[1:], known[0]).times(1 / Decimal(len(known)))


async def _listed(opening: Opening, provider: str) -> frozenset[str] | str:
    endpoint = opening.endpoint(provider)
    try:
        return await served(endpoint, checked_key(endpoint, opening.key(endpoint), provider), opening.line.client)
    except Degraded as fault:
        return str(fault)


def _compared(
    settings: ModelSettings, one: Examined, found: Sequence[Examined], listing: frozenset[str] | str
) -> Examined:
    """The same, beside the other seats and what the provider lists."""
    twins = _twins(settings, one, found)
    if isinstance(listing, str):
        return structs.replace(one, same_weights=twins, faults=(*one.faults, listing))
    return structs.replace(one, same_weights=twins, listed=settings.catalogue[one.name].model in listing)


def _twins(settings: ModelSettings, one: Examined, found: Sequence[Examined]) -> tuple[Role, ...]:
    """Other seats whose first model has the same weights, by what is configured or by who answered."""

    def weights(each: Examined) -> set[str]:
        terms = settings.catalogue[each.name]
        return {terms.weights or terms.model, each.model}

    others = (each for each in found if each.role != one.role and not each.stands_in)
    return tuple(each.role for each in others if weights(each) & weights(one))
