"""The table of conditions and the table of moves."""

from decimal import Decimal
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk.bands import STRICTNESS, Bands, is_looser
from core.desk.switching import FIGURES, MOVES, RANGES, VIX_BANDS, FailurePostures, Switching, judge, reached
from core.facts.desk import PostureCause, PostureName

RULES = Switching()
QUIET = {"vix": "14", "volatility_pct": "9", "trend_pct": "0.4", "range_pct": "0.5"}
levels = st.none() | st.decimals(-200, 2000, places=1)


def seen(**changes: str | None) -> dict[str, Decimal | None]:
    return {name: None if value is None else Decimal(value) for name, value in {**QUIET, **changes}.items()}


@pytest.mark.parametrize(
    ("changes", "posture", "why"),
    [
        ({}, "offensive", "vix 14; volatility_pct 9; trend_pct 0.4; range_pct 0.5"),
        ({"vix": "15"}, "guerrilla", "vix 15"),
        ({"vix": "25"}, "guerrilla", "vix 25"),
        ({"vix": "25.1"}, "defensive", "vix 25.1"),
        ({"volatility_pct": "20"}, "guerrilla", "volatility_pct 20"),
        ({"volatility_pct": "31"}, "defensive", "volatility_pct 31"),
        ({"trend_pct": "0"}, "guerrilla", "trend_pct 0"),
        ({"trend_pct": "-1.2", "vix": "18"}, "defensive", "trend_pct -1.2"),
        ({"range_pct": "1"}, "guerrilla", "range_pct 1"),
        ({"range_pct": "2.1", "vix": "26"}, "defensive", "vix 26; range_pct 2.1"),
        ({"vix": None}, "defensive", "vix is not known"),
        ({"trend_pct": None}, "defensive", "trend_pct is not known"),
    ],
)
def test_the_strictest_posture_that_a_figure_asks_for_is_to_be_held(
    changes: dict[str, str | None], posture: str, why: str
) -> None:
    judged = judge(RULES, "offensive", seen(**changes))
    assert (judged.posture, judged.why) == (posture, why)


def test_while_a_desk_warms_up_only_the_index_must_be_known() -> None:
    unread = {"vix": Decimal(14)}
    for held in STRICTNESS:
        assert judge(RULES, held, unread, warming=True).posture == held
        assert judge(RULES, held, {}, warming=True).posture == "defensive"
    assert judge(RULES, "offensive", unread).posture == "defensive"


@given(st.fixed_dictionaries(dict.fromkeys(FIGURES, levels)), st.sampled_from(STRICTNESS), st.sampled_from(FIGURES))
def test_to_know_less_never_asks_for_a_looser_posture(figures: Any, held: PostureName, lost: str) -> None:
    assert not is_looser(judge(RULES, held, {**figures, lost: None}).posture, judge(RULES, held, figures).posture)


def test_every_posture_may_be_left_for_every_stricter_one_by_everybody() -> None:
    for held, wanted in product(STRICTNESS, repeat=2):
        if is_looser(held, wanted):
            assert MOVES[held, wanted] == set(get_args(PostureCause))
            assert all(reached(held, wanted, cause) == wanted for cause in get_args(PostureCause))


@pytest.mark.parametrize(
    ("held", "wanted", "cause", "after"),
    [
        ("defensive", "offensive", "automatic", "guerrilla"),
        ("guerrilla", "offensive", "automatic", "offensive"),
        ("defensive", "offensive", "manual", "offensive"),
        ("defensive", "offensive", "expired", "offensive"),
        ("defensive", "guerrilla", "emergency", "defensive"),
        ("guerrilla", "offensive", "emergency", "guerrilla"),
        ("guerrilla", "guerrilla", "manual", "guerrilla"),
    ],
)
def test_a_looser_posture_is_reached_only_by_a_move_of_the_table(
    held: PostureName, wanted: PostureName, cause: PostureCause, after: str
) -> None:
    assert reached(held, wanted, cause) == after


def test_no_emergency_ever_leads_to_a_looser_posture() -> None:
    assert all("emergency" not in who for (held, wanted), who in MOVES.items() if is_looser(wanted, held))


@pytest.mark.parametrize("field", RANGES)
def test_a_number_outside_its_range_is_refused_by_name(field: str) -> None:
    low, high = RANGES[field]
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match=f"{field}: must be from {low} to {high}, found '{value}'"):
            Switching(**{field: value})


@pytest.mark.parametrize(("edges", "named"), [(("16", "25"), "vix.offensive"), (("15", "26"), "vix.guerrilla")])
def test_the_bands_of_the_index_are_a_ceiling(edges: tuple[str, str], named: str) -> None:
    low, high = map(Decimal, edges)
    bands = Bands((Decimal(0), low), (low, high), (high, Decimal(1000)), Decimal("0.5"))
    with pytest.raises(ValueError, match=f"{named}: must be from"):
        Switching(vix=bands)


def test_stricter_bands_of_the_index_are_taken() -> None:
    twelve, twenty = Decimal(12), Decimal(20)
    bands = Bands((Decimal(0), twelve), (twelve, twenty), (twenty, Decimal(1000)), Decimal("0.5"))
    assert judge(Switching(vix=bands), "offensive", seen(vix="13")).posture == "guerrilla"
    assert judge(Switching(vix=VIX_BANDS), "offensive", seen(vix="13")).posture == "offensive"


def test_what_a_failure_leads_to_is_configured_and_else_the_strictest() -> None:
    rules = Switching(after_failures=FailurePostures(abstained="guerrilla"))
    assert (rules.after("abstained"), rules.after("failed"), rules.after("vetoed")) == (
        "guerrilla",
        "defensive",
        "defensive",
    )
