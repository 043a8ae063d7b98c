"""`simulate providers`: says where it listens, tells of each request, and ends when it is told to."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from runtime.cli.simulate import closing, greeting, line
from tests.architecture.house import ROOT
from tests.runtime.cli.conftest import Aegis
from tools.simulators.provider.conversation import Tokens
from tools.simulators.provider.record import Seen, Totals

HELLO: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
KEY = {"authorization": "Bearer k"}


@contextmanager
def simulator(*words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "runtime.cli.main", "simulate", *words]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_it_listens_tells_and_ends_after_so_many_requests() -> None:
    with simulator("--json", "--until", "2", "providers", "--seed", "7", "--fault", "500=1") as process:
        assert process.stdout is not None
        bases = json.loads(process.stdout.readline())["bases"]
        address = f"{bases['openai']}/chat/completions"
        assert httpx2.post(address, json=HELLO).status_code == 401
        assert httpx2.post(address, json=HELLO, headers=KEY).status_code == 500
        first, second, totals = map(json.loads, process.stdout.read().splitlines())
        assert process.wait(10) == 0
    assert (first["status"], second["number"], second["fault"]) == (401, 1, "500")
    assert totals["by_status"] == {"401": 1, "500": 1}


def test_an_incident_is_told_in_lines_and_judged(aegis: Aegis) -> None:
    said = aegis("simulate", "incident", "flap")
    assert said.code == 0
    assert said.out.startswith("flap: the feed drops for two seconds out of five, twelve times\n")
    assert "75.2 s  ALERT    LADDER_FEED: 10 against 10" in said.out
    assert said.out.endswith("right: 3 moves, each as its table says\n")


def test_an_incident_is_one_object_for_a_program(aegis: Aegis) -> None:
    said = aegis("simulate", "--json", "incident", "mismatch")
    played = json.loads(said.out)
    assert (said.code, played["incident"], played["faults"]) == (0, "mismatch", [])
    assert [move["rung"] for move in played["moves"]] == ["restricted", "limited", "normal"]


def test_an_incident_that_went_otherwise_is_no_success(aegis: Aegis, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime import incidents

    monkeypatch.setitem(incidents._LATE, "feed", 20.0)
    said = aegis("simulate", "incident", "flap")
    assert said.code == 1 and "WRONG: expected feed to 'restricted' at 95.0 s, found" in said.out


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_summary(ending: signal.Signals) -> None:
    with simulator("providers") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("# in a shell")
        process.send_signal(ending)
        assert process.stdout.read().endswith("\n0 requests\n")
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--fault", "slow"], "--fault slow: expected a name and a share, as slow=0.1"),
        (["--fault", "fire=0.1"], "faults: 'fire' is none; known are slow, dripping"),
        (["--fault", "slow=2"], "faults.slow: must be from 0 to 1"),
        (["--script", "none.toml"], "none.toml: cannot be read: No such file"),
        (["--persona", "scripted"], "replies: the scripted persona needs at least one"),
        (["--persona", "king"], "'king' is not one of"),
        (["--port", "70000"], "less than or equal to 65535"),
    ],
)
def test_bad_input_is_named(aegis: Aegis, words: list[str], found: str) -> None:
    said = aegis("simulate", "providers", *words)
    assert said.code == 2 and found in said.err.replace("\n", " ") and said.out == ""


def test_help_shows_an_example(aegis: Aegis) -> None:
    said = aegis("simulate", "providers", "--help")
    assert "Example: aegis-agents simulate" in said.out and "--persona rules --seed" in said.out


def test_the_greeting_can_be_pasted_into_a_shell_and_into_toml() -> None:
    told = greeting({"openai": "http://127.0.0.1:1/openai/v1", "gemini": "http://127.0.0.1:1/gemini"})
    assert told[1] == (
        "export AEGIS_MODELS__PROVIDERS__OPENAI__BASE_URL=http://127.0.0.1:1/openai/v1 "
        "AEGIS_MODELS__PROVIDERS__OPENAI__ORIGIN=simulator OPENAI_API_KEY=simulated"
    )
    assert told[-4:] == [
        "[models.providers.google]",
        'base_url = "http://127.0.0.1:1/gemini"',
        'origin = "simulator"',
        "",
    ]


def test_a_request_and_the_summary_are_lines_a_person_reads() -> None:
    seen = Seen(
        number=3,
        flavour="deepseek",
        method="POST",
        path="/chat/completions",
        status=200,
        model="flash",
        stream=True,
        fault="slow",
        tokens=Tokens(120, 80, 0, 30, 10),
        latency_ms=10_000,
    )
    assert line(seen) == "    3  200  deepseek   flash, stream, 10000 ms, 120 (80 cached) + 40 tokens, fault slow"
    told = closing(Totals(3, {200: 2, 429: 1}, {}, {"flash": 3}))
    assert told.splitlines() == ["", "3 requests", "by status: 200 2x, 429 1x", "models: flash 3x"]
