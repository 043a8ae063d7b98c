"""Small parquet files, written by the engine that reads them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from tools.feeds.recording import FIGURES

TEXT = dict.fromkeys(("at", "symbol", "market", *FIGURES), "VARCHAR")
ROWS = TEXT | {"at": "TIMESTAMPTZ"} | dict.fromkeys(FIGURES, "DECIMAL(18, 4)")
"""The columns of a recording, typed as a program would."""


def save(path: Path, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> Path:
    """Write rows under these columns and types; a TIMESTAMPTZ is given in microseconds."""
    named = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    values = ", ".join("make_timestamptz(?)" if kind == "TIMESTAMPTZ" else "?" for kind in columns.values())
    with closing(duckdb.connect(":memory:")) as engine:
        engine.execute(f"CREATE TABLE recording ({named})")
        for row in rows:
            engine.execute(f"INSERT INTO recording VALUES ({values})", list(row))
        engine.execute(f"COPY recording TO '{path}' (FORMAT parquet)")
    return path
