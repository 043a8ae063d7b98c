"""What the desk remembers of its latest decisions: a fold over its journal, bounded, and without anybody's words.

Reasons and rationales are left out on purpose: they were written by models, and a model that reads them later would be
told what an earlier one was talked into.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, structs

from core.facts.catalogue import Fact
from core.facts.desk import Outcome, PositionUpdated, RunSettled
from core.facts.signals import EventKind, SignalGenerated
from core.facts.verdicts import Action, Decision, Direction
from core.market.instruments import Money

KEPT = 50


class Remembered(Struct, frozen=True, kw_only=True):
    """One event, what was decided about it, and what came of that."""

    at: int
    """When it was accepted."""
    key: str
    kind: EventKind
    action: Action | None = None
    """Nothing if the commander was never asked, or gave no usable answer."""
    direction: Direction | None = None
    confidence: int | None = None
    outcome: Outcome | None = None


class Result(Struct, frozen=True):
    """What a fill earned or lost, before fees."""

    at: int
    key: str
    realised: Money


class Recollection(Struct, frozen=True):
    """The latest decisions and results, the oldest first."""

    past: tuple[Remembered, ...] = ()
    results: tuple[Result, ...] = ()
    open: dict[str, Remembered] = {}
    """Runs that have not ended, by identity."""


def recall(before: Recollection, fact: Fact, run: str, at: int) -> Recollection:
    """The recollection after a fact of a run, recorded at an instant."""
    rule = _RULES.get(type(fact))
    return rule(before, fact, run, at) if rule else before


def _accepted(before: Recollection, fact: SignalGenerated, run: str, at: int) -> Recollection:
    begun = Remembered(at=at, key=fact.event.key, kind=fact.event.kind)
    return structs.replace(before, open={**before.open, run: begun})


def _decided(before: Recollection, fact: Decision, run: str, _at: int) -> Recollection:
    begun = before.open.get(run)
    if begun is None:
        return before
    decided = structs.replace(begun, action=fact.action, direction=fact.direction, confidence=fact.confidence)
    return structs.replace(before, open={**before.open, run: decided})


def _settled(before: Recollection, fact: RunSettled, _run: str, _at: int) -> Recollection:
    begun = before.open.get(fact.run)
    if begun is None:
        return before
    ended = structs.replace(begun, outcome=fact.outcome)
    still = {run: other for run, other in before.open.items() if run != fact.run}
    return structs.replace(before, past=(*before.past, ended)[-KEPT:], open=still)


def _booked(before: Recollection, fact: PositionUpdated, _run: str, at: int) -> Recollection:
    if not fact.realised.amount:
        return before
    return structs.replace(before, results=(*before.results, Result(at, fact.key, fact.realised))[-KEPT:])


_RULES: dict[type, Callable[[Recollection, Any, str, int], Recollection]] = {
    SignalGenerated: _accepted,
    Decision: _decided,
    RunSettled: _settled,
    PositionUpdated: _booked,
}
