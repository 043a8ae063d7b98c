"""The SQLite journal against raw SQLite: the same rows, sealed beforehand, put into the same table by `executemany`."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from statistics import mean

from benchmarks.report import Paired, Row, paired
from core.facts.catalogue import Fact
from core.facts.desk import ExitTriggered, ProtectionSet, RunSettled
from core.facts.orders import OrderPlaced, OrderRejected
from core.record.envelope import Draft, name
from core.record.sealing import Row as Stored
from core.record.sealing import Tip, seal
from tools.journals import database
from tools.journals.sqlite import INSERT, SqliteJournal

BATCH = 1_000
GOAL = 0.6
PAIRS = 60


def measure(pairs: int = PAIRS) -> list[Row]:
    """The rate of `append`, from drafts, against the rate of storing rows that need no more work."""
    batches = [drafts(index) for index in range(pairs + 1)]
    tip = Tip()
    rows = [seal(batch, {"decisions": tip}).rows["decisions"] for batch in batches]
    with tempfile.TemporaryDirectory(prefix="aegis-bench-") as folder:
        result = _race(Path(folder), batches, rows)
    size = mean(len(row[6]) for row in rows[0])
    label = f"journal append, {BATCH:,} facts of {size:.0f} bytes, against raw executemany"
    rates = BATCH / result.ours, BATCH / result.theirs
    return [Row(label, result.speed, f">= {GOAL}", result.speed >= GOAL, *rates, "events/s", pairs)]


def drafts(batch: int) -> list[Draft]:
    """A batch of small facts, ten to a run, as the desk writes them."""
    return [_draft(number) for number in range(batch * BATCH, (batch + 1) * BATCH)]


def _race(folder: Path, batches: Sequence[Sequence[Draft]], rows: Sequence[list[Stored]]) -> Paired:
    plain = folder / "plain.db"
    database.create(plain)
    ours, theirs = iter(batches), iter(rows)
    with asyncio.Runner() as runner, closing(database.connect(plain, "rw")) as connection:
        connection.execute("PRAGMA synchronous=NORMAL")
        journal = SqliteJournal.open(folder / "journal.db")

        def append() -> None:
            runner.run(journal.append(next(ours)))

        def insert() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT["decisions"], next(theirs))
            connection.execute("COMMIT")

        result = paired(append, insert, len(batches) - 1)
        runner.run(journal.close())
    return result


def _draft(number: int) -> Draft:
    run = name("run", number // 10)
    return Draft(
        f"run:{run}", f"{run}.{number}", 1_380_895_800_000_000_000 + number, _fact(run, number), run, f"{run}.1"
    )


def _fact(run: str, number: int) -> Fact:
    client = name("order", number).upper()
    facts: tuple[Fact, ...] = (
        RunSettled(run, "executed", "bought 54 IBM at 184.05, stop 181.20"),
        OrderPlaced(client, f"paper-{number}"),
        OrderRejected(client, "the account may not trade this instrument"),
        ProtectionSet(symbol="IBM", market="NYSE", stop=Decimal("181.20"), target=Decimal("189.75"), reason="trailing"),
        ExitTriggered(
            symbol="IBM",
            market="NYSE",
            reason="stop",
            price=Decimal("181.19"),
            level=Decimal("181.20"),
            quantity=Decimal(54),
        ),
    )
    return facts[number % len(facts)]
