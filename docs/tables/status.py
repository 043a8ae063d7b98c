"""The status of each component, from what the tests of its folders came to in the last run of all tests."""

import json
from pathlib import Path
from typing import NamedTuple

from docs.tables.markdown import NOTHING, table

COMPONENTS: dict[str, tuple[str, ...]] = {
    "Rules: market, orders, risk, record (`core/`)": ("core", "properties"),
    "Prompts and seats (`prompts/`, `agents/`)": ("prompts", "agents"),
    "Combat graph (`graphs/`)": ("graphs", "scenarios"),
    "Paper broker, journals, feeds, offline models (`tools/`)": ("tools", "contracts"),
    "Service and command line (`runtime/`)": ("runtime", "scenarios", "chaos"),
    "Recorded data (`evals/`)": ("evals",),
    "House rules: floors, purity, names, documents": ("architecture",),
    "Speed against its bars (`benchmarks/`)": ("benchmarks",),
}
"""Component → the folders of tests/ that speak for it."""
HEADER = ("component", "state", "since", "last verified")
UNKNOWN = "not verified"


class Row(NamedTuple):
    """How one component stands: its state, since when it has had it, and when all its tests last passed."""

    state: str = UNKNOWN
    since: str = NOTHING
    verified: str = NOTHING


class Evidence(NamedTuple):
    """A run of all tests: its day, and of each folder how many passed and failed."""

    date: str
    folders: dict[str, tuple[int, int]]


def read(path: Path) -> Evidence:
    """The evidence a run of all tests left behind."""
    left = json.loads(path.read_text(encoding="utf-8"))
    folders = {name: (found["passed"], found["failed"]) for name, found in left["folders"].items()}
    return Evidence(left["date"][:10], folders)


def status(standing: str, evidence: Evidence | None) -> str:
    """The table anew from evidence, or as it stands, with a row for each component of today."""
    before = _rows(standing)
    rows = {name: _row(before.get(name, Row()), folders, evidence) for name, folders in COMPONENTS.items()}
    return table(HEADER, ((name, *row) for name, row in rows.items()))


def components(standing: str) -> set[str]:
    """The components a table speaks of."""
    return set(_rows(standing))


def _row(before: Row, folders: tuple[str, ...], evidence: Evidence | None) -> Row:
    if evidence is None:
        return before
    state = _state([evidence.folders.get(folder, (0, 0)) for folder in folders])
    since = before.since if state == before.state and before.since != NOTHING else evidence.date
    return Row(state, since, evidence.date if state == "verified" else before.verified)


def _state(folders: list[tuple[int, int]]) -> str:
    if any(failed for _, failed in folders):
        return "failing"
    return "verified" if all(passed for passed, _ in folders) else UNKNOWN


def _rows(standing: str) -> dict[str, Row]:
    lines = [line.strip("| ").split(" | ") for line in standing.splitlines()[2:]]
    return {name: Row(*rest) for name, *rest in lines if len(rest) == len(Row._fields)}
