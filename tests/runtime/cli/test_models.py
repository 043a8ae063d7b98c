"""`aegis-agents models`: who sits where, and whether they can be relied on."""

import json
from collections.abc import Iterator

import pytest

from tests.runtime.cli.conftest import Aegis
from tests.runtime.cli.test_simulate import simulator

KEYS = ("DEEPSEEK_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY")
SERVED = {"deepseek": "deepseek", "gemini": "google", "anthropic": "anthropic"}
"""What the simulator calls a provider, and what the configuration does."""


@pytest.fixture(autouse=True)
def combat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The roster that ships, in place of the one the tests are set to."""
    monkeypatch.setenv("AEGIS_MODELS__ROSTER", "combat")


@pytest.fixture
def bases() -> Iterator[dict[str, str]]:
    """The addresses of a simulator on this machine."""
    with simulator("--json", "providers") as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["bases"]


def outside(monkeypatch: pytest.MonkeyPatch, bases: dict[str, str], key: str) -> None:
    for flavour, name in SERVED.items():
        monkeypatch.setenv(f"AEGIS_MODELS__PROVIDERS__{name.upper()}__BASE_URL", bases[flavour])
        monkeypatch.setenv(f"AEGIS_MODELS__PROVIDERS__{name.upper()}__ORIGIN", "simulator")
    for variable in KEYS:
        monkeypatch.setenv(variable, key)


def test_the_list_names_every_seat_with_its_model_and_whether_its_key_is_set(
    aegis: Aegis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "planted-key")
    said = aegis("models", "list")
    assert said.code == 0 and "planted-key" not in said.out
    assert (
        "combat   analyst    deepseek_flash: deepseek-v4-flash at deepseek, thinking off; DEEPSEEK_API_KEY is not"
        in (said.out)
    )
    assert "GEMINI_API_KEY is set" in said.out and "local    analyst    local: " in said.out
    assert said.out.splitlines()[-1].startswith("profile demo: roster combat, tempo combat, ")


def test_the_list_of_one_roster_in_json_has_a_row_for_each_model(aegis: Aegis) -> None:
    rows = [json.loads(line) for line in aegis("models", "list", "--roster", "s1", "--json").out.splitlines()]
    assert [(row["role"], row["model"]) for row in rows] == [
        ("analyst", "deepseek_flash"),
        ("verifier", "deepseek_thinking"),
        ("commander", "claude_deep"),
    ]


def test_the_roster_of_rules_is_listed_and_cannot_be_checked(aegis: Aegis) -> None:
    assert aegis("models", "list", "--roster", "rules").out.count("rules: no model; needs no key") == 3
    said = aegis("models", "check", "--roster", "rules")
    assert (said.code, said.out) == (2, "") and "'rules' has no model to check; choose another" in said.err


@pytest.mark.parametrize("command", ["list", "check"])
def test_a_roster_nobody_knows_is_answered_with_the_nearest(aegis: Aegis, command: str) -> None:
    said = aegis("models", command, "--roster", "combt")
    assert said.code == 2 and "nothing is called 'combt'; did you mean 'combat'?" in said.err


def test_without_keys_a_check_names_every_variable_and_asks_nobody(aegis: Aegis) -> None:
    said = aegis("models", "check")
    assert (said.code, said.out) == (2, "")
    assert all(variable in said.err for variable in KEYS) and "or try --simulated" in said.err


def test_a_simulated_check_tells_of_every_seat_and_what_a_decision_costs(aegis: Aegis) -> None:
    said = aegis("models", "check", "--simulated")
    assert said.code == 0
    for seat in ("ok    analyst     deepseek_flash", "ok    verifier    gemini_flash", "ok    commander   claude_fast"):
        assert seat in said.out
    assert said.out.count("(origin simulator, listed)") == 3 and said.out.count("100 of 100 usable; p50 ") == 3
    assert said.out.count(" ms, in time for ") == 3
    assert "\ncost of a decision: 0.000" in said.out and "10,000 a day: " in said.out


def test_two_simulated_checks_say_the_same(aegis: Aegis) -> None:
    one, two = (aegis("models", "check", "--simulated", "--calls", "5").out for _ in range(2))
    assert one == two


def test_a_check_in_json_has_an_object_for_each_model(aegis: Aegis) -> None:
    said = aegis("models", "check", "--simulated", "--calls", "2", "--json")
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert [row["role"] for row in rows] == ["analyst", "verifier", "commander"]
    assert {(row["calls"], row["usable"], row["origin"]) for row in rows} == {(2, 2, "simulator")}


def test_a_roster_that_is_too_slow_for_its_tempo_fails_and_keeps_another(
    aegis: Aegis, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = aegis("models", "check", "--simulated", "--roster", "s1", "--calls", "4")
    assert hurried.code == 1 and "FAIL  verifier    deepseek_thinking" in hurried.out
    assert "LATE, above critical, for 1500 ms" in hurried.out
    monkeypatch.setenv("AEGIS_MODELS__TEMPO", "deliberate")
    assert aegis("models", "check", "--simulated", "--roster", "s1", "--calls", "4").code == 0


def test_three_seats_of_one_server_are_said_to_be_the_same_weights(aegis: Aegis) -> None:
    said = aegis("models", "check", "--simulated", "--roster", "local", "--calls", "1")
    assert said.out.count(", the same weights as the ") == 3


def test_a_fallback_is_checked_too_and_not_part_of_what_a_decision_costs(
    aegis: Aegis, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = aegis("models", "check", "--simulated", "--calls", "2").out.splitlines()[-1]
    monkeypatch.setenv("AEGIS_MODELS__ROSTERS__COMBAT__COMMANDER", '{ model = "claude_fast", fallback = ["gpt_fast"] }')
    said = aegis("models", "check", "--simulated", "--calls", "2")
    assert "(commander) gpt_fast: gpt-6-luna at openai" in said.out
    assert said.out.splitlines()[-1] == plain


def test_providers_on_the_network_are_asked_with_their_keys_and_called_what_they_are(
    aegis: Aegis, monkeypatch: pytest.MonkeyPatch, bases: dict[str, str]
) -> None:
    outside(monkeypatch, bases, "planted-key")
    said = aegis("models", "check", "--calls", "2")
    assert said.code == 0 and said.out.count("(origin simulator, listed)") == 3
    assert "planted-key" not in said.out + said.err
    outside(monkeypatch, bases, "wrong")
    refused = aegis("models", "check", "--calls", "2")
    assert refused.code == 1 and refused.out.count("the key was refused") == 3
    assert all(f"{variable} is read from the environment or .env" in refused.out for variable in KEYS)


def test_a_provider_that_is_down_fails_the_check_and_is_named(aegis: Aegis, monkeypatch: pytest.MonkeyPatch) -> None:
    outside(monkeypatch, dict.fromkeys(SERVED, "http://127.0.0.1:9"), "planted-key")
    said = aegis("models", "check", "--calls", "2")
    assert said.code == 1 and said.out.count("it cannot be reached") == 3
    assert "http://127.0.0.1:9: cannot be reached: ConnectError" in said.out
