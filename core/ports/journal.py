"""The record. It is the truth; everything else is a projection of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from core.record.envelope import Draft, Recorded

Chain = Literal["decisions", "operations"]


class Head(Struct, frozen=True):
    """The end of a chain."""

    position: int
    hash: bytes


class Verified(Struct, frozen=True):
    """The result of reading a whole chain: intact, or the first bad position and what is wrong there."""

    events: int
    head: Head
    broken: int | None = None
    reason: str = ""


class Journal(Protocol):
    """Append-only, totally ordered within a chain, hash-chained, with content-addressed blobs.

    An append is all or nothing: every draft and every blob put before it, or none of them. A repeated event id raises
    AlreadyRecorded, an unexpected stream version raises VersionConflict, and neither writes anything. When `append`
    returns, the events survive the death of this process; with `durable=True` they also survive loss of power.
    There is no update and no delete. Operation facts go to their own chain, so that decision chains of identical runs
    are equal.
    """

    def put(self, data: bytes) -> str:
        """Keep bytes under their digest; they are written in the same transaction as the next append."""
        ...

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        """Record facts in order; `expect` gives the version a stream must be at (0 for a new one)."""
        ...

    def read(self, *, chain: Chain = "decisions", after: int = 0, stream: str | None = None) -> AsyncIterator[Recorded]:
        """What stands in the chain after a position, up to now."""
        ...

    def follow(self, *, chain: Chain = "decisions", after: int = 0) -> AsyncIterator[Recorded]:
        """As `read`, then whatever is appended, also by another process, until the caller stops."""
        ...

    async def find(self, event_id: str) -> Recorded | None:
        """The event of this identity."""
        ...

    async def blob(self, digest: str) -> bytes | None:
        """The bytes kept under a digest."""
        ...

    async def head(self, chain: Chain = "decisions") -> Head:
        """The end of the chain; position 0 and the genesis hash when empty."""
        ...

    async def verify(self, chain: Chain = "decisions") -> Verified:
        """Read the whole chain and recompute every link, and the digests of all blobs."""
        ...

    async def close(self) -> None:
        """Flush and let go. May be called twice."""
        ...
