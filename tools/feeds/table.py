"""A recorded file as a table of text, whatever its kind: what the rules about columns and cells are applied to."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from core.errors import BadInput

Rows = Iterator[tuple[int, Sequence[str]]]


class Table(NamedTuple):
    """Columns, and the rows behind them, read as they are asked for."""

    columns: Sequence[str]
    rows: Callable[[Sequence[str]], Rows]
    """Number and cells of every row, of these columns in this order. What is missing is an empty text."""
    header: str
    """How an error names the place of the columns."""
    row: str
    """How an error names a row, before its number."""


def require(table: Table, needed: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a table without a needed column, or with one that is not known or stands twice."""
    missing = [column for column in needed if column not in table.columns]
    if missing:
        found = ", ".join(map(repr, table.columns))
        raise BadInput(f"{table.header}: column {missing[0]!r} is missing, found {found}")
    for place, column in enumerate(table.columns):
        if column not in known or column in table.columns[:place]:
            wrong = f"column {column!r} is unknown or repeated, known are {', '.join(known)}"
            raise BadInput(f"{table.header}: {wrong}")
