"""Who sits where, with which key; and what is said when there is none."""

import sys
from typing import Any, get_args

import pytest

from core.errors import BadInput
from core.facts.models import Role
from runtime.model_settings import ModelSettings
from runtime.seating import Seating, seat
from tests.desks import settings
from tools.clock import SystemClock

KEYS = {"DEEPSEEK_API_KEY": "sk-deep", "GEMINI_API_KEY": "g-key", "ANTHROPIC_API_KEY": "sk-ant"}


def configured(**values: Any) -> ModelSettings:
    given = {"answers": "provider"} | values
    return settings(**{f"models__{name}": value for name, value in given.items()}).settings.models


def labels(seating: Seating) -> set[str]:
    roster = seating.roster
    return {each.model.label for each in (roster.analyst, roster.verifier, roster.commander)}


def names(seating: Seating) -> list[str]:
    roster = seating.roster
    return [each.model.name for each in (roster.analyst, roster.verifier, roster.commander)]


def test_the_rules_say_that_there_is_no_model_behind_them() -> None:
    seating = seat(configured(roster="rules"), SystemClock(), environment={})
    assert (labels(seating), seating.notice) == ({"rules, no model"}, None)


def test_without_any_key_the_rules_sit_in_every_seat_and_one_line_says_so() -> None:
    seating = seat(configured(roster="combat"), SystemClock(), environment={})
    assert labels(seating) == {"rules, no model"}
    assert seating.notice is not None and all(variable in seating.notice for variable in KEYS)


def test_without_any_key_no_provider_sdk_is_imported() -> None:
    before = set(sys.modules)
    seat(configured(roster="combat"), SystemClock(), environment={})
    assert not {"openai", "anthropic", "google.genai"} & (set(sys.modules) - before)


async def test_with_all_keys_each_seat_has_the_model_of_the_roster() -> None:
    seating = seat(configured(roster="combat"), SystemClock(), environment=KEYS)
    assert names(seating) == ["deepseek_flash", "gemini_flash", "claude_fast"]
    await seating.close()


def test_a_key_that_is_missing_beside_others_is_named_with_the_seat_and_the_place() -> None:
    keys = {name: key for name, key in KEYS.items() if name != "GEMINI_API_KEY"}
    with pytest.raises(BadInput, match=r"models.rosters.combat: 'gemini_flash' needs GEMINI_API_KEY.*\.env"):
        seat(configured(roster="combat"), SystemClock(), environment=keys)


async def test_a_local_server_needs_no_key() -> None:
    seating = seat(configured(roster="local"), SystemClock(), environment={})
    assert (names(seating), seating.notice) == (["local"] * 3, None)
    await seating.close()


def test_the_tempo_sets_the_deadlines() -> None:
    quick, deep = (seat(configured(roster="rules", tempo=tempo), SystemClock()) for tempo in ("combat", "deliberate"))
    assert [str(each.roster.verifier.deadline) for each in (quick, deep)] == ["1.5", "60"]


def test_every_role_has_a_seat_in_every_roster_that_ships() -> None:
    for seats in configured().rosters.values():
        assert set(seats) == set(get_args(Role))
