"""Journal files to be looked into, changed and cut."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.facts.operations import RunTimed
from core.ports.journal import Verified
from tests.samples import REPLY, REQUEST, RUN, SAMPLES, draft, settled
from tools.journals.sqlite import SqliteJournal


async def written(path: Path) -> Path:
    """A closed journal of eight events: two runs, one model call with its blobs, one operation."""
    journal = SqliteJournal.open(path)
    journal.put(REQUEST)
    journal.put(REPLY)
    await journal.append([settled(number, f"run:{number % 2}") for number in range(4)])
    await journal.append([draft(SAMPLES["MODEL_REPLIED"], f"{RUN}.replied"), draft(RunTimed(RUN, {}), f"{RUN}.timed")])
    await journal.append([settled(number, "run:1") for number in range(5, 8)])
    await journal.close()
    return path


async def verified(path: Path) -> Verified:
    journal = SqliteJournal.open(path, readonly=True)
    try:
        return await journal.verify()
    finally:
        await journal.close()


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
