"""`aegis-agents journal`: what a person sees of the record."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.errors import BadInput, JournalBroken
from core.facts.catalogue import OPERATIONS
from core.facts.models import ModelReplied
from runtime.cli.journal import app
from runtime.cli.main import main
from tests.samples import BRIEFING, REPLY, REQUEST, RUN, SAMPLES, draft, settled
from tools.journals.sqlite import SqliteJournal

HELD = len(SAMPLES) - len(OPERATIONS)


async def write(path: Path) -> None:
    journal = SqliteJournal.open(path)
    for data in (BRIEFING, REQUEST, REPLY):
        journal.put(data)
    await journal.append([draft(fact, f"{RUN}.{name}") for name, fact in SAMPLES.items()])
    await journal.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    asyncio.run(write(tmp_path / "journal.db"))
    return tmp_path


def flip(path: Path, inside: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(inside)] ^= 1
    path.write_bytes(content)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_verify_says_in_one_line_how_many_events_and_which_heads(state: Path) -> None:
    result = run("verify", "--state", state)
    assert result.exit_code == 0
    head, others = "head [0-9a-f]{64}", len(OPERATIONS)
    line = rf"intact: decisions {HELD} events, {head}; operations {others} events, {head}\n"
    assert re.fullmatch(line, result.stdout)


def test_verify_finds_the_folder_by_the_environment(state: Path) -> None:
    assert CliRunner().invoke(app, ["verify"], env={"AEGIS_STATE": str(state)}).exit_code == 0


def test_verify_names_the_first_bad_sequence_number(state: Path) -> None:
    flip(state / "journal.db", b"the replay ended")
    bad = list(SAMPLES).index("DESK_CLOSED") + 1
    result = run("verify", "--journal", state / "journal.db")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"broken at sequence number {bad} of decisions: event {bad}: its body")


def test_verify_answers_a_machine_in_json(state: Path) -> None:
    intact = json.loads(run("verify", "--state", state, "--json").stdout)
    assert intact["intact"] is True
    assert intact["chains"]["decisions"]["events"] == HELD
    assert intact["chains"]["decisions"]["broken"] is None
    flip(state / "journal.db", b"the replay ended")
    result = run("verify", "--state", state, "--json")
    assert result.exit_code == 1
    broken = json.loads(result.stdout)
    assert broken["intact"] is False
    assert broken["chains"]["decisions"]["broken"] == list(SAMPLES).index("DESK_CLOSED") + 1
    assert broken["chains"]["operations"]["broken"] is None


def test_tail_prints_the_last_events_a_line_each(state: Path) -> None:
    lines = run("tail", "-n", "3", "--state", state).stdout.splitlines()
    assert [int(line.split()[0]) for line in lines] == [HELD - 2, HELD - 1, HELD]
    everything = run("tail", "-n", "999", "--state", state).stdout
    assert "RUN_SETTLED              run:" in everything
    assert "executed: bought 54 IBM at 184.06" in everything
    assert run("tail", "-n", "0", "--state", state).stdout == ""


def test_tail_knows_the_other_chain_and_json(state: Path) -> None:
    line, *_ = run("tail", "--chain", "operations", "--json", "--state", state).stdout.splitlines()
    event = json.loads(line)
    assert (event["position"], event["event"]["type"]) == (1, "RUN_TIMED")
    assert re.fullmatch("[0-9a-f]{64}", event["hash"])


def test_tail_follows_what_another_connection_appends(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from runtime.cli.journal import _tail

    async def follow() -> str:
        journal = SqliteJournal.open(state / "journal.db")
        watching = asyncio.create_task(_tail(state / "journal.db", "decisions", 1, True, False))
        await asyncio.sleep(0.02)
        await journal.append([settled(99)])
        async with asyncio.timeout(5):
            told = ""
            while "reason 99" not in told:
                await asyncio.sleep(0.02)
                told += capsys.readouterr().out
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await journal.close()
        return told

    told = asyncio.run(follow()).splitlines()
    assert [int(line.split()[0]) for line in told] == [HELD, HELD + 1]


def test_show_finds_an_event_by_number_or_identity_with_the_bytes_behind_it(state: Path) -> None:
    position = list(SAMPLES).index("MODEL_REPLIED") + 1
    by_number = run("show", str(position), "--state", state)
    assert by_number.exit_code == 0
    assert by_number.stdout == run("show", f"{RUN}.MODEL_REPLIED", "--state", state).stdout
    for words in ("caused by", f"{RUN}.signal", '"label": "deepseek"', '"user": "What now?"', '"view": "long"'):
        assert words in by_number.stdout


def test_show_answers_a_machine_in_json(state: Path) -> None:
    fact = SAMPLES["MODEL_REPLIED"]
    assert isinstance(fact, ModelReplied)
    shown = json.loads(run("show", f"{RUN}.MODEL_REPLIED", "--json", "--state", state).stdout)
    assert shown["event"]["metadata"]["causation"] == f"{RUN}.signal"
    assert json.loads(shown["blobs"][fact.reply]) == json.loads(REPLY)
    assert set(shown["blobs"]) == {fact.request, fact.reply}


@pytest.mark.parametrize("event", ["999", "0", "nobody", "-1x"])
def test_show_says_that_there_is_no_such_event(state: Path, event: str) -> None:
    result = run("show", "--state", state, "--", event)
    assert isinstance(result.exception, BadInput)
    assert f"no event '{event}' in the journal at {state}" in str(result.exception)


def test_nothing_is_changed_by_reading(state: Path) -> None:
    before = (state / "journal.db").read_bytes()
    for arguments in (["verify"], ["tail"], ["show", "1"]):
        assert run(*arguments, "--state", state).exit_code == 0
    assert (state / "journal.db").read_bytes() == before


@pytest.mark.parametrize("command", ["verify", "tail", "show"])
def test_help_has_an_example(command: str) -> None:
    assert "Example: aegis-agents journal" in run(command, "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["verify"], 2, "Give --state DIR, --journal FILE, or set AEGIS_STATE"),
        (["verify", "--state", "{folder}/nowhere"], 2, "no journal at {folder}/nowhere/journal.db"),
        (["verify", "--journal", "{folder}/text.db"], 2, "{folder}/text.db is not a journal: it is no SQLite file"),
        (["tail", "--journal", "{folder}/cut.db"], 1, "{folder}/cut.db was cut off after 10 bytes"),
        (["tail", "-n", "-1"], 2, "Invalid value"),
    ],
)
def test_bad_input_ends_in_one_line_and_its_status(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    words: str,
) -> None:
    (tmp_path / "text.db").write_text("at,bid,ask\n")
    (tmp_path / "cut.db").write_bytes(b"SQLite for")
    given = [argument.format(folder=tmp_path) for argument in arguments]
    monkeypatch.setattr(sys, "argv", ["aegis-agents", "journal", *given])
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == status
    assert words.format(folder=tmp_path) in capsys.readouterr().err


def test_a_cut_journal_is_a_fault_and_not_bad_usage(state: Path) -> None:
    content = (state / "journal.db").read_bytes()
    (state / "journal.db").write_bytes(content[:5000])
    assert isinstance(run("verify", "--state", state).exception, JournalBroken)
