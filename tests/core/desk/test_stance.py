"""Which posture holds, and which change is due: pure answers, by example and as properties over long stories."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from core.desk.bands import STRICTNESS, is_looser
from core.desk.stance import Readings, Refused, Wish, assessed, holding, is_urgent, ordered, urgent
from core.desk.state import DeskState, evolve
from core.desk.streaks import Streaks
from core.desk.switching import FIGURES, MOVES, FailurePostures, Switching
from core.facts.desk import PostureChanged, PostureName
from core.market.instants import MINUTE

RULES = Switching()
CALM = Readings(
    {"vix": Decimal(12), "volatility_pct": Decimal(8), "trend_pct": Decimal(1), "range_pct": Decimal("0.5")}
)
MIDDLE = Readings({**CALM.figures, "vix": Decimal(20)})
WILD = Readings({**CALM.figures, "vix": Decimal(40)})
HOUR = 60 * MINUTE
BAD = Streaks(losses=3)


def standing(posture: PostureName) -> DeskState:
    return DeskState(posture=posture)


def after(state: DeskState, change: PostureChanged | Refused | None, at: int) -> DeskState:
    assert isinstance(change, PostureChanged), change
    return evolve(state, change, at)


def wish(posture: PostureName, minutes: int = 120, reason: str = "a test") -> Wish:
    return Wish(posture, reason, minutes, "kim")


def test_a_stricter_posture_is_taken_at_once_and_says_why() -> None:
    _, change = assessed(standing("offensive"), RULES, 1, WILD)
    assert change is not None
    assert (change.before, change.after, change.cause, change.by) == (
        "offensive",
        "defensive",
        "automatic",
        "the rules",
    )
    assert change.why == "vix 40" and change.figures == WILD.figures


@pytest.mark.parametrize(("minutes", "changes"), [(0, False), (59, False), (60, True)])
def test_a_looser_posture_waits_for_the_dwell(minutes: int, changes: bool) -> None:
    judged, change = assessed(standing("defensive"), RULES, minutes * MINUTE, MIDDLE)
    assert judged.posture == "guerrilla" and (change is not None) is changes


def test_the_rules_loosen_one_step_at_a_time_and_dwell_on_each() -> None:
    state = after(standing("defensive"), assessed(standing("defensive"), RULES, HOUR, CALM)[1], HOUR)
    assert state.posture == "guerrilla"
    assert assessed(state, RULES, 2 * HOUR - 1, CALM)[1] is None
    assert after(state, assessed(state, RULES, 2 * HOUR, CALM)[1], 2 * HOUR).posture == "offensive"


def test_an_order_of_a_person_holds_against_the_rules_and_expires_on_time_even_unrecorded() -> None:
    state = after(standing("guerrilla"), ordered(standing("guerrilla"), RULES, 0, wish("offensive")), 0)
    assert (state.posture, state.tenure.by, state.tenure.why) == ("offensive", "kim", "a test")
    assert assessed(state, RULES, HOUR, WILD)[1] is None
    assert holding(state, RULES, 2 * HOUR - 1) == "offensive" and not is_urgent(state, RULES, 2 * HOUR - 1)
    assert holding(state, RULES, 2 * HOUR) == "guerrilla" and is_urgent(state, RULES, 2 * HOUR)


@pytest.mark.parametrize(
    ("readings", "posture", "why"),
    [
        (None, "guerrilla", "the order of kim has expired"),
        (CALM, "guerrilla", "the order of kim has expired"),
        (WILD, "defensive", "the order of kim has expired; vix 40"),
    ],
)
def test_after_an_order_comes_what_was_before_it_or_something_stricter(
    readings: Readings | None, posture: str, why: str
) -> None:
    state = after(standing("guerrilla"), ordered(standing("guerrilla"), RULES, 0, wish("offensive")), 0)
    change = urgent(state, RULES, 2 * HOUR, readings)
    assert change is not None and (change.after, change.cause, change.why) == (posture, "expired", why)


def test_a_stricter_order_that_expired_is_kept_until_that_is_recorded() -> None:
    state = after(standing("offensive"), ordered(standing("offensive"), RULES, 0, wish("defensive")), 0)
    assert holding(state, RULES, 3 * HOUR) == "defensive"
    assert after(state, urgent(state, RULES, 3 * HOUR, CALM), 3 * HOUR).posture == "offensive"


def test_an_order_on_top_of_an_order_still_goes_back_to_what_was_before_both() -> None:
    state = after(standing("guerrilla"), ordered(standing("guerrilla"), RULES, 0, wish("offensive")), 0)
    state = after(state, ordered(state, RULES, 1, wish("defensive", 10)), 1)
    assert after(state, urgent(state, RULES, HOUR, None), HOUR).posture == "guerrilla"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (wish("defensive", 0), "from 1 to 480 minutes, not 0"),
        (wish("defensive", 481), "from 1 to 480 minutes, not 481"),
        (wish("defensive", 5, " "), "a reason is needed"),
        (wish("defensive", 5, "two\nlines"), "a reason is needed"),
        (wish("defensive", 5, "x" * 201), "a reason is needed"),
    ],
)
def test_an_order_without_a_time_or_a_reason_is_refused(asked: Wish, said: str) -> None:
    refused = ordered(standing("guerrilla"), RULES, 0, asked)
    assert isinstance(refused, Refused) and said in refused.reason


def test_three_stop_losses_hold_at_once_and_nobody_loosens_while_the_emergency_lasts() -> None:
    state = structs.replace(standing("offensive"), streaks=BAD)
    assert holding(state, RULES, 5) == "defensive"
    assert isinstance(ordered(state, RULES, 5, wish("guerrilla")), Refused)
    change = urgent(state, RULES, 5, CALM)
    assert change is not None and (change.after, change.why) == ("defensive", "3 stop-losses in a row")
    state = after(state, change, 5)
    assert state.streaks == Streaks() and not is_urgent(state, RULES, 6)
    assert isinstance(ordered(state, RULES, 2 * HOUR, wish("guerrilla")), Refused)
    assert assessed(state, RULES, 2 * HOUR, CALM)[1] is None
    assert assessed(state, RULES, 2 * HOUR + 5, CALM)[1] is not None


def test_an_order_given_meanwhile_does_not_end_an_emergency_early() -> None:
    state = structs.replace(standing("offensive"), streaks=BAD)
    state = after(state, urgent(state, RULES, 0, None), 0)
    state = after(state, ordered(state, RULES, 1, wish("defensive", 1)), 1)
    assert isinstance(ordered(state, RULES, 2, wish("offensive")), Refused)
    state = after(state, urgent(state, RULES, 2 * MINUTE, CALM), 2 * MINUTE)
    assert state.posture == "defensive" and assessed(state, RULES, 2 * HOUR - 1, CALM)[1] is None


def test_an_emergency_ends_a_persons_order() -> None:
    state = after(standing("guerrilla"), ordered(standing("guerrilla"), RULES, 0, wish("offensive")), 0)
    state = structs.replace(state, streaks=BAD)
    state = after(state, urgent(state, RULES, 9, None), 9)
    assert (state.posture, state.tenure.beneath) == ("defensive", None)


@pytest.mark.parametrize(
    ("failures", "held", "posture"),
    [
        (("abstained",) * 3, "offensive", "guerrilla"),
        (("abstained", "failed", "abstained"), "offensive", "defensive"),
        (("abstained",) * 3, "defensive", "defensive"),
    ],
)
def test_failures_lead_to_the_posture_configured_for_them_and_never_to_a_looser_one(
    failures: Any, held: PostureName, posture: str
) -> None:
    rules = Switching(after_failures=FailurePostures(abstained="guerrilla"))
    state = structs.replace(standing(held), streaks=Streaks(failures=failures))
    change = urgent(state, rules, 1, None)
    assert change is not None and change.after == posture and change.why.startswith("3 failures in a row: abstained")


levels = st.none() | st.decimals(-10, 60, places=1)
readings = st.fixed_dictionaries(dict.fromkeys(FIGURES, levels)).map(Readings)
steps = st.tuples(st.integers(1, 200), st.sampled_from(["look", "look", "order", "lose", "end"]), readings)


@settings(max_examples=200)
@given(st.lists(steps, max_size=40), st.sampled_from(STRICTNESS))
def test_in_any_story_the_rules_never_loosen_inside_the_dwell_nor_anybody_in_an_emergency(
    story: list[tuple[int, str, Readings]], begins: PostureName
) -> None:
    state, now = standing(begins), 0
    for minutes, what, seen in story:
        now += minutes * MINUTE
        held, changes = holding(state, RULES, now), []
        if what == "lose":
            state = structs.replace(state, streaks=BAD)
        if is_urgent(state, RULES, now):
            changes.append(urgent(state, RULES, now, seen))
        elif what == "order":
            asked = ordered(state, RULES, now, wish(STRICTNESS[minutes % 3], minutes))
            changes.append(asked if isinstance(asked, PostureChanged) else None)
        else:
            changes.append(assessed(state, RULES, now, seen)[1])
        for change in filter(None, changes):
            moved = (change.before, change.after)
            assert change.before == change.after or change.cause in MOVES[moved]
            if is_looser(change.after, change.before) and change.cause != "expired":
                assert now >= state.tenure.kept
                assert change.cause == "manual" or now - state.tenure.since >= RULES.dwell_minutes * MINUTE
            if change.cause == "automatic" and None in seen.figures.values():
                assert change.after == "defensive"
            state = evolve(state, change, now)
            assert holding(state, RULES, now) == state.posture
        if what == "lose":
            assert not is_looser(state.posture, held)
