"""A disk that fills: what cannot be recorded is not sent, one line says so, and with room again the desk goes on."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos.judge import Finding, events_of, judge, ledger_of
from tests.chaos.spawning import Zygote

KIB = 1024
STEPS = 6
CASH = {"amount": "100000", "currency": "USD"}


def undone(state: Path) -> list[Finding]:
    """What is wrong even before the next start: orders that the journal does not hold."""
    return [finding for finding in judge(state) if finding.kind in ("double", "unruled", "damaged")]


def pages(journal: Path) -> int:
    with closing(sqlite3.connect(journal)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


def test_wherever_the_journal_is_full_the_desk_halts_and_goes_on_when_there_is_room(
    zygote: Zygote, recorded: dict[str, str], tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    assert zygote.begin("desk", recorded, state=str(whole)).ended() == 0
    reached, enough = set(), pages(whole / "journal.db")
    for most in range(8, enough, enough // STEPS):
        state = tmp_path / f"{most} pages"
        life = zygote.begin("desk", recorded, state=str(state), pages=most)
        assert life.ended() == 1
        assert [line.partition(": ")[2] for line in life.complaints] == [
            f"journal {state}/journal.db: database or disk is full"
        ]
        assert undone(state) == []
        reached.add(len(ledger_of(state).orders))
        assert zygote.begin("desk", recorded, state=str(state)).ended() == 0
        assert judge(state) == []
    assert len(reached) >= STEPS // 2


@pytest.mark.parametrize("kib", [24, 100, 300])
def test_a_file_that_may_not_grow_any_further_is_a_full_disk(
    zygote: Zygote, recorded: dict[str, str], state: Path, kib: int
) -> None:
    argv = ["serve", "--state", str(state), "--until-end", "--json"]
    life = zygote.begin("command", recorded, argv=argv, limit=kib * KIB)
    assert (life.ended(), len(life.complaints)) == (1, 1), life.complaints
    assert "journal" in life.complaints[0]
    if (state / "journal.db").exists():
        assert undone(state) == []
    assert zygote.begin("command", recorded, argv=argv).ended() == 0
    assert judge(state) == []


def test_a_run_that_cannot_even_be_settled_ends_the_desk(zygote: Zygote, morning: dict[str, str], state: Path) -> None:
    """Although everything after it could be recorded again: nobody may trade on beside a lost run."""
    life = zygote.begin("desk", morning, state=str(state), flaw="falters")
    assert (life.ended(), life.complaints) == (1, ["aegis-agents: journal: no room for a while"])
    assert [event.name for event in events_of(state)][-1] == "SIGNAL_GENERATED"
    assert zygote.begin("desk", morning, state=str(state)).ended() == 0
    assert judge(state) == []


@pytest.mark.parametrize("room", [0, 450])
def test_an_order_that_the_broker_could_not_write_down_is_unknown_and_an_execution_ends_the_desk(
    zygote: Zygote, recorded: dict[str, str], state: Path, room: int
) -> None:
    """A paper account begins with a megabyte of blanks, so that its file is the first to reach the limit."""
    state.mkdir()
    ledger, opened = state / "paper-broker.jsonl", {"type": "ACCOUNT_OPENED", "account": "paper-1", "cash": CASH}
    ledger.write_bytes(json.dumps(opened).encode() + b" " * 8192 * KIB + b"\n")
    argv = ["serve", "--state", str(state), "--until-end", "--json"]
    life = zygote.begin("command", recorded, argv=argv, limit=ledger.stat().st_size + room)
    said = {0: [], 1: ["aegis-agents: paper ledger 'paper-broker.jsonl': an entry could not be written whole"]}
    status = life.ended()
    assert life.complaints == said[status]
    assert undone(state) == []
    assert zygote.begin("command", recorded, argv=argv).ended() == 0
    assert judge(state) == []
