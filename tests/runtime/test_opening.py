"""Opening models: who answers for the providers, with which key, and what the answers are called."""

import asyncio
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.errors import BadInput
from core.facts.models import Role
from runtime.model_settings import RULES, ModelSettings, SeatSettings
from runtime.opening import RECORDED_KEY, Opening, cassette_file
from tests.desks import settings
from tools.clock import SystemClock
from tools.llm.line import Line
from tools.llm.offline.rules import RulesModel
from tools.simulators.provider.application import Provider
from tools.simulators.provider.transport import SimulatedTransport

KEYS = {"DEEPSEEK_API_KEY": "sk-deep"}


def configured(**values: Any) -> ModelSettings:
    return settings(**{f"models__{name}": value for name, value in values.items()}).settings.models


def opened(keys: dict[str, str] | None = None, line: Line | None = None, **values: Any) -> Opening:
    return Opening(configured(**values), SystemClock(), KEYS if keys is None else keys, line)


def inside(origin: Any) -> Line:
    return Line(SimulatedTransport(Provider()), origin)


def test_a_provider_is_sent_its_own_key_and_a_recording_or_simulator_none() -> None:
    deepseek, local = (configured().providers[name] for name in ("deepseek", "local"))
    asking = opened(answers="provider")
    assert (asking.key(deepseek), asking.key(local)) == ("sk-deep", None)
    for answers in ("simulator", "cassette"):
        assert opened(answers=answers).key(deepseek) == RECORDED_KEY


def test_what_the_simulator_answers_is_called_so_wherever_the_desk_found_it() -> None:
    assert opened(line=inside("simulator")).endpoint("deepseek").origin == "simulator"
    elsewhere = {"providers__deepseek__origin": "simulator", "answers": "provider"}
    assert opened(line=inside("provider"), **elsewhere).endpoint("deepseek").origin == "simulator"
    assert opened(line=inside("provider"), answers="provider").endpoint("deepseek").origin == "provider"


def test_a_seat_of_rules_has_no_safeguards_and_no_connection() -> None:
    opening = opened()
    assert isinstance(opening.seated("analyst", SeatSettings(RULES)), RulesModel)
    assert not opening.is_guarding


def test_a_seat_with_a_fallback_names_both() -> None:
    opening = opened(answers="simulator")
    seat = SeatSettings("deepseek_flash", ("claude_fast",))
    assert opening.seated("analyst", seat).name == "deepseek_flash or claude_fast"
    assert opening.is_guarding
    asyncio.run(opening.close())


def test_opening_a_model_imports_no_library_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_request: httpx2.Request) -> httpx2.Response:
        raise AssertionError("somebody was asked")

    for library in ("openai", "anthropic", "google.genai"):
        monkeypatch.delitem(sys.modules, library, raising=False)
    opening = opened(answers="simulator", line=Line(httpx2.MockTransport(never), "simulator"))
    roles: tuple[Role, ...] = ("analyst", "verifier", "commander")
    for role in roles:
        opening.seated(role, configured(roster="combat").seats[role])
    assert not {"openai", "anthropic", "google.genai"} & set(sys.modules)


def test_a_cap_on_money_knows_what_a_model_costs() -> None:
    guarded = opened(answers="simulator").seated("analyst", SeatSettings("deepseek_flash"))
    assert guarded.name == "deepseek_flash"
    price = opened(answers="simulator")._priced(configured().catalogue["deepseek_flash"])
    cost = price(1_000_000, 0)
    assert cost is not None and (cost.currency, cost.amount > Decimal("0.01")) == ("USD", True)


def test_a_bare_name_is_a_cassette_that_ships_and_a_path_is_a_path(tmp_path: Path) -> None:
    assert cassette_file("demo.yaml").parts[-3:] == ("evals", "cassettes", "demo.yaml")
    assert cassette_file(str(tmp_path / "own.yaml")) == tmp_path / "own.yaml"


def test_a_line_that_nobody_needed_is_not_opened_to_be_closed() -> None:
    asyncio.run(opened(answers="cassette", cassette="nowhere/none.yaml").close())


def test_a_cassette_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yaml: there is no such cassette"):
        opened(answers="cassette", cassette=str(tmp_path / "none.yaml")).plain("deepseek_flash")
