"""The journal in memory: the whole contract, gone with the process. For tests, backtests and rehearsals."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import get_args

from core.errors import AlreadyRecorded, Halt, JournalBroken
from core.ports.journal import Chain, Head, Verified
from core.record.audit import Audit
from core.record.chain import GENESIS
from core.record.codec import digest
from core.record.envelope import Draft, Recorded
from core.record.sealing import Row, Sealed, Tip, Versions, seal, unseal


class MemoryJournal:
    """Holds the same rows as a file would, so what is read was encoded, linked and decoded.

    Blobs put before an append that was refused stay pending for the next one; `close` drops what no append has taken.
    """

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {chain: [] for chain in get_args(Chain)}
        self._versions: dict[str, dict[str, int]] = {chain: {} for chain in self._rows}
        self._places: dict[str, tuple[str, int]] = {}
        self._blobs: dict[str, bytes] = {}
        self._pending: dict[str, bytes] = {}
        self._grown = asyncio.Event()
        self._closed = False

    def put(self, data: bytes) -> str:
        """Keep bytes under their digest; the next append stores them."""
        name = digest(data)
        self._pending[name] = data
        return name

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        """Record facts in order; `expect` speaks of versions in the chain of decisions."""
        self._refuse(drafts)
        tips = {chain: self._tip(chain) for chain in self._rows}
        tips["decisions"].expect(expect or {})
        sealed = seal(drafts, tips)
        self._store(sealed, tips)
        self._announce()
        return sealed.recorded

    async def read(
        self, *, chain: Chain = "decisions", after: int = 0, stream: str | None = None
    ) -> AsyncIterator[Recorded]:
        """What stands in the chain after a position, up to now."""
        for position in range(max(after, 0) + 1, len(self._rows[chain]) + 1):
            recorded = self._event(chain, position)
            if stream is None or recorded.envelope.stream == stream:
                yield recorded

    async def follow(self, *, chain: Chain = "decisions", after: int = 0) -> AsyncIterator[Recorded]:
        """As `read`, then whatever is appended, until the caller stops or the journal is closed."""
        while not self._closed:
            grown = self._grown
            async for recorded in self.read(chain=chain, after=after):
                yield recorded
                after = recorded.position
            await grown.wait()

    async def find(self, event_id: str) -> Recorded | None:
        """The event of this identity."""
        place = self._places.get(event_id)
        return self._event(*place) if place else None

    async def blob(self, digest: str) -> bytes | None:
        """The bytes kept under a digest, stored or pending."""
        return self._pending.get(digest, self._blobs.get(digest))

    async def head(self, chain: Chain = "decisions") -> Head:
        """The end of the chain."""
        return Head(len(self._rows[chain]), self._hash(chain, len(self._rows[chain])))

    async def verify(self, chain: Chain = "decisions") -> Verified:
        """Recompute every link, and the digest of every blob an event mentions."""
        audit = Audit(self._blobs.get)
        try:
            for row in self._rows[chain]:
                audit.accept(row)
        except JournalBroken as fault:
            return Verified(audit.position, Head(audit.position, audit.hash), fault.position, str(fault))
        return Verified(audit.position, Head(audit.position, audit.hash))

    async def close(self) -> None:
        """Take no more, and end all followers. May be called twice."""
        self._closed = True
        self._pending = {}
        self._announce()

    def _refuse(self, drafts: Sequence[Draft]) -> None:
        if self._closed:
            raise Halt("the journal is closed")
        coming: set[str] = set()
        for draft in drafts:
            if draft.id in self._places or draft.id in coming:
                raise AlreadyRecorded(draft.id)
            coming.add(draft.id)

    def _tip(self, chain: str) -> Tip:
        position, known = len(self._rows[chain]), self._versions[chain]
        return Tip(position, self._hash(chain, position), Versions(lambda stream: known.get(stream, 0)))

    def _store(self, sealed: Sealed, tips: Mapping[str, Tip]) -> None:
        for chain, rows in sealed.rows.items():
            self._rows[chain] += rows
            self._versions[chain] |= tips[chain].versions
            self._places |= {row[1]: (chain, row[0]) for row in rows}
        self._blobs |= self._pending
        self._pending = {}

    def _announce(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    def _event(self, chain: str, position: int) -> Recorded:
        return unseal(self._rows[chain][position - 1], self._hash(chain, position - 1))

    def _hash(self, chain: str, position: int) -> bytes:
        return self._rows[chain][position - 1][7] if position else GENESIS
