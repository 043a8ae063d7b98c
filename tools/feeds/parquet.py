"""Parquet files, read in batches by duckdb, every cell as the text a CSV file would hold.

So the rules of text hold here too, and no digit is lost: a DECIMAL or a VARCHAR column is taken as it stands, and a
FLOAT or a DOUBLE through its shortest text that reads back as the same number, which is what a person wrote before a
program made it a float; NaN is no number and no missing cell, NULL is missing. An instant is a VARCHAR or a timestamp
with a time zone, to the nanosecond; one without a zone says no instant, and stays text without the closing Z.
"""

import glob
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb

from core.errors import BadInput
from tools.feeds.table import Rows, Table

BATCH = 2048
"""Rows taken at once: one vector of the engine."""

_SOURCE = "read_parquet(?, hive_partitioning = false)"
_LOCAL: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_MAGIC = b"PAR1"
_FLOATS = ("DOUBLE", "FLOAT")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_LOCAL_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_INSTANTS = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
_TIME = "strftime(make_timestamp_ns(epoch_ns({0})), '%Y-%m-%dT%H:%M:%S.%n')"
_TEXTS = {
    "VARCHAR": "{0}",
    **dict.fromkeys(("DECIMAL", "DATE", *_FLOATS, *_WHOLE), "CAST({0} AS VARCHAR)"),
    **dict.fromkeys(_LOCAL_TIMES, _TIME),
    **dict.fromkeys(_INSTANTS, f"{_TIME} || 'Z'"),
}
"""The engine's name of a type → its text, as an expression of the column."""


def opened(path: Path) -> Table:
    """The table of a parquet file, once its footer has been read."""
    _look(path)
    try:
        with closing(_engine()) as engine:
            described = engine.execute(f"DESCRIBE SELECT * FROM {_SOURCE}", [_named(path)]).fetchall()
    except duckdb.Error as fault:
        raise BadInput(f"{path}: not parquet, or damaged: {_first_line(fault)}") from fault
    kinds = {name: kind.partition("(")[0] for name, kind, *_ in described}
    return Table(list(kinds), lambda columns: _rows(path, kinds, columns), str(path), f"{path}: row ")


def _look(path: Path) -> None:
    """Whether there is a file that begins and ends as parquet does."""
    try:
        with path.open("rb") as file:
            begin = file.read(len(_MAGIC))
            file.seek(max(file.seek(0, 2) - len(_MAGIC), 0))
            end = file.read()
    except OSError as fault:
        raise BadInput(f"{path}: cannot be read: {fault.strerror}") from fault
    if not begin:
        raise BadInput(f"{path}: is empty")
    if begin != _MAGIC:
        raise BadInput(f"{path}: not parquet: it does not begin with {_MAGIC.decode()}")
    if end != _MAGIC:
        raise BadInput(f"{path}: parquet data is truncated: it does not end with {_MAGIC.decode()}")


def _rows(path: Path, kinds: dict[str, str], columns: Sequence[str]) -> Rows:
    """Number and cells of every row, a batch in memory at a time."""
    texts = ", ".join(_text(path, column, kinds[column]) for column in columns)
    finish = [_FINISH.get(kinds[column], _present) for column in columns]
    number = 0
    try:
        with closing(_engine()) as engine:
            found = engine.execute(f"SELECT {texts} FROM {_SOURCE}", [_named(path)])
            while batch := found.fetchmany(BATCH):
                for cells in batch:
                    number += 1
                    yield number, [finished(cell) for finished, cell in zip(finish, cells, strict=True)]
    except duckdb.Error as fault:
        raise BadInput(
            f"{path}: row {number + 1} or soon after: parquet data is damaged; {number} good rows before it "
            f"({_first_line(fault)})"
        ) from fault


def _text(path: Path, column: str, kind: str) -> str:
    if kind not in _TEXTS:
        raise BadInput(f"{path}: column {column!r} is {kind}, which is no text, number or time")
    quoted = column.replace('"', '""')
    return _TEXTS[kind].format(f'"{quoted}"')


def _present(cell: str | None) -> str:
    return cell or ""


def _plain(cell: str | None) -> str:
    """The text of a float without its exponent: 1e-05 is 0.00001."""
    return f"{Decimal(cell):f}" if cell and "e" in cell else cell or ""


_FINISH: dict[str, Callable[[str | None], str]] = dict.fromkeys(_FLOATS, _plain)


def _engine() -> duckdb.DuckDBPyConnection:
    """One that never reaches for the network, and works out no more of an answer ahead than this."""
    engine = duckdb.connect(":memory:", config=_LOCAL)
    engine.execute("SET streaming_buffer_size = '256KB'")
    return engine


def _named(path: Path) -> str:
    """The path, which the engine would read as a pattern."""
    return glob.escape(str(path))


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0]
