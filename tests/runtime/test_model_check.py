"""What `models check` finds out about a model in a seat, with the simulator in the providers' place."""

import asyncio
from typing import Any

import httpx2
import pytest

from runtime.model_check import Examined, examine
from runtime.opening import RECORDED_KEY
from tests.desks import instant, settings
from tools.clock import VirtualClock, VirtualLoop
from tools.llm.line import Line
from tools.simulators.provider.application import Provider
from tools.simulators.provider.simulation import Latency, Simulation
from tools.simulators.provider.transport import SimulatedTransport


def examined(roster: str = "combat", calls: int = 10, **simulation: Any) -> dict[str, Examined]:
    return _examined(roster, calls, SimulatedTransport(Provider(Simulation(**simulation))))


def _examined(roster: str, calls: int, transport: httpx2.AsyncBaseTransport) -> dict[str, Examined]:
    models = settings(models__roster=roster, models__answers="simulator").settings.models
    loop = VirtualLoop(instant("13:40:00"))
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        found = runner.run(examine(models, VirtualClock(loop), {}, calls, line=Line(transport, "simulator")))
    return {each.role: each for each in found}


def test_of_every_seat_it_tells_whether_it_is_reached_listed_usable_in_time_and_at_what_price() -> None:
    found = examined(latency={"*": Latency(400, 400)}, models=MODELS)
    assert list(found) == ["analyst", "verifier", "commander"]
    for each in found.values():
        assert each.well and each.listed and each.origin == "simulator" and not each.stands_in
        assert (each.calls, each.usable, each.faults) == (10, 10, ())
        assert (each.p50_ms, each.p95_ms, each.pacing) == (400, 400, "in time")
        assert each.cost is not None and each.cost.currency == "USD" and each.cost.amount > 0


def test_three_seats_of_one_server_are_the_same_weights() -> None:
    found = examined("local", calls=1)
    assert {role: each.same_weights for role, each in found.items()} == {
        "analyst": ("verifier", "commander"),
        "verifier": ("analyst", "commander"),
        "commander": ("analyst", "verifier"),
    }


@pytest.mark.parametrize("roster", ["combat", "s1"])
def test_no_two_seats_of_the_other_rosters_share_weights(roster: str) -> None:
    assert all(each.same_weights == () for each in examined(roster, calls=1).values())


def test_two_names_that_the_same_model_answers_are_the_same_weights() -> None:
    found = examined("s1", calls=1, aliases={"deepseek-v4-pro": "deepseek-v4-flash"})
    assert found["analyst"].same_weights == ("verifier",)
    assert (found["verifier"].model, found["commander"].same_weights) == ("deepseek-v4-flash", ())


def test_a_wrong_key_is_tried_once_and_told_with_its_variable_and_never_itself() -> None:
    found = examined(refused_keys=(RECORDED_KEY,))
    for role, variable in VARIABLES.items():
        each = found[role]
        assert (each.well, each.calls, each.usable, each.listed, each.p95_ms) == (False, 1, 0, None, None)
        told = " ".join(each.faults)
        assert "the key was refused" in told and f"{variable} is read from the environment or .env" in told
        assert "its list of models answers 40" in told
        assert RECORDED_KEY not in told


def test_a_model_the_provider_does_not_serve_is_not_listed_and_asked_once() -> None:
    found = examined(models=[name for name in MODELS if name != "gemini-3.8-flash"])
    lost = found.pop("verifier")
    assert (lost.listed, lost.calls, lost.well) == (False, 1, False)
    assert "it knows no such model" in " ".join(lost.faults)
    assert all(each.well for each in found.values())


def test_a_provider_that_is_down_is_said_to_be() -> None:
    def down(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    for each in _examined("combat", 3, httpx2.MockTransport(down)).values():
        assert (each.well, each.calls, each.usable, each.listed) == (False, 3, 0, None)
        assert "it cannot be reached" in " ".join(each.faults)


@pytest.mark.parametrize(("ms", "pacing"), [(1400, "in time"), (1600, "late"), (2600, "warning"), (4100, "critical")])
def test_p95_is_held_against_the_levels_of_the_seat(ms: int, pacing: str) -> None:
    verifier = examined(calls=2, latency={"*": Latency(ms, ms)})["verifier"]
    assert (verifier.p95_ms, verifier.pacing, verifier.well) == (ms, pacing, pacing == "in time")


def test_an_answer_that_does_not_come_counts_with_the_time_it_was_given() -> None:
    verifier = examined(calls=2, fault_script=("ok", "ok", "hanging", "ok"))["verifier"]
    assert (verifier.usable, verifier.p95_ms, verifier.pacing) == (1, 15_000, "critical")
    assert verifier.faults == ("no answer within 15 s",)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("wrong_schema", {"malformed"}),
        ("foreign", {"malformed: no JSON object"}),
        ("empty", {"refused: an empty reply", "its reply holds no answer"}),
        ("refusal", {"malformed: no JSON object", "refused: the model declined", "refused: the provider withheld"}),
        ("content_filter", {"refused: the model declined", "refused: the provider withheld"}),
        ("length", {"malformed: cut off"}),
    ],
)
def test_an_answer_that_is_not_usable_is_named_as_its_provider_puts_it(fault: str, told: set[str]) -> None:
    found = examined(calls=2, faults={fault: 1.0})
    for each in found.values():
        assert (each.usable, each.calls, each.well, each.pacing) == (0, 2, False, "in time")
        assert any(text in " ".join(each.faults) for text in told), each.faults


@pytest.mark.parametrize(("failing", "well"), [(1, True), (2, False)])
def test_nine_answers_of_ten_must_be_usable(failing: int, well: bool) -> None:
    analyst = examined(fault_script=("foreign",) * failing)["analyst"]
    assert (analyst.usable, analyst.well) == (10 - failing, well)


MODELS = ("deepseek-v4-flash", "gemini-3.8-flash", "claude-haiku-5-5")
VARIABLES = {"analyst": "DEEPSEEK_API_KEY", "verifier": "GEMINI_API_KEY", "commander": "ANTHROPIC_API_KEY"}


def test_a_model_whose_price_nobody_knows_is_not_well_while_a_cap_on_money_stands() -> None:
    unknown = {"models__catalogue__deepseek_flash__model": "a-model-of-nobody"}
    models = settings(models__roster="combat", models__answers="simulator", **unknown).settings.models
    loop = VirtualLoop(instant("13:40:00"))
    line = Line(SimulatedTransport(Provider(Simulation())), "simulator")
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        found = runner.run(examine(models, VirtualClock(loop), {}, 1, line=line))
    analyst = found[0]
    assert (analyst.usable, analyst.payable, analyst.well) == (1, False, False)
    assert any("models.catalogue.deepseek_flash.price" in fault for fault in analyst.faults)
