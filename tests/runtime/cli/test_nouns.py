"""`config`, `check`, `graph` and `desk`: what is in force, what is wrong, how it is drawn, and the last word."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from runtime.state_folder import StateFolder
from tests.desks import kept, tape
from tests.graphs.test_drawing import DRAWN
from tests.runtime.cli.conftest import Aegis
from tests.runtime.test_operator import QUIET

CHECKS = ["configuration", "state folder", "journal", "recording", "sessions", "seats"]


def rows(text: str) -> dict[str, dict[str, object]]:
    return {row["check"]: row for row in map(json.loads, text.splitlines())}


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Path]:
    folder = StateFolder(tmp_path)
    folder.claim("paper-1")
    yield tmp_path
    folder.release()


def test_config_show_prints_every_value_with_its_source(aegis: Aegis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEGIS_RISK__MIN_CONFIDENCE", "85")
    lines = aegis("config", "show").out.splitlines()
    (line,) = [line for line in lines if line.startswith("risk.min_confidence")]
    assert line.split() == ["risk.min_confidence", "85", "environment", "AEGIS_RISK__MIN_CONFIDENCE"]
    assert lines[-1].startswith("version ")


def test_config_show_as_json_holds_values_sources_and_version(aegis: Aegis) -> None:
    told = json.loads(aegis("config", "show", "--json").out)
    assert set(told) == {"version", "values", "sources"}
    assert told["values"].keys() == told["sources"].keys()
    assert told["sources"]["desk.queue"] == "default" and told["values"]["desk.mode"] == "demo"


def test_a_broken_configuration_stops_every_noun_with_the_same_line(
    aegis: Aegis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AEGIS_RISK__MIN_CONFIDENCE", "79")
    said = {aegis(*words)[0::2] for words in (["config", "show"], ["check"], ["serve"], ["decide", _example()])}
    assert len(said) == 1
    ((code, line),) = said
    assert code == 2 and "risk.min_confidence" in line and line.count("\n") == 1


def _example() -> str:
    return "docs/examples/price-shock.json"


def test_check_looks_at_everything_and_says_it_is_well(aegis: Aegis, tmp_path: Path) -> None:
    said = aegis("check", "--json", "--state", tmp_path)
    told = rows(said.out)
    assert said.code == 0 and list(told) == CHECKS and all(row["ok"] for row in told.values())
    assert told["recording"]["found"] == "2392 quotes in ibm-spy-minutes-2013-10.csv.gz, vix-opens-2013-10.csv"
    assert "rules, no model" in str(told["seats"]["found"])


def test_check_finds_a_mode_that_cannot_start_and_exits_1(
    aegis: Aegis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AEGIS_DESK__MODE", "live")
    said = aegis("check", "--state", tmp_path)
    assert said.code == 1 and "FAIL  configuration" in said.out and "ok    seats" in said.out


def test_check_finds_a_missing_recording_and_a_seat_nobody_fills(
    aegis: Aegis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AEGIS_FEED__FILES", '["none.csv"]')
    monkeypatch.setenv("AEGIS_MODELS__ROSTER", "combat")
    monkeypatch.setenv("AEGIS_MODELS__ANSWERS", "provider")
    monkeypatch.setenv("OPENAI_API_KEY", "not the one that is needed")
    said = aegis("check", "--json", "--state", tmp_path)
    wrong = [name for name, row in rows(said.out).items() if not row["ok"]]
    assert (said.code, wrong) == (1, ["recording", "seats"])


def test_check_finds_a_folder_in_use(aegis: Aegis, busy: Path) -> None:
    said = aegis("check", "--state", busy)
    assert said.code == 1 and "FAIL  state folder" in said.out and "in use by process" in said.out


def test_check_finds_a_changed_journal(aegis: Aegis, tmp_path: Path) -> None:
    kept(tmp_path).play(tape(QUIET))
    assert aegis("check", "--state", tmp_path).code == 0
    with closing(sqlite3.connect(tmp_path / "journal.db")) as connection:
        connection.execute("UPDATE events SET body = replace(body, 'demo', 'live') WHERE position = 1")
        connection.commit()
    said = aegis("check", "--state", tmp_path)
    assert said.code == 1 and "does not verify: event 1" in said.out


def test_graph_draw_prints_or_writes_the_graph(aegis: Aegis, tmp_path: Path) -> None:
    assert aegis("graph", "draw", "combat").out == f"{DRAWN}\n"
    said = aegis("graph", "draw", "--out", tmp_path / "combat.mmd")
    assert said.out == f"wrote {tmp_path / 'combat.mmd'}\n"
    assert (tmp_path / "combat.mmd").read_text() == f"{DRAWN}\n"


@pytest.mark.parametrize("command", ["status", "stop"])
def test_desk_says_that_nobody_listens(aegis: Aegis, tmp_path: Path, command: str) -> None:
    said = aegis("desk", command, "--state", tmp_path)
    assert said.code == 2 and "no desk is listening" in said.err and said.err.count("\n") == 1


def test_kill_latches_without_a_running_desk(aegis: Aegis, tmp_path: Path) -> None:
    (tmp_path / "journal.db").touch()
    said = aegis("desk", "kill", "--state", tmp_path)
    assert said.code == 0 and "latched: no new risk" in said.out and "no running desk has heard it" in said.out
    assert StateFolder(tmp_path).latched()


def test_kill_of_a_folder_no_desk_has_used_latches_it_and_warns(aegis: Aegis, tmp_path: Path) -> None:
    said = aegis("desk", "kill", "--state", tmp_path)
    assert said.code == 2 and "no desk has ever used" in said.err
    assert StateFolder(tmp_path).latched()


@pytest.mark.parametrize("command", ["status", "kill"])
def test_a_desk_that_does_not_answer_is_named_within_seconds(aegis: Aegis, tmp_path: Path, command: str) -> None:
    (tmp_path / "journal.db").touch()
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(tmp_path / "control.sock"))
        frozen.listen()
        said = aegis("desk", command, "--state", tmp_path)
    assert "does not answer" in said.out + said.err
    assert StateFolder(tmp_path).latched() == (command == "kill")


def test_kill_latches_beside_the_socket_of_a_dead_desk(aegis: Aegis, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control.sock"))
    (tmp_path / "journal.db").touch()
    assert aegis("desk", "kill", "--state", tmp_path).code == 0
    assert StateFolder(tmp_path).latched()


def test_kill_of_a_folder_that_is_not_there_says_so(aegis: Aegis, tmp_path: Path) -> None:
    said = aegis("desk", "kill", "--state", tmp_path / "none")
    assert said.code == 2 and "does not exist" in said.err
    assert not (tmp_path / "none").exists()
