"""The verifier is another than the analyst, also when somebody steps in for either."""

from typing import Any

import pytest
from msgspec import structs

from core.errors import BadInput
from runtime.model_settings import ModelSettings, SeatSettings
from tests.desks import settings


def rostered(analyst: dict[str, Any], verifier: dict[str, Any]) -> ModelSettings:
    models = settings().settings.models
    seats = {"analyst": analyst, "verifier": verifier, "commander": {"model": "claude_fast"}}
    combat = {role: SeatSettings(each["model"], tuple(each.get("fallback", ()))) for role, each in seats.items()}
    return structs.replace(models, rosters=models.rosters | {"combat": combat})


@pytest.mark.parametrize(
    ("analyst", "verifier"),
    [
        ({"model": "deepseek_flash"}, {"model": "gemini_flash", "fallback": ["deepseek_flash"]}),
        ({"model": "deepseek_flash", "fallback": ["gemini_flash"]}, {"model": "gemini_flash"}),
        ({"model": "deepseek_flash", "fallback": ["gpt_fast"]}, {"model": "gemini_flash", "fallback": ["gpt_fast"]}),
        ({"model": "deepseek_flash"}, {"model": "deepseek_flash"}),
    ],
)
def test_the_same_weights_in_both_chains_are_refused(analyst: dict[str, Any], verifier: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"models\.rosters\.combat\.verifier: .* has the same weights as the analyst's"):
        rostered(analyst, verifier)


def test_the_rules_may_not_stand_in_for_the_verifier() -> None:
    with pytest.raises(BadInput, match=r"combat\.verifier\.fallback: the rules cannot stand in"):
        rostered({"model": "deepseek_flash"}, {"model": "gemini_flash", "fallback": ["rules"]})


def test_other_weights_of_the_same_provider_and_the_rules_for_the_analyst_are_allowed() -> None:
    seats = rostered(
        {"model": "deepseek_flash", "fallback": ["rules"]}, {"model": "deepseek_thinking", "fallback": ["gpt_fast"]}
    ).rosters
    assert seats["combat"]["verifier"].names == ("deepseek_thinking", "gpt_fast")
    assert {seat.model for seat in seats["local"].values()} == {"local"}
