"""A journal that was cut or flipped anywhere answers with a prefix of what was written, or says that it is broken."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from core.errors import AegisError, JournalBroken
from core.facts.catalogue import OPERATIONS
from core.record.envelope import Recorded
from tests.samples import BRIEFING, REPLY, REQUEST, RUN, SAMPLES, draft, settled
from tests.tools.journals.files import verified
from tools.journals.sqlite import SqliteJournal

PAGE, LOG_HEADER, FRAME = 4096, 32, 24 + 4096
LONG_BLOB = b'{"user":"' + b"long enough for three pages " * 400 + b'"}'


class Written(NamedTuple):
    """A journal as it stood: its events, and a copy of its files taken while it was open and after it was closed."""

    events: list[Recorded]
    living: Path
    closed: Path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return asyncio.run(write(tmp_path_factory.mktemp("journals")))


async def write(folder: Path) -> Written:
    living, closed = folder / "living.db", folder / "closed.db"
    journal = SqliteJournal.open(folder / "journal.db")
    for data in (BRIEFING, REQUEST, REPLY, LONG_BLOB):
        journal.put(data)
    await journal.append([draft(fact, f"{RUN}.{name}") for name, fact in SAMPLES.items()])
    for batch in range(6):
        await journal.append([settled(100 + batch * 3 + number, f"run:{number}") for number in range(3)])
    events = [event async for event in journal.read()]
    for suffix in ("", "-wal"):
        shutil.copy(f"{journal.path}{suffix}", f"{living}{suffix}")
    await journal.close()
    shutil.copy(journal.path, closed)
    return Written(events, living, closed)


async def answers(path: Path) -> tuple[list[Recorded], AegisError | None]:
    """Every event that is handed out, in order, and the error that ended it."""
    events: list[Recorded] = []
    try:
        journal = SqliteJournal.open(path)
    except AegisError as error:
        return events, error
    try:
        head = await journal.head()
        events = [event async for event in journal.read()]
        assert len(events) == head.position
        found = [await journal.find(event.envelope.id) for event in events]
        result = await journal.verify()
        assert all(event is None or event in events for event in found)
        assert result.broken is not None or found == events
        return events, None if result.broken is None else JournalBroken(result.reason, result.broken)
    except AegisError as error:
        return events, error
    finally:
        await journal.close()


def places(size: int, header: int, step: int) -> Iterator[int]:
    """In and around the header, at each border between pages, and inside each page."""
    yield from range(0, header + 2, 7)
    yield from (at + inside for at in range(header, size, step) for inside in (0, 1, step // 3))


def pages_in(log: Path) -> set[int]:
    """Numbers of the pages whose content the log holds."""
    content = log.read_bytes()
    return {int.from_bytes(content[at : at + 4], "big") for at in range(LOG_HEADER, len(content), FRAME)}


def copy(source: Path, folder: Path) -> Path:
    path = folder / "journal.db"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
        if Path(f"{source}{suffix}").exists():
            shutil.copy(f"{source}{suffix}", f"{path}{suffix}")
    return path


def cut(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


def test_a_cut_file_is_refused(written: Written, tmp_path: Path) -> None:
    size = written.closed.stat().st_size
    for at in places(size, 100, PAGE):
        path = copy(written.closed, tmp_path)
        cut(path, at)
        events, error = asyncio.run(answers(path))
        assert isinstance(error, JournalBroken), (at, events, error)
        assert events == []


def test_a_cut_log_leaves_whole_appends_and_goes_on_from_there(written: Written, tmp_path: Path) -> None:
    wal = Path(f"{written.living}-wal")
    lengths = set()
    for at in places(wal.stat().st_size, LOG_HEADER, FRAME):
        path = copy(written.living, tmp_path)
        cut(Path(f"{path}-wal"), at)
        events, error = asyncio.run(answers(path))
        assert error is None, (at, error)
        assert events == written.events[: len(events)]
        lengths.add(len(events))
    assert lengths == {0, *range(len(SAMPLES) - len(OPERATIONS), len(written.events), 3)}


def test_a_lost_main_file_is_refused_while_its_log_remains(written: Written, tmp_path: Path) -> None:
    for at in (0, 50, 4095):
        path = copy(written.living, tmp_path)
        cut(path, at)
        log = Path(f"{path}-wal").read_bytes()
        events, error = asyncio.run(answers(path))
        assert events == []
        if at < 100:
            assert isinstance(error, JournalBroken)
            assert Path(f"{path}-wal").read_bytes() == log


def test_a_half_written_page_is_repaired_from_the_log(written: Written, tmp_path: Path) -> None:
    whole = written.closed.read_bytes()
    for page in pages_in(Path(f"{written.living}-wal")):
        path = copy(written.living, tmp_path)
        begin = (page - 1) * PAGE
        with path.open("r+b") as file:
            file.truncate(max(len(whole), path.stat().st_size))
            file.seek(begin)
            file.write(whole[begin : begin + PAGE // 2] + b"\xa5" * (PAGE // 2))
        events, error = asyncio.run(answers(path))
        assert (events, error) == (written.events, None)


@pytest.mark.parametrize("flip", [0x01, 0x80])
def test_a_flipped_byte_changes_no_answer_unseen(written: Written, tmp_path: Path, flip: int) -> None:
    content = written.closed.read_bytes()
    found = 0
    for at in [*range(0, 112), *range(112, len(content), 601)]:
        path = copy(written.closed, tmp_path)
        path.write_bytes(content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :])
        events, error = asyncio.run(answers(path))
        assert events == written.events[: len(events)], at
        assert error is not None or events == written.events, at
        found += error is not None
    assert found > 30


def test_a_flipped_byte_in_a_body_or_hash_is_found_at_its_event(written: Written, tmp_path: Path) -> None:
    content = written.closed.read_bytes()
    with closing(sqlite3.connect(written.closed)) as connection:
        rows = connection.execute("SELECT position, body, hash FROM events WHERE chain = 'decisions'").fetchall()
    for position, body, stored in rows:
        for inside in (body, stored):
            at = content.index(inside) + len(inside) // 2
            path = copy(written.closed, tmp_path)
            path.write_bytes(content[:at] + bytes([content[at] ^ 0x04]) + content[at + 1 :])
            found = asyncio.run(verified(path))
            assert (found.broken, found.events) == (position, position - 1)


def test_a_flipped_byte_in_a_blob_is_found_at_the_event_that_needs_it(written: Written, tmp_path: Path) -> None:
    content = written.closed.read_bytes()
    replied = next(event for event in written.events if event.envelope.type == "MODEL_REPLIED")
    for blob, position in ((REPLY, replied.position), (LONG_BLOB[-2000:], 0)):
        at = content.index(blob) + 5
        path = copy(written.closed, tmp_path)
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x04]) + content[at + 1 :])
        found = asyncio.run(verified(path))
        assert (found.broken, "blob" in found.reason) == (position, True)
