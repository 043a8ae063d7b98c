"""The journal in one SQLite file: write-ahead log, one transaction per append, any number of readers.

A commit survives the death of the process; `durable` also syncs it to the disk. Whatever is read is checked against its
link on the way out, so a damaged file answers with JournalBroken and never with anything but what was written.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any, Self, get_args

from core.errors import AlreadyRecorded, JournalBroken, VersionConflict
from core.ports.journal import Chain, Head, Verified
from core.record.audit import Audit
from core.record.chain import GENESIS
from core.record.codec import digest as address
from core.record.envelope import Draft, Recorded
from core.record.sealing import Sealed, Tip, Versions, seal, unseal
from tools.journals import database

PAGE = 512
"""Events read at a time; between two pages other tasks have their turn."""
STREAMS = 4096
"""Streams whose versions are remembered between appends."""
INSERT = {chain: f"INSERT INTO events VALUES ('{chain}', ?, ?, ?, ?, ?, ?, ?, ?)" for chain in get_args(Chain)}
"""How a row of each chain is stored."""

_ROW = "SELECT e.position, e.id, e.at, e.type, e.stream, e.version, e.body, e.hash"
_LINKED = f"""{_ROW}, p.hash FROM events AS e
  LEFT JOIN events AS p ON p.chain = e.chain AND p.position = e.position - 1"""
_ALONE = f"{_ROW} FROM events AS e WHERE e.chain = ? AND e.position > ? ORDER BY e.position LIMIT {PAGE}"
_RANGE = f"{_LINKED} WHERE e.chain = ? AND e.position > ? AND e.position <= ?"
_OF_CHAIN = f"{_RANGE} ORDER BY e.position LIMIT {PAGE}"
_OF_STREAM = f"{_RANGE} AND e.stream = ? ORDER BY e.version LIMIT {PAGE}"
_OF_ID = f"{_LINKED} WHERE e.id = ?"
_LAST = f"{_LINKED} WHERE e.chain = ? ORDER BY e.position DESC LIMIT 1"


class SqliteJournal:
    """One file. Blobs put before a refused append stay pending for the next; `close` drops what no append has taken."""

    def __init__(self, path: Path, connection: sqlite3.Connection, poll: float | None) -> None:
        self.path = path
        self._connection = connection
        self._poll = poll
        self._pending: dict[str, bytes] = {}
        self._tips: dict[str, Tip] = {}
        self._seen = 0
        self._grown = asyncio.Event()
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False, poll: float | None = 0.25) -> Self:
        """Open a journal, or begin one; `poll` is how often, in seconds, a follower looks for what others wrote."""
        if not readonly and not path.exists():
            database.create(path)
        database.inspect(path)
        with database.faults(path):
            connection = database.connect(path, "ro" if readonly else "rw")
            connection.execute("PRAGMA synchronous=NORMAL")
        return cls(path, connection, poll)

    def put(self, data: bytes) -> str:
        """Keep bytes under their digest; the next append stores them."""
        name = address(data)
        self._pending[name] = data
        return name

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        """Record facts in order; `expect` speaks of versions in the chain of decisions."""
        with database.faults(self.path), self._transaction(durable):
            tips = self._take_tips()
            sealed = self._write(drafts, expect or {}, tips)
        self._tips = tips if len(tips["decisions"].versions) < STREAMS else {}
        self._pending = {}
        self._announce()
        return sealed.recorded

    async def read(
        self, *, chain: Chain = "decisions", after: int = 0, stream: str | None = None
    ) -> AsyncIterator[Recorded]:
        """What stands in the chain after a position, up to now."""
        after, last = max(after, 0), (await self.head(chain)).position
        while page := self._page(chain, after, last, stream):
            for recorded in page:
                yield recorded
                after = recorded.position
            await asyncio.sleep(0)

    async def follow(self, *, chain: Chain = "decisions", after: int = 0) -> AsyncIterator[Recorded]:
        """As `read`, then whatever is appended, also by another process, until the caller stops or this is closed."""
        while not self._closed:
            grown, seen = self._grown, self._data_version()
            async for recorded in self.read(chain=chain, after=after):
                yield recorded
                after = recorded.position
            await self._growth(grown, seen)

    async def find(self, event_id: str) -> Recorded | None:
        """The event of this identity."""
        return self._one(_OF_ID, event_id)

    async def blob(self, digest: str) -> bytes | None:
        """The bytes kept under a digest, stored or pending."""
        data = self._pending[digest] if digest in self._pending else self._stored_blob(digest)
        if data is not None and address(data) != digest:
            raise JournalBroken(f"journal {self.path}: the bytes of blob {digest} were changed")
        return data

    async def head(self, chain: Chain = "decisions") -> Head:
        """The end of the chain."""
        last = self._one(_LAST, chain)
        return Head(last.position, last.hash) if last else Head(0, GENESIS)

    async def verify(self, chain: Chain = "decisions") -> Verified:
        """Recompute every link and the digests of all blobs, then check the file; what is no event's fault is at 0."""
        audit = Audit(self._stored_blob)
        try:
            await self._read_all(chain, audit)
            self._check_blobs(audit.seen)
            self._check_file(chain)
        except JournalBroken as fault:
            broken = audit.position + 1 if fault.position is None else fault.position
            return Verified(audit.position, Head(audit.position, audit.hash), broken, str(fault))
        return Verified(audit.position, Head(audit.position, audit.hash))

    async def close(self) -> None:
        """Let go of the file and end all followers. May be called twice."""
        self._closed = True
        self._pending = {}
        with database.faults(self.path):
            self._connection.close()
        self._announce()

    @contextmanager
    def _transaction(self, durable: bool) -> Iterator[None]:
        execute = self._connection.execute
        if durable:
            execute("PRAGMA synchronous=FULL")
        try:
            execute("BEGIN IMMEDIATE")
            yield
            execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            if durable:
                execute("PRAGMA synchronous=NORMAL")

    def _take_tips(self) -> dict[str, Tip]:
        """Where the last append left the chains; read anew after one that failed, and when others have written."""
        tips, self._tips = self._tips, {}
        known, self._seen = self._seen, self._data_version()
        return tips if tips and known == self._seen else {chain: self._tip(chain) for chain in INSERT}

    def _write(self, drafts: Sequence[Draft], expect: Mapping[str, int], tips: dict[str, Tip]) -> Sealed:
        try:
            tips["decisions"].expect(expect)
            sealed = seal(drafts, tips)
            for chain, rows in sealed.rows.items():
                self._connection.executemany(INSERT[chain], rows)
        except (VersionConflict, sqlite3.IntegrityError):
            self._connection.execute("ROLLBACK")
            self._refuse_repeated(drafts)
            raise
        if self._pending:
            self._connection.executemany("INSERT OR IGNORE INTO blobs VALUES (?, ?)", self._pending.items())
        return sealed

    def _tip(self, chain: str) -> Tip:
        query = "SELECT coalesce(max(version), 0) FROM events WHERE chain = ? AND stream = ?"

        def version(stream: str) -> int:
            return int(self._connection.execute(query, (chain, stream)).fetchone()[0])

        last = self._one(_LAST, chain)
        return Tip(last.position, last.hash, Versions(version)) if last else Tip(versions=Versions(version))

    def _refuse_repeated(self, drafts: Sequence[Draft]) -> None:
        coming: set[str] = set()
        for draft in drafts:
            known = self._connection.execute("SELECT 1 FROM events WHERE id = ?", (draft.id,)).fetchone()
            if known or draft.id in coming:
                raise AlreadyRecorded(draft.id)
            coming.add(draft.id)

    def _announce(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def _growth(self, grown: asyncio.Event, seen: int) -> None:
        while not grown.is_set() and self._data_version() == seen:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await grown.wait()

    def _data_version(self) -> int:
        with database.faults(self.path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _page(self, chain: str, after: int, last: int, stream: str | None) -> list[Recorded]:
        query, of = (_OF_CHAIN, ()) if stream is None else (_OF_STREAM, (stream,))
        with database.faults(self.path):
            page = [_linked(row) for row in self._connection.execute(query, (chain, after, last, *of))]
        if stream is None:
            _check_gapless(page, range(after + 1, min(after + PAGE, last) + 1))
        return page

    def _one(self, query: str, key: str) -> Recorded | None:
        with database.faults(self.path):
            row = self._connection.execute(query, (key,)).fetchone()
        return _linked(row) if row else None

    def _stored_blob(self, name: str) -> bytes | None:
        with database.faults(self.path):
            row = self._connection.execute("SELECT CAST(data AS BLOB) FROM blobs WHERE digest = ?", (name,)).fetchone()
        return row[0] if row else None

    async def _read_all(self, chain: str, audit: Audit) -> None:
        reached = -1
        while reached < audit.position:
            reached = audit.position
            with database.faults(self.path):
                for row in self._connection.execute(_ALONE, (chain, reached)):
                    audit.accept(row)
            await asyncio.sleep(0)

    def _check_blobs(self, seen: set[str]) -> None:
        with database.faults(self.path):
            for name, data in self._connection.execute("SELECT digest, CAST(coalesce(data, '') AS BLOB) FROM blobs"):
                if name not in seen and address(data) != name:
                    raise JournalBroken(f"the bytes of blob {name}, which no event here mentions, were changed", 0)

    def _check_file(self, chain: str) -> None:
        with database.faults(self.path):
            (finding,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
            if finding == "ok":
                return
            row = re.search(r"row (\d+)", finding)
            query = "SELECT position FROM events NOT INDEXED WHERE chain = ? AND rowid = ?"
            place = self._connection.execute(query, (chain, int(row[1]))).fetchone() if row else None
        raise JournalBroken(f"the file is damaged: {finding}", place[0] if place else 0)


def _check_gapless(page: Sequence[Recorded], due: Iterable[int]) -> None:
    for expected, recorded in zip_longest(due, page):
        if recorded is None or recorded.position != expected:
            raise JournalBroken(f"event {expected} is missing", expected)


def _linked(row: Any) -> Recorded:
    return unseal(row[:8], GENESIS if row[0] == 1 else row[8])
