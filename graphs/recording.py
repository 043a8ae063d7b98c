"""How a run writes its facts: every draft is named after the run, so the same run always writes the same names."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from agents.rounds import Heard
from agents.sitting import Said
from core.facts.catalogue import Fact
from core.facts.models import ModelReplied
from core.record.envelope import Draft, Recorded
from graphs.state import CombatState, Desk

Note = tuple[str, Fact]
"""The label of a fact within its run, and the fact."""


async def record(desk: Desk, state: CombatState, notes: Sequence[Note]) -> tuple[Recorded, ...]:
    """Append facts of a run, in order, in one transaction."""
    return await desk.journal.append(drafts(desk, state, notes))


def drafts(desk: Desk, state: CombatState, notes: Sequence[Note]) -> list[Draft]:
    """Facts of a run, ready for the journal."""
    run, cause, now = state["run"], state["cause"], desk.clock.now()
    return [Draft(f"run:{run}", f"{run}.{label}", now, fact, run, cause) for label, fact in notes]


def heard_notes(role: str, heard: Heard[Any], desk: Desk) -> list[Note]:
    """What a seat was asked and answered, with the exact bytes kept beside the journal."""
    for blob in heard.blobs:
        desk.journal.put(blob)
    return [*_numbered(role, heard.said), (role, heard.fact)]


def judged_notes(state: CombatState, desk: Desk) -> list[Note]:
    """What analyst and verifier said, in fixed order, whichever was first."""
    said: list[tuple[str, Heard[Any]]] = [("analyst", state["analysis"]), ("verifier", state["verification"])]
    if "reading" in state:
        said.append(("verifier.reading", state["reading"]))
    return [note for role, heard in said for note in heard_notes(role, heard, desk)]


def _numbered(role: str, said: Sequence[Said]) -> list[Note]:
    """What was said and looked up, in order: the first of each by its plain name, the others with their number."""
    counts: Counter[str] = Counter()
    notes: list[Note] = []
    for fact in said:
        label = f"{role}.{'replied' if isinstance(fact, ModelReplied) else 'looked'}"
        counts[label] += 1
        notes.append((label if counts[label] == 1 else f"{label}.{counts[label]}", fact))
    return notes
