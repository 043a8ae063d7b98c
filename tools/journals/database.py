"""The file of an SQLite journal: made whole or not at all, recognised before it is touched, its faults in our words."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from core.errors import AegisError, BadInput, Halt, JournalBroken, Transient
from core.record.envelope import SCHEMA

TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    """CREATE TABLE events (
  chain TEXT NOT NULL,
  position INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  body BLOB NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (chain, position),
  UNIQUE (chain, stream, version)
)""",
    "CREATE TABLE blobs (digest TEXT PRIMARY KEY, data BLOB NOT NULL)",
)
"""The whole schema. A file with any other is not a journal of this format."""

_MAGIC = b"SQLite format 3\0"
_FILE_HEADER = 100
_RESPONSES: dict[int, type[AegisError]] = {
    sqlite3.SQLITE_BUSY: Transient,
    sqlite3.SQLITE_LOCKED: Transient,
    sqlite3.SQLITE_FULL: Halt,
    sqlite3.SQLITE_IOERR: Halt,
    sqlite3.SQLITE_READONLY: Halt,
    sqlite3.SQLITE_CANTOPEN: Halt,
    sqlite3.SQLITE_PERM: Halt,
    sqlite3.SQLITE_NOMEM: Halt,
    sqlite3.SQLITE_TOOBIG: BadInput,
}


def create(path: Path) -> None:
    """Make an empty journal, readable by its owner only. It appears under its name when it is complete."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BadInput(f"journal {path} cannot be created: {error.strerror}") from error
    with faults(path), closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for table in TABLES:
            connection.execute(table)
        connection.execute("INSERT INTO meta VALUES ('schema', ?)", (SCHEMA,))
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    fresh.replace(path)


def inspect(path: Path) -> None:
    """Make sure, without changing it, that a file is a journal this release can read."""
    _check_beginning(path)
    with faults(path), closing(connect(path, "ro")) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "meta" not in names:
            raise BadInput(
                f"{path} is an SQLite file but not a journal; its tables are {', '.join(sorted(names)) or 'none'}"
            )
        (schema,) = connection.execute("SELECT max(value) FROM meta WHERE name = 'schema'").fetchone()
        if isinstance(schema, int) and schema > SCHEMA:
            raise BadInput(
                f"journal {path} has format {schema}, this release reads up to {SCHEMA}: "
                "install a newer aegis-agents, or go on with a new state folder"
            )
        written = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
        if schema != SCHEMA or written != set(TABLES):
            raise JournalBroken(f"journal {path}: its tables are not those of format {SCHEMA}")


def connect(path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    """Open an existing file; transactions are begun and ended by hand."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=1.0)


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Whatever SQLite raises inside becomes an error sorted by the response it needs."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise JournalBroken(f"journal {path}: text in it cannot be read: {error}") from error
    except sqlite3.ProgrammingError as error:
        raise Halt(f"journal {path}: {error}") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        raise _RESPONSES.get(code, JournalBroken)(f"journal {path}: {error}") from error


def _check_beginning(path: Path) -> None:
    try:
        with path.open("rb") as file:
            beginning = file.read(_FILE_HEADER)
    except OSError as error:
        raise BadInput(f"journal {path} cannot be opened: {error.strerror}") from error
    if not _MAGIC.startswith(beginning[: len(_MAGIC)]):
        raise BadInput(f"{path} is not a journal: it is no SQLite file")
    if len(beginning) < _FILE_HEADER:
        raise JournalBroken(
            f"journal {path} was cut off after {len(beginning)} bytes; restore it, or move it away to begin anew"
        )
