"""Stopping on request, stopping at once, a listener that walks away, and two desks on one folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.judge import events_of, judge
from tests.chaos.spawning import Life, Zygote, environment, until

SIGNALS = [signal.SIGINT, signal.SIGTERM]
PACE = "4000"
FOR_EVER = 60


def serve(zygote: Zygote, recorded: dict[str, str], state: Path, *more: str, out: Path | None = None) -> Life:
    argv = ["serve", "--profile", "demo", "--state", str(state), *more]
    return zygote.begin("command", recorded, out=out, argv=argv)


def lines(state: Path) -> int:
    ledger = state / "paper-broker.jsonl"
    return ledger.read_text().count("\n") if ledger.exists() else 0


def closings(state: Path) -> list[str]:
    return [event.data["reason"] for event in events_of(state) if event.name == "DESK_CLOSED"]


def status(zygote: Zygote, state: Path) -> dict[str, Any]:
    asking = zygote.begin("command", argv=["desk", "status", "--state", str(state)])
    assert asking.ended() == 0, asking.complaints
    return dict(json.loads("\n".join(asking.told)))


@contextmanager
def thinking(zygote: Zygote, recorded: dict[str, str], state: Path) -> Iterator[Life]:
    """A desk in the middle of a run whose analyst does not answer for a long time."""
    life = zygote.begin("desk", recorded, state=str(state), thinking=FOR_EVER)
    assert until((state / "thinking").exists)
    yield life
    life.signal(signal.SIGKILL)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_in_the_middle_drains_and_closes(
    zygote: Zygote, morning: dict[str, str], state: Path, number: signal.Signals
) -> None:
    life = serve(zygote, morning, state, "--until-end", "--pace", PACE)
    assert until(lambda: lines(state) >= 2)
    life.signal(number)
    assert (life.ended(), life.complaints) == (0, [])
    assert f"{number.name}: draining; once more to stop at once" in life.told
    assert closings(state) == [f"stopped by {number.name}"]
    assert judge(state) == []


@pytest.mark.parametrize("delay", [0.005, 0.02, 0.04])
def test_ctrl_c_before_there_is_anything_to_drain_ends_without_a_word(
    zygote: Zygote, morning: dict[str, str], state: Path, delay: float
) -> None:
    life = serve(zygote, morning, state, "--until-end")
    time.sleep(delay)
    life.signal(signal.SIGINT)
    assert life.ended() in (130, 0)
    assert life.complaints == []
    assert serve(zygote, morning, state, "--until-end").ended() == 0
    assert judge(state) == []


def test_draining_waits_for_the_run_that_is_being_thought_about(
    zygote: Zygote, morning: dict[str, str], state: Path
) -> None:
    life = zygote.begin("desk", morning, state=str(state), thinking=0.2)
    assert until((state / "thinking").exists)
    life.signal(signal.SIGINT)
    assert (life.ended(), life.complaints) == (0, [])
    assert closings(state) == ["stopped by SIGINT"]
    (outcome,) = [event.data["outcome"] for event in events_of(state) if event.name == "RUN_SETTLED"]
    assert outcome != "abandoned"
    assert judge(state) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_second_signal_stops_at_once_and_the_next_start_works(
    zygote: Zygote, morning: dict[str, str], state: Path, number: signal.Signals
) -> None:
    with thinking(zygote, morning, state) as life:
        life.signal(number)
        assert until(lambda: any("draining" in line for line in life.told))
        life.signal(number)
        assert life.ended() == 130
    assert [finding.kind for finding in judge(state)] == ["lost"]
    assert serve(zygote, morning, state, "--until-end").ended() == 0
    assert judge(state) == []
    assert "abandoned" in [event.data["outcome"] for event in events_of(state) if event.name == "RUN_SETTLED"]


def test_a_reader_that_leaves_after_one_line_does_not_stop_the_desk(morning: dict[str, str], tmp_path: Path) -> None:
    serving = f"'{sys.executable}' -m runtime.cli.main serve --state state --until-end; echo $? >status"
    shell = subprocess.run(
        ["/bin/sh", "-c", f"({serving}) | head -1"],
        cwd=tmp_path,
        env=environment(**morning),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert len(shell.stdout.splitlines()) == 1
    assert shell.stderr == b""
    assert (tmp_path / "status").read_text() == "0\n"
    assert closings(tmp_path / "state") == ["the recording ended"]
    assert judge(tmp_path / "state") == []


def test_a_lost_listener_is_a_fault_that_can_be_asked_for_and_signals_are_still_heeded(
    zygote: Zygote, morning: dict[str, str], state: Path
) -> None:
    pipe = state.with_name("pipe")
    os.mkfifo(pipe)
    life = serve(zygote, morning, state, out=pipe)
    with pipe.open() as listener:
        assert "rules, no model" in listener.readline()
        assert "DESK     opens" in listener.readline()
    assert until((state / "control.sock").exists)
    assert until(lambda: lines(state) == 7)
    faults = status(zygote, state)["faults"]
    assert any("BrokenPipeError" in fault for fault in faults)
    life.signal(signal.SIGINT)
    assert (life.ended(), life.complaints) == (0, [])
    assert closings(state) == ["stopped by SIGINT"]
    assert judge(state) == []


def test_a_folder_in_use_is_refused_by_the_name_of_its_process_and_free_once_it_is_dead(
    zygote: Zygote, morning: dict[str, str], state: Path
) -> None:
    with thinking(zygote, morning, state) as life:
        before = events_of(state)
        second = serve(zygote, morning, state, "--until-end")
        assert second.ended() == 2
        (complaint,) = second.complaints
        assert f"in use by process {life.pid} " in complaint
        assert events_of(state) == before
        stale = (state / "control.sock").stat().st_mtime_ns
        life.signal(signal.SIGKILL)
        assert life.ended() == -signal.SIGKILL
    assert (state / "control.sock").exists()
    third = serve(zygote, morning, state)
    assert until(lambda: "waiting for orders" in "".join(third.told))
    assert (state / "control.sock").stat().st_mtime_ns > stale
    assert status(zygote, state)["account"] == "paper-1"
    third.signal(signal.SIGTERM)
    assert third.ended() == 0
    assert not (state / "control.sock").exists()
    assert judge(state) == []


def test_a_folder_too_deep_for_a_socket_is_refused_before_anything_is_written(
    zygote: Zygote, morning: dict[str, str], tmp_path: Path
) -> None:
    deep = tmp_path / ("deep" * 30)
    life = serve(zygote, morning, deep)
    assert life.ended() == 2
    assert "choose a shorter one with --state" in life.complaints[0]
    assert not deep.exists()
