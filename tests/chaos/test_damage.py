"""What a start makes of damage: one line says what is wrong and where, and nothing is changed."""

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.chaos.judge import events_of, judge
from tests.chaos.lives import Point
from tests.chaos.recordings import ENTRIES, SHIPPED, replaying
from tests.chaos.spawning import Life, Zygote

SEED = 20_131_007
FLIPS = 6


@pytest.fixture(scope="module")
def ended(zygote: Zygote, morning: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk that ended in order."""
    state = tmp_path_factory.mktemp("ended") / "state"
    assert zygote.begin("desk", morning, state=str(state)).ended() == 0
    return state


@pytest.fixture(scope="module")
def killed(zygote: Zygote, morning: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk that was killed while an order stood at the broker; its journal still has its log."""
    state = tmp_path_factory.mktemp("killed") / "state"
    assert zygote.begin("desk", morning, state=str(state), point=Point("after", "submit", 2)).ended() == -9
    assert (state / "journal.db-wal").stat().st_size
    return state


def copied(source: Path, state: Path) -> Path:
    return Path(shutil.copytree(source, state, ignore=shutil.ignore_patterns("*.sock")))


def serve(zygote: Zygote, recorded: dict[str, str], state: Path) -> Life:
    argv = ["serve", "--profile", "demo", "--state", str(state), "--until-end", "--json"]
    return zygote.begin("command", recorded, argv=argv)


def refused(life: Life, status: int, *words: str) -> str:
    """The one line with which a start was refused."""
    assert (life.ended(), len(life.complaints)) == (status, 1), life.complaints
    (complaint,) = life.complaints
    assert [word for word in words if word not in complaint] == [], complaint
    return complaint


def contents(state: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in state.iterdir() if path.suffix in (".db", ".jsonl")}


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x04
    path.write_bytes(data)


def bodies(state: Path) -> Iterator[tuple[int, bytes]]:
    with closing(sqlite3.connect(state / "journal.db")) as connection:
        yield from connection.execute("SELECT position, body FROM events WHERE chain = 'decisions' ORDER BY position")


def test_a_changed_byte_is_refused_by_the_name_of_its_event(
    zygote: Zygote, morning: dict[str, str], ended: Path, tmp_path: Path
) -> None:
    content, rows = (ended / "journal.db").read_bytes(), list(bodies(ended))
    for position, body in (rows[0], rows[len(rows) // 2], rows[-1]):
        state = copied(ended, tmp_path / str(position))
        flip(state / "journal.db", content.index(body) + len(body) // 2)
        before = contents(state)
        refused(serve(zygote, morning, state), 1, f"event {position}:")
        assert contents(state) == before
        verifying = zygote.begin("command", argv=["journal", "verify", "--state", str(state)])
        assert verifying.ended() == 1
        assert f"broken at sequence number {position} of decisions" in verifying.told[0]


def test_a_byte_changed_anywhere_is_refused_in_one_line_or_did_not_matter(
    zygote: Zygote, morning: dict[str, str], ended: Path, tmp_path: Path
) -> None:
    draw = Random(SEED)
    for number in range(FLIPS):
        state = copied(ended, tmp_path / str(number))
        flip(state / "journal.db", draw.randrange((state / "journal.db").stat().st_size))
        ledger = contents(state)["paper-broker.jsonl"]
        life = serve(zygote, morning, state)
        if life.ended() == 0:
            assert judge(state) == []
        else:
            assert len(life.complaints) == 1, life.complaints
        assert contents(state)["paper-broker.jsonl"] == ledger


@pytest.mark.parametrize("part", [0.0, 0.0001, 0.5, 0.99])
def test_a_truncated_journal_is_refused(
    zygote: Zygote, morning: dict[str, str], ended: Path, state: Path, part: float
) -> None:
    journal = copied(ended, state) / "journal.db"
    journal.write_bytes(journal.read_bytes()[: int(journal.stat().st_size * part)])
    before = contents(state)
    refused(serve(zygote, morning, state), 1, "journal.db")
    assert contents(state) == before


def test_a_log_that_lost_its_end_has_the_desk_decide_again_and_nothing_is_sent_twice(
    zygote: Zygote, morning: dict[str, str], killed: Path, state: Path
) -> None:
    """What the journal no longer knows happens once more, under the names the broker already has."""
    log = copied(killed, state) / "journal.db-wal"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    assert len(events_of(state)) < len(events_of(killed))
    life = serve(zygote, morning, state)
    assert (life.ended(), life.complaints) == (0, [])
    assert judge(state) == []


def test_a_torn_last_line_of_the_ledger_is_dropped(
    zygote: Zygote, morning: dict[str, str], killed: Path, state: Path
) -> None:
    ledger = copied(killed, state) / "paper-broker.jsonl"
    with ledger.open("ab") as file:
        file.write(b'{"type":"ORDER_FILLED","client_id":"XZR7')
    life = serve(zygote, morning, state)
    assert (life.ended(), life.complaints) == (0, [])
    assert judge(state) == []


@pytest.mark.parametrize("spoilt", [b'{"type":"ACCEPTED"', b"\x00\xff\x00", b'{"type":"UNHEARD_OF"}'])
def test_a_corrupt_line_in_the_middle_of_the_ledger_is_refused(
    zygote: Zygote, morning: dict[str, str], ended: Path, state: Path, spoilt: bytes
) -> None:
    ledger = copied(ended, state) / "paper-broker.jsonl"
    rows = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([rows[0], spoilt + b"\n", *rows[2:]]))
    before = contents(state)
    refused(serve(zygote, morning, state), 1, "paper-broker.jsonl", "line 2")
    assert contents(state) == before


def test_a_recording_that_breaks_off_ends_the_desk_in_order(
    zygote: Zygote, morning: dict[str, str], tmp_path: Path, state: Path
) -> None:
    cut, whole = tmp_path / "cut.csv", Path(morning["AEGIS_FEED__FILES"][2:-2]).read_text()
    rows = whole.splitlines()
    cut.write_text("\n".join([*rows[:60], "2013-10-07T14:00:00Z,IBM,US,0,,"]) + "\n")
    refused(serve(zygote, replaying(cut, [ENTRIES]), state), 2, f"{cut}:61")
    assert [event.name for event in events_of(state)][-1] == "DESK_CLOSED"
    assert "ORDER_FILLED" in [event.name for event in events_of(state)]
    assert judge(state) == []
    assert serve(zygote, morning, state).ended() == 0


def test_an_event_being_thought_about_when_the_recording_breaks_off_gets_its_outcome(
    zygote: Zygote, morning: dict[str, str], tmp_path: Path, state: Path
) -> None:
    cut, rows = tmp_path / "cut.csv", Path(morning["AEGIS_FEED__FILES"][2:-2]).read_text().splitlines()
    shock = next(number for number, row in enumerate(rows) if row.startswith("2013-10-07T13:32:00Z,IBM"))
    cut.write_text("\n".join([*rows[: shock + 1], "spoilt"]) + "\n")
    life = zygote.begin("desk", replaying(cut, [ENTRIES]), state=str(state), thinking=0.2)
    refused(life, 2, str(cut))
    (outcome,) = [event.data["outcome"] for event in events_of(state) if event.name == "RUN_SETTLED"]
    assert outcome != "abandoned"
    assert judge(state) == []


def test_a_recording_that_cannot_be_read_at_all_is_named(zygote: Zygote, tmp_path: Path) -> None:
    half = tmp_path / "half.csv.gz"
    half.write_bytes(SHIPPED.read_bytes()[:9000])
    with gzip.open(tmp_path / "words.csv.gz", "wt") as file:
        file.write("not a recording\n")
    for name in ("half.csv.gz", "words.csv.gz", "missing.csv"):
        path, state = tmp_path / name, tmp_path / f"state of {name}"
        refused(serve(zygote, replaying(path, [ENTRIES]), state), 2, str(path))
        assert events_of(state)[-1].name == "DESK_CLOSED"
        assert judge(state) == []


def test_a_recording_of_no_known_kind_starts_nothing(zygote: Zygote, tmp_path: Path) -> None:
    state = tmp_path / "state"
    refused(serve(zygote, replaying(tmp_path, [ENTRIES]), state), 2, str(tmp_path))
    assert events_of(state) == []
