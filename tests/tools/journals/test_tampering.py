"""A changed row is found at its place, and nothing that does not verify is handed out."""

from pathlib import Path

import pytest

from core.errors import JournalBroken
from core.record.codec import digest
from tests.samples import REPLY, settled
from tests.tools.journals.files import change, verified, written
from tools.journals.sqlite import SqliteJournal

SWAP = (
    "UPDATE events SET position = -6, id = 'x', version = -6 WHERE chain = 'decisions' AND position = 6",
    "UPDATE events SET position = 6 WHERE chain = 'decisions' AND position = 7",
    "UPDATE events SET position = 7 WHERE position = -6",
)


@pytest.mark.parametrize(
    ("statements", "position", "words"),
    [
        (["UPDATE events SET body = replace(body, 'reason 2', 'reason 3') WHERE position = 3"], 3, "was changed"),
        (["UPDATE events SET hash = zeroblob(32) WHERE chain = 'decisions' AND position = 4"], 4, "was changed"),
        (["DELETE FROM events WHERE position = 2"], 2, "missing"),
        (["DELETE FROM events WHERE chain = 'decisions' AND position = 1"], 1, "event 1 is missing"),
        (["UPDATE events SET position = 70 WHERE position = 7"], 7, "event 7 is missing"),
        (list(SWAP), 6, "was changed"),
        (
            ["INSERT INTO events SELECT chain, 9, 'x', at, type, stream, 77, body, hash FROM events WHERE position=8"],
            9,
            "its place was changed",
        ),
        (["UPDATE events SET id = 'other' WHERE chain = 'decisions' AND position = 5"], 5, "column id"),
        (["UPDATE events SET at = at + 1 WHERE chain = 'decisions' AND position = 5"], 5, "column at"),
        (["UPDATE events SET type = 'DECISION_MADE' WHERE chain = 'decisions' AND position = 5"], 5, "column type"),
        (["UPDATE events SET stream = 'desk' WHERE chain = 'decisions' AND position = 8"], 8, "column stream"),
        (["UPDATE events SET version = 9 WHERE chain = 'decisions' AND position = 8"], 8, "column version"),
        (["UPDATE events SET body = CAST(body AS TEXT) || 'é' WHERE position = 6"], 6, "was changed"),
        ([f"UPDATE blobs SET data = 'forged' WHERE data = CAST('{REPLY.decode()}' AS BLOB)"], 5, "blob"),
        (["DELETE FROM blobs"], 5, "is missing"),
        (["INSERT INTO blobs VALUES ('0000', x'00')"], 0, "which no event here mentions"),
    ],
)
async def test_a_changed_row_is_found_at_its_place(
    tmp_path: Path, statements: list[str], position: int, words: str
) -> None:
    path = await written(tmp_path / "journal.db")
    assert (await verified(path)).broken is None
    change(path, *statements)
    found = await verified(path)
    assert (found.broken, found.events) == (position, position - 1 if position else 8)
    assert words in found.reason


async def test_nothing_that_does_not_verify_is_ever_handed_out(tmp_path: Path) -> None:
    path = await written(tmp_path / "journal.db")
    change(path, "UPDATE events SET body = replace(body, 'held', 'executed') WHERE position = 3")
    journal = SqliteJournal.open(path)
    with pytest.raises(JournalBroken) as fault:
        await journal.find(settled(2).id)
    assert fault.value.position == 3
    for stream in (None, "run:0"):
        seen = []
        with pytest.raises(JournalBroken):
            async for event in journal.read(stream=stream):
                seen.append(event.position)
        assert seen == []
    await journal.close()


async def test_nothing_is_appended_to_a_broken_end(tmp_path: Path) -> None:
    path = await written(tmp_path / "journal.db")
    change(path, "UPDATE events SET hash = zeroblob(32) WHERE chain = 'decisions' AND position = 8")
    journal = SqliteJournal.open(path)
    with pytest.raises(JournalBroken) as fault:
        await journal.append([settled(99)])
    assert fault.value.position == 8
    await journal.close()


async def test_the_bytes_of_a_forged_blob_are_not_handed_out(tmp_path: Path) -> None:
    path = await written(tmp_path / "journal.db")
    change(path, "UPDATE blobs SET data = 'forged'")
    journal = SqliteJournal.open(path, readonly=True)
    with pytest.raises(JournalBroken, match="changed"):
        await journal.blob(digest(REPLY))
    await journal.close()
