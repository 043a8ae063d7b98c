"""The house: its rooms and modules, and what is kept where by whom."""

import ast
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from docs.tables.markdown import code, sentence, table

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("core", "prompts", "agents", "graphs", "tools", "evals", "runtime")


class Store(NamedTuple):
    """One thing that is kept: where, what for, who alone writes it, who reads it."""

    place: str
    role: str
    writer: str
    readers: str


STORES = (
    Store(
        "journal.db, chain of decisions",
        "the truth: every fact a decision rests on or leads to",
        "`runtime/projections`, in the one process that holds the account's lock",
        "that process when it opens (`runtime/recovery`); `runtime/cli/journal` and `runtime/cli/check`, read-only",
    ),
    Store(
        "journal.db, chain of operations",
        "measured durations, which differ between two runs of the same input",
        "`runtime/dispatch`, by way of the same `runtime/projections`",
        "`runtime/cli/journal`, read-only",
    ),
    Store(
        "journal.db, blobs",
        "the exact bytes a seat was asked and answered, by digest, written with the facts that mention them",
        "`graphs/recording`, by way of the same `runtime/projections`",
        "`runtime/cli/journal`, read-only",
    ),
    Store(
        "paper-broker.jsonl",
        "the paper broker's own account, as a broker elsewhere would keep it; the journal has no part in it",
        "`tools/brokers/ledger`",
        "`tools/brokers/ledger`, when the desk opens",
    ),
    Store(
        "kill.latch",
        "while this file exists no order may add risk",
        "`runtime/state_folder`, for `aegis-agents desk kill`; only a person removes it",
        "the gate at every order, by way of `runtime/projections`; `runtime/cli/check`; `aegis-agents desk status`",
    ),
    Store(
        "account-<id>.lock",
        "which process owns this account: an advisory lock, free when that process ends however it ends",
        "`runtime/state_folder`",
        "`runtime/state_folder` of whoever comes next",
    ),
    Store(
        "control.sock",
        "where a running desk takes commands; readable by its user only",
        "`runtime/operator`",
        "`runtime/cli/desk`",
    ),
    Store(
        "evals/data/*.csv.gz",
        "recorded quotes that ship, with their origin in `evals/data/SOURCES.md`",
        "people, by commit",
        "`tools/feeds/recording`",
    ),
    Store("prompts/*.md", "what each seat is told, versioned", "people, by commit", "`prompts/library`"),
    Store("configs/**/*.toml", "every number a person may choose", "people", "`runtime/configuration`"),
)
"""The store contract. The first seven lie in the state folder."""


def floors() -> str:
    """Every floor in one line, from the docstring of its package."""
    return table(("floor", "what it is"), ((code(floor), _said(ROOT / floor / "__init__.py")) for floor in FLOORS))


def module_map() -> str:
    """Every module with the first sentence of its docstring, grouped by room."""
    rooms = groupby(_modules(), key=lambda path: path.parent)
    return "\n\n".join(_room(room, tuple(paths)) for room, paths in rooms)


def store_contract() -> str:
    """Each store with its role, its single writer and its readers."""
    rows = ((code(store.place), store.role, store.writer, store.readers) for store in STORES)
    return table(("store", "role", "single writer", "readers"), rows)


def _modules() -> Iterator[Path]:
    for floor in FLOORS:
        paths = (path.relative_to(ROOT) for path in (ROOT / floor).rglob("*.py") if path.name != "__init__.py")
        yield from sorted(paths, key=lambda path: (path.parent.parts, path.name))


def _room(room: Path, paths: tuple[Path, ...]) -> str:
    rows = ((code(path.stem), _said(ROOT / path)) for path in paths)
    title = f"**`{room.as_posix()}/`** {_said(ROOT / room / '__init__.py')}"
    return f"{title}\n\n{table(('module', 'what it is'), rows)}"


def _said(path: Path) -> str:
    return sentence(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))
