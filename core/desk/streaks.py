"""Stop-losses in a row and failures in a row, counted from the journal alone.

A stop-loss is a holding that its stop closed at a loss. A holding that was closed at no loss ends the row; one that a
commander closed at a loss neither lengthens nor ends it. A failure is a run that got no usable answer from a seat or
from the broker, or broke; a run that came to its end as it should, whatever it decided, ends the row, and one that was
superseded or cut says nothing. An emergency has used its row up: the next one needs a new row.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct, structs

from core.facts.catalogue import Fact
from core.facts.desk import ExitTriggered, Outcome, PositionUpdated, PostureChanged, RunSettled

FAILURES: frozenset[Outcome] = frozenset({"abstained", "failed", "rejected", "unknown"})
SILENT: frozenset[Outcome] = frozenset({"superseded", "abandoned"})
"""Outcomes that say nothing of whether the desk works."""
MOST = 10


class Leaving(Struct, frozen=True):
    """A holding whose exit was triggered, and what its fills have settled since."""

    reason: str
    realised: Decimal = Decimal(0)


class Streaks(Struct, frozen=True):
    """What is in a row now."""

    losses: int = 0
    failures: tuple[Outcome, ...] = ()
    """The failures in a row, the oldest first; no more than the latest few are kept."""
    leaving: dict[str, Leaving] = {}


def count(before: Streaks, fact: Fact) -> Streaks:
    """The rows after a fact."""
    rule = _RULES.get(type(fact))
    return rule(before, fact) if rule else before


def _triggered(before: Streaks, fact: ExitTriggered) -> Streaks:
    return structs.replace(before, leaving={**before.leaving, fact.key: Leaving(fact.reason)})


def _booked(before: Streaks, fact: PositionUpdated) -> Streaks:
    exit_of = before.leaving.get(fact.key, Leaving("none"))
    exit_of = structs.replace(exit_of, realised=exit_of.realised + fact.realised.amount)
    if fact.quantity:
        known = fact.key in before.leaving
        return structs.replace(before, leaving={**before.leaving, fact.key: exit_of}) if known else before
    still = {key: other for key, other in before.leaving.items() if key != fact.key}
    losses = before.losses
    if exit_of.realised >= 0:
        losses = 0
    elif exit_of.reason == "stop":
        losses += 1
    return structs.replace(before, losses=losses, leaving=still)


def _settled(before: Streaks, fact: RunSettled) -> Streaks:
    if fact.outcome in SILENT:
        return before
    if fact.outcome in FAILURES:
        return structs.replace(before, failures=(*before.failures, fact.outcome)[-MOST:])
    return structs.replace(before, failures=()) if before.failures else before


def _changed(before: Streaks, fact: PostureChanged) -> Streaks:
    return structs.replace(before, losses=0, failures=()) if fact.cause == "emergency" else before


_RULES: dict[type, Callable[[Streaks, Any], Streaks]] = {
    ExitTriggered: _triggered,
    PositionUpdated: _booked,
    RunSettled: _settled,
    PostureChanged: _changed,
}
