"""Which posture holds at an instant, and which change of it is due: pure answers from the folded journal and figures.

How to think about it: the record follows what holds, never the other way round. A person's order that has expired, or a
row of losses or failures that is an emergency, counts from that instant on (`holding`), also before the change is
recorded; what is recorded a little later can only confirm it. Only `assessed`, after the dwell, and `ordered`, by a
person, ever lead to a looser posture, and neither does while an emergency holds.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct, structs

from core.desk.bands import STRICTEST, is_looser, stricter
from core.desk.state import DeskState
from core.desk.switching import Judged, Switching, judge, reached
from core.facts.desk import PostureCause, PostureChanged, PostureName
from core.market.instants import MINUTE, shown

RULES = "the rules"
LONGEST_REASON = 200


class Readings(Struct, frozen=True):
    """What is known of the market just now."""

    figures: Mapping[str, Decimal | None]
    warming: bool = False
    """Whether the desk has watched for too short a time to know more than the index."""


class Wish(Struct, frozen=True):
    """What a person orders."""

    posture: PostureName
    reason: str
    minutes: int
    who: str


class Refused(Struct, frozen=True):
    """An order that is not carried out, and why."""

    reason: str


class Emergency(NamedTuple):
    """A row that is too long, and the posture it leads to."""

    posture: PostureName
    why: str
    figures: dict[str, Decimal]


def holding(state: DeskState, rules: Switching, now: int) -> PostureName:
    """The posture that holds at this instant."""
    posture = stricter(state.posture, state.tenure.beneath or state.posture) if _over(state, now) else state.posture
    called = emergency(state, rules)
    return stricter(posture, called.posture) if called else posture


def as_held(state: DeskState, rules: Switching, now: int) -> DeskState:
    """The same with the posture that holds at this instant."""
    return structs.replace(state, posture=holding(state, rules, now))


def emergency(state: DeskState, rules: Switching) -> Emergency | None:
    """The row of losses or failures that has grown too long, if one has."""
    rows = state.streaks
    if rows.losses >= rules.losses:
        return Emergency(STRICTEST, f"{rows.losses} stop-losses in a row", {"stop_losses": Decimal(rows.losses)})
    if len(rows.failures) >= rules.failures:
        posture = rules.after(rows.failures[-1])
        for failure in rows.failures:
            posture = stricter(posture, rules.after(failure))
        told = ", ".join(rows.failures)
        figures = {"failures": Decimal(len(rows.failures))}
        return Emergency(posture, f"{len(rows.failures)} failures in a row: {told}", figures)
    return None


def is_urgent(state: DeskState, rules: Switching, now: int) -> bool:
    """Whether a change is due that does not wait for its turn."""
    return _over(state, now) or emergency(state, rules) is not None


def urgent(state: DeskState, rules: Switching, now: int, readings: Readings | None) -> PostureChanged | None:
    """An emergency, or the end of a person's order; without readings the latter goes back to what was held before."""
    called = emergency(state, rules)
    if called is not None:
        after = stricter(holding(state, rules, now), called.posture)
        until = max(now + rules.emergency_minutes * MINUTE, state.tenure.kept)
        return _changed(state, "emergency", after, called.why, called.figures, until)
    if not _over(state, now):
        return None
    back = state.tenure.beneath or state.posture
    why = f"the order of {state.tenure.by} has expired"
    if readings is None:
        return _changed(state, "expired", back, why, {})
    judged = judge(rules, back, readings.figures, readings.warming)
    after = stricter(back, judged.posture)
    return _changed(state, "expired", after, f"{why}; {judged.why}" if after != back else why, readings.figures)


def assessed(state: DeskState, rules: Switching, now: int, readings: Readings) -> tuple[Judged, PostureChanged | None]:
    """What the conditions ask for, and the change if they may make one now."""
    judged = judge(rules, state.posture, readings.figures, readings.warming)
    if state.tenure.cause == "manual" or judged.posture == state.posture:
        return judged, None
    if is_looser(judged.posture, state.posture) and now < _looser_from(state, rules):
        return judged, None
    after = reached(state.posture, judged.posture, "automatic")
    return judged, _changed(state, "automatic", after, judged.why, readings.figures)


def ordered(state: DeskState, rules: Switching, now: int, wish: Wish) -> PostureChanged | Refused:
    """The change that a person orders, or why it is refused."""
    if not 1 <= wish.minutes <= rules.manual_minutes:
        return Refused(f"an order lasts from 1 to {rules.manual_minutes} minutes, not {wish.minutes}")
    reason = wish.reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        return Refused(f"a reason is needed, in one line of at most {LONGEST_REASON} characters")
    kept, held = state.tenure.kept, holding(state, rules, now)
    if is_looser(wish.posture, held):
        if emergency(state, rules) is not None:
            return Refused(f"{wish.posture} is looser than {held}, and an emergency has just begun")
        if now < kept:
            return Refused(f"{wish.posture} is looser than {held}, which an emergency holds until {shown(kept)}")
    after = reached(state.posture, wish.posture, "manual")
    return PostureChanged(
        before=state.posture,
        after=after,
        cause="manual",
        why=reason,
        figures={},
        by=wish.who,
        until=now + wish.minutes * MINUTE,
    )


def _over(state: DeskState, now: int) -> bool:
    """Whether a person's order has expired and is not recorded as such yet."""
    until = state.tenure.until
    return state.tenure.cause == "manual" and until is not None and now >= until


def _looser_from(state: DeskState, rules: Switching) -> int:
    return max(state.tenure.since + rules.dwell_minutes * MINUTE, state.tenure.kept)


def _changed(
    state: DeskState,
    cause: PostureCause,
    after: PostureName,
    why: str,
    figures: Mapping[str, Decimal | None],
    until: int | None = None,
) -> PostureChanged:
    known = {name: figure for name, figure in figures.items() if figure is not None}
    return PostureChanged(before=state.posture, after=after, cause=cause, why=why, figures=known, by=RULES, until=until)
