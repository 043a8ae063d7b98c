"""Two runs of the same recording write the same record, byte for byte, at any pace and in any process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.serve import Summary
from runtime.session import run_recorded
from runtime.state_folder import StateFolder
from tests.architecture.house import ROOT
from tests.desks import settings

KEYS = ["events", "triggers", "decisions", "vetoes", "abstained", "denied", "orders", "fills"]
KEYS += ["pnl", "journal_events", "chain_head"]


def run(path: Path, pace: float | None = None) -> Summary:
    path.mkdir()
    return run_recorded(settings(), StateFolder(path), lambda _line: None, pace, until_end=True)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return run(tmp_path_factory.mktemp("first") / "state")


def test_a_second_run_of_the_recording_gives_the_same_chain_head(first: Summary, tmp_path: Path) -> None:
    assert run(tmp_path / "second") == first


def test_the_pace_changes_nothing(first: Summary, tmp_path: Path) -> None:
    assert run(tmp_path / "paced", pace=1_000_000) == first


def test_a_process_of_its_own_says_the_same_in_its_last_line(first: Summary, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "runtime.cli.main", "serve", "--until-end", "--json", "--state", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert list(told) == KEYS
    assert told["chain_head"] == first.chain_head and told["pnl"] == first.pnl


def test_the_recording_shows_what_a_newcomer_should_see(first: Summary) -> None:
    assert first.decisions and first.vetoes and first.denied and first.orders and first.fills
