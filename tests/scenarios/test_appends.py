"""What a run writes at once, in which order, and what of it is synced: docs/architecture.md, held to the desk."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from core.facts.catalogue import wire_name
from core.record.envelope import Draft, Recorded
from tests.architecture.house import ROOT
from tests.desks import FILLED, RISE, Rehearsal, consent, says, tape
from tools.journals.memory import MemoryJournal

BESIDE_THE_RUN = {"DESK_OPENED", "DAY_OPENED", "DESK_CLOSED", "RUN_TIMED", "ORDER_FILLED"}


class Batch(NamedTuple):
    """One append: what was written, and whether it had to survive the loss of power."""

    names: list[str]
    synced: bool


class Watched(MemoryJournal):
    """A journal that remembers what came together."""

    def __init__(self, batches: list[Batch]) -> None:
        super().__init__()
        self._batches = batches

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        self._batches.append(Batch([wire_name(draft.fact) for draft in drafts], durable))
        return await super().append(drafts, expect=expect, durable=durable)


def appends(folder: Path, replies: Any) -> list[Batch]:
    batches: list[Batch] = []
    Rehearsal(folder, journal=lambda: Watched(batches)).play(tape(RISE, FILLED), replies)
    return [batch for batch in batches if batch.names[0] not in BESIDE_THE_RUN]


def promised() -> list[Batch]:
    table = (
        (ROOT / "docs" / "architecture.md").read_text().partition("## What is recorded when")[2].partition("\n## ")[0]
    )
    rows = re.findall(r"^\| (.+?) \| (`.+?) \| .+ \|$", table, re.MULTILINE)
    return [Batch(re.findall("`([A-Z_]+)`", facts), "*synced*" in name) for name, facts in rows]


def test_a_run_that_orders_appends_as_often_as_the_document_says_and_what_it_says(tmp_path: Path) -> None:
    made, said = appends(tmp_path, consent()), promised()
    assert [batch.synced for batch in made] == [batch.synced for batch in said]
    assert [batch.names[0] in row.names for batch, row in zip(made, said, strict=True)] == [True] * 6
    assert [set(batch.names) - set(row.names) for batch, row in zip(made, said, strict=True)] == [set()] * 6


def test_a_vetoed_run_appends_twice_and_one_that_holds_three_times(tmp_path: Path) -> None:
    veto = [says("analyst"), says("verifier", ruling="veto", directions=[], size_factor="0")]
    hold = consent(action="hold", direction=None, invalidation=None)
    assert len(appends(tmp_path / "veto", veto)) == 2
    assert len(appends(tmp_path / "hold", hold)) == 3
