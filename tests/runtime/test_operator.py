"""control.sock: what a person may tell a running desk, and what it makes of anything else."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from core.facts.desk import DeskClosed
from core.facts.people import OperatorCommanded
from core.facts.risk import GateRuled
from runtime.bootstrap import House
from runtime.operator import LONGEST_LINE, ask
from tests.desks import FILLED, RISE, Act, Rehearsal, Told, consent, instant, tape

QUIET = "13:40:00 IBM 184.00 184.02\n13:50:00 IBM 184.00 184.02"


async def send(house: House, line: bytes) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(house.folder.socket)
    writer.write(line)
    answer = await reader.readline()
    writer.close()
    return dict(json.loads(answer))


def told(path: Path, *lines: bytes) -> tuple[Told, list[dict[str, Any]]]:
    """What the desk answers to these lines, one after the other."""
    answers: list[dict[str, Any]] = []

    async def talk(house: House) -> None:
        answers.extend([await send(house, line) for line in lines])

    return Rehearsal(path).play(tape(QUIET), acts=[Act("13:45:00", talk)]), answers


def test_status_says_how_the_desk_stands_and_is_not_recorded(tmp_path: Path) -> None:
    story, (status,) = told(tmp_path, b'{"command": "status"}\n')
    expected = {"account": "paper-1", "mode": "demo", "posture": "guerrilla", "operating": "normal", "latched": False}
    assert {key: status[key] for key in expected} == expected
    assert (status["positions"], status["working_orders"], status["equity"]) == ({}, 0, "100,000.00 USD")
    assert story.all(OperatorCommanded) == []


def test_stop_drains_and_ends_and_is_recorded_with_who_asked(tmp_path: Path) -> None:
    story, (answer,) = told(tmp_path, b'{"command": "stop"}\n')
    assert answer == {"result": "draining"}
    (command,) = story.all(OperatorCommanded)
    assert (command.command, command.source, command.result) == ("stop", "control.sock", "draining") and command.who
    assert story.all(DeskClosed) == [DeskClosed("stopped by an operator")]
    assert story.at(DeskClosed) == [instant("13:45:00")]


def test_kill_latches_and_the_desk_goes_on_without_new_risk(tmp_path: Path) -> None:
    async def kill(house: House) -> None:
        assert "latched" in (await ask(house.folder.socket, "kill"))["result"]

    story = Rehearsal(tmp_path).play(tape(RISE, FILLED), consent(), [Act("13:40:30", kill)])
    assert [verdict.code for verdict in story.all(GateRuled)] == ["KILL_LATCHED"]
    assert [command.command for command in story.all(OperatorCommanded)] == ["kill"]
    assert story.house.folder.latched() and story.sent == []


@pytest.mark.parametrize(
    "line",
    [
        b"status\n",
        b"\n",
        b"[]\n",
        b"{}\n",
        b'"status"\n',
        b'{"command": "buy"}\n',
        b'{"command": ["status"]}\n',
        b'{"command": null}\n',
        b"\xff\xfe\n",
        b"[" * 4000 + b"\n",
    ],
)
def test_a_bad_line_is_answered_with_what_is_known_and_changes_nothing(tmp_path: Path, line: bytes) -> None:
    story, (answer, status) = told(tmp_path, line, b'{"command": "status"}\n')
    assert answer == {"error": "not a command; known are status, stop, kill, posture, confirm, reset-models"}
    assert status["account"] == "paper-1"
    assert story.all(OperatorCommanded) == []


def test_a_line_that_is_too_long_is_refused(tmp_path: Path) -> None:
    _, (answer,) = told(tmp_path, b'{"command": "status", "x": "' + b"x" * LONGEST_LINE + b'"}\n')
    assert answer == {"error": f"a command is one line of at most {LONGEST_LINE} bytes"}


def test_the_socket_is_its_owners_only_and_goes_with_the_desk(tmp_path: Path) -> None:
    modes: list[int] = []
    look = Act("13:45:00", lambda house: modes.append(stat.S_IMODE(house.folder.socket.stat().st_mode)))
    story = Rehearsal(tmp_path).play(tape(QUIET), acts=[look])
    assert modes == [0o600]
    assert not story.house.folder.socket.exists()


def test_a_socket_left_behind_by_a_dead_process_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "control.sock").touch()
    _, (status,) = told(tmp_path, b'{"command": "status"}\n')
    assert status["account"] == "paper-1"


def test_somebody_who_connects_and_says_nothing_holds_nobody_up(tmp_path: Path) -> None:
    async def lurk(house: House) -> None:
        _, writer = await asyncio.open_unix_connection(house.folder.socket)
        await asyncio.sleep(600)
        writer.close()

    story = Rehearsal(tmp_path).play(tape(RISE, FILLED), consent(), [Act("13:40:30", lurk)])
    assert story.outcomes == ["executed"]
