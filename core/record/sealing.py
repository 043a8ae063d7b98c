"""From drafts to rows of a journal and back: the one place that counts versions, links events and checks both.

Writing and checking move the same `Tip` along a chain: `seal` continues it with a draft, `accept` with a stored row, or
says what is wrong with that row. A fact that carries words or figures from outside is read back before it may be
stored: one event that cannot be read would close the whole journal.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct, field

from core.errors import BadInput, JournalBroken, VersionConflict
from core.facts.catalogue import OPERATIONS, TYPES, Fact
from core.facts.signals import SignalGenerated
from core.facts.verdicts import Abstained, Analysis, Decision, Verification
from core.record.chain import GENESIS, link
from core.record.codec import decode_envelope, encode
from core.record.envelope import Draft, Envelope, Metadata, Recorded

Row = tuple[int, str, int, str, str, int, bytes, bytes]
"""An event as a store keeps it: position, id, at, type, stream, version, body, hash. The columns repeat the body."""

_NAMES = {kind: name for name, kind in TYPES.items()}
_READ_BACK = frozenset({SignalGenerated, Analysis, Verification, Abstained, Decision})


class Versions(dict[str, int]):
    """Versions of streams: what was counted here, else what the store says."""

    def __init__(self, stored: Callable[[str], int]) -> None:
        super().__init__()
        self._stored = stored

    def __missing__(self, stream: str) -> int:
        return self._stored(stream)


class Tip(Struct):
    """The end of a chain while it is being continued; `versions` answers 0 for a stream it does not know."""

    position: int = 0
    hash: bytes = GENESIS
    versions: dict[str, int] = field(default_factory=Counter)

    def expect(self, expected: Mapping[str, int]) -> None:
        """Raise VersionConflict unless each stream stands where it is expected to."""
        for stream, version in expected.items():
            if self.versions[stream] != version:
                raise VersionConflict(f"stream {stream!r} is at version {self.versions[stream]}, not at {version}")

    def seal(self, draft: Draft) -> tuple[Recorded, Row]:
        """Continue the chain with a draft."""
        stream, fact = draft.stream, draft.fact
        version = self.versions[stream] = self.versions[stream] + 1
        kind = _NAMES[type(fact)]
        origin = Metadata(draft.correlation, draft.causation)
        envelope = Envelope(draft.id, draft.at, kind, stream, version, fact, origin)
        body = _written(envelope)
        self.position += 1
        self.hash = link(self.hash, body)
        row = (self.position, draft.id, draft.at, kind, stream, version, body, self.hash)
        return Recorded(self.position, envelope, self.hash), row

    def accept(self, row: Row) -> Recorded:
        """Continue the chain with a stored row, or raise JournalBroken at the first position that is wrong."""
        expected = self.position + 1
        if row[0] != expected:
            raise JournalBroken(f"event {expected} is missing; the store has {row[0]!r} in its place", expected)
        recorded = unseal(row, self.hash)
        stream, version = recorded.envelope.stream, recorded.envelope.version
        if version != self.versions[stream] + 1:
            found = f"version {version} follows version {self.versions[stream]} of stream {stream!r}"
            raise JournalBroken(f"event {expected}: {found}", expected)
        self.position, self.hash, self.versions[stream] = expected, recorded.hash, version
        return recorded


class Sealed(NamedTuple):
    """A batch ready to be stored: what the caller gets, and the rows of each chain that grows."""

    recorded: tuple[Recorded, ...]
    rows: dict[str, list[Row]]


def chain_of(fact: Fact) -> Literal["decisions", "operations"]:
    """The chain a fact belongs to."""
    return "operations" if _NAMES[type(fact)] in OPERATIONS else "decisions"


def seal(drafts: Sequence[Draft], tips: Mapping[str, Tip]) -> Sealed:
    """Continue each chain with the drafts that belong to it, in order."""
    recorded: list[Recorded] = []
    rows: dict[str, list[Row]] = {}
    for draft in drafts:
        chain = chain_of(draft.fact)
        event, row = tips[chain].seal(draft)
        recorded.append(event)
        rows.setdefault(chain, []).append(row)
    return Sealed(tuple(recorded), rows)


def unseal(row: Row, previous: bytes) -> Recorded:
    """The event of a stored row, if it follows from the hash before it and its columns repeat its body."""
    position, body, stored = row[0], row[6], row[7]
    if not _follows(previous, body, stored):
        raise JournalBroken(f"event {position}: its body, its hash or its place was changed", position)
    try:
        envelope = decode_envelope(body)
    except JournalBroken as error:
        raise JournalBroken(f"event {position}: {error}", position) from error
    columns = {
        "id": envelope.id,
        "at": envelope.timestamp,
        "type": envelope.type,
        "stream": envelope.stream,
        "version": envelope.version,
    }
    for (name, written), column in zip(columns.items(), row[1:6], strict=True):
        if column != written:
            raise JournalBroken(f"event {position}: column {name} is {column!r}, its body says {written!r}", position)
    return Recorded(position, envelope, stored)


def _follows(previous: bytes, body: bytes, stored: bytes) -> bool:
    try:
        return link(previous, body) == stored
    except TypeError:
        return False


def _written(envelope: Envelope) -> bytes:
    try:
        body = encode(envelope)
        if type(envelope.fact) in _READ_BACK:
            decode_envelope(body)
    except (TypeError, UnicodeError, JournalBroken) as error:
        raise BadInput(f"{envelope.type} {envelope.id!r} cannot be recorded: {error}") from error
    return body
