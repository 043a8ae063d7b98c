"""What only a journal in a file can meet: other formats, other readers, full disks, changed rows."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import AegisError, BadInput, Halt, JournalBroken, Transient
from core.ports.journal import Head
from core.record.envelope import SCHEMA
from tests.samples import settled
from tests.tools.journals.files import change, verified, written
from tools.journals import database
from tools.journals.sqlite import STREAMS, SqliteJournal


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    opened = SqliteJournal.open(tmp_path / "journal.db", poll=0.01)
    yield opened
    await opened.close()


async def test_a_new_journal_is_readable_by_its_owner_only(journal: SqliteJournal) -> None:
    await journal.append([settled(1)])
    files = sorted(journal.path.parent.glob("journal.db*"))
    assert [file.name for file in files] == ["journal.db", "journal.db-shm", "journal.db-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_what_was_appended_is_there_after_opening_again(tmp_path: Path) -> None:
    path = await written(tmp_path / "journal.db")
    journal = SqliteJournal.open(path)
    assert (await journal.head()).position == 8
    (event,) = await journal.append([settled(99, "run:1")])
    assert (event.position, event.envelope.version) == (9, 6)
    assert (await journal.verify()).broken is None
    await journal.close()


async def test_a_journal_of_a_newer_format_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = await written(tmp_path / "journal.db")
    change(path, f"UPDATE meta SET value = {SCHEMA + 1}")
    before = path.read_bytes()
    with pytest.raises(BadInput, match=rf"format {SCHEMA + 1}, this release reads up to {SCHEMA}: install a newer"):
        SqliteJournal.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "fault", "words"),
    [
        (b"", JournalBroken, "cut off after 0 bytes"),
        (b"SQLite", JournalBroken, "cut off after 6 bytes"),
        (b"SQLite format 3\0" + bytes(50), JournalBroken, "cut off after 66 bytes"),
        (b"SQLite format 3\0" + bytes(5000), JournalBroken, "journal.db"),
        (b"PK\3\4 something else", BadInput, "no SQLite file"),
        (b"at,bid,ask\n" * 1000, BadInput, "no SQLite file"),
    ],
)
async def test_a_file_that_is_no_journal_is_named_and_left_as_it_was(
    tmp_path: Path, content: bytes, fault: type[AegisError], words: str
) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(content)
    for readonly in (False, True):
        with pytest.raises(fault, match=words):
            SqliteJournal.open(path, readonly=readonly)
    assert path.read_bytes() == content


async def test_another_database_is_named_by_its_tables_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    change(path, "CREATE TABLE checkpoints (id)", "CREATE TABLE writes (id)")
    before = path.read_bytes()
    with pytest.raises(BadInput, match="not a journal; its tables are checkpoints, writes"):
        SqliteJournal.open(path)
    assert path.read_bytes() == before


async def test_a_journal_with_other_tables_than_its_format_has_is_broken(tmp_path: Path) -> None:
    path = await written(tmp_path / "journal.db")
    change(path, "CREATE TABLE more (id)")
    with pytest.raises(JournalBroken, match=f"tables are not those of format {SCHEMA}"):
        SqliteJournal.open(path)


async def test_a_missing_file_is_begun_by_a_writer_and_refused_to_a_reader(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing\.db cannot be opened: No such file"):
        SqliteJournal.open(tmp_path / "nothing.db", readonly=True)
    with pytest.raises(BadInput, match="cannot be created: No such file"):
        SqliteJournal.open(tmp_path / "no" / "folder" / "journal.db")
    assert os.listdir(tmp_path) == []


async def test_a_creation_that_was_cut_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "journal.db.new").write_bytes(b"SQLite for")
    journal = SqliteJournal.open(tmp_path / "journal.db")
    await journal.append([settled(1)])
    await journal.close()
    assert os.listdir(tmp_path) == ["journal.db"]


async def test_a_reader_follows_while_another_connection_writes(journal: SqliteJournal) -> None:
    await journal.append([settled(1)])
    reader = SqliteJournal.open(journal.path, readonly=True, poll=0.005)
    seen: list[int] = []

    async def watch() -> None:
        async for event in reader.follow():
            seen.append(event.position)
            if event.position == 5:
                return

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(watch())
        for number in range(2, 6):
            await asyncio.sleep(0.01)
            await journal.append([settled(number)])
    assert seen == [1, 2, 3, 4, 5]
    assert await reader.head() == await journal.head()
    await reader.close()


async def test_a_reader_cannot_write(journal: SqliteJournal) -> None:
    reader = SqliteJournal.open(journal.path, readonly=True)
    with pytest.raises(Halt, match="readonly"):
        await reader.append([settled(1)])
    assert await journal.head() == Head(0, bytes(32))
    await reader.close()


async def test_two_writers_continue_one_chain(journal: SqliteJournal) -> None:
    other = SqliteJournal.open(journal.path)
    for number in range(0, 6, 2):
        await journal.append([settled(number)])
        await other.append([settled(number + 1)])
    assert (await journal.verify()).events == 6
    assert [event.envelope.version async for event in other.read()] == [1, 2, 3, 4, 5, 6]
    await other.close()


async def test_versions_go_on_when_there_are_more_streams_than_are_remembered(journal: SqliteJournal) -> None:
    await journal.append([settled(number, f"run:{number}") for number in range(STREAMS + 1)])
    (again,) = await journal.append([settled(STREAMS + 1, "run:0")])
    assert again.envelope.version == 2


async def test_a_writer_that_waits_too_long_for_another_may_try_again(journal: SqliteJournal) -> None:
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient, match="locked"):
            await journal.append([settled(1)])
    await journal.append([settled(1)])


WRITER = """
import asyncio, sys
from pathlib import Path
from tests.samples import settled
from tools.journals.sqlite import SqliteJournal

async def main():
    journal = SqliteJournal.open(Path(sys.argv[1]))
    for number in range(1_000_000):
        await journal.append([settled(number)], durable=number % 2 == 0)
        print(number + 1, flush=True)

asyncio.run(main())
"""


def test_what_an_append_has_returned_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    with writer:
        assert writer.stdout is not None
        returned = next(int(line) for line in writer.stdout if int(line) >= 20)
        writer.kill()
        returned = max([returned, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    found = asyncio.run(verified(path))
    assert found.broken is None
    assert returned <= found.events <= returned + 1


async def test_a_full_disk_halts_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    path = await written(tmp_path / "journal.db")
    connection = database.connect(path, "rw")
    connection.execute(f"PRAGMA max_page_count = {path.stat().st_size // 4096 + 2}")
    journal = SqliteJournal(path, connection, poll=None)
    before = await journal.head()
    name = journal.put(b"waits")
    with pytest.raises(Halt, match="full") as fault:
        await journal.append([settled(number) for number in range(20, 200)])
    assert not isinstance(fault.value, JournalBroken)
    assert await journal.head() == before
    assert (await journal.verify()).broken is None
    connection.execute("PRAGMA max_page_count = 100000")
    await journal.append([settled(20)])
    assert await journal.blob(name) == b"waits"
    await journal.close()
