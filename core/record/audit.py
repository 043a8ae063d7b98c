"""Reading a chain with suspicion: every link, and the bytes behind every digest an event mentions."""

import re
from collections.abc import Callable

from msgspec import Struct, field

from core.errors import JournalBroken
from core.facts.catalogue import Fact
from core.facts.models import ModelReplied
from core.record.chain import GENESIS
from core.record.codec import digest
from core.record.sealing import Row, Tip

_DIGEST = re.compile(rb'"([0-9a-f]{64})"')


class Audit(Struct):
    """How far a chain has been read and found good."""

    blob: Callable[[str], bytes | None]
    """The stored bytes of a digest."""
    position: int = 0
    """The last event that was found good."""
    hash: bytes = GENESIS
    tip: Tip = field(default_factory=Tip)
    seen: set[str] = field(default_factory=set)
    """Digests whose bytes were found good."""

    def accept(self, row: Row) -> None:
        """Go on by one row; raises JournalBroken with its position if the row or a blob behind it is wrong."""
        fact = self.tip.accept(row).fact
        for name in mentioned(row[6]):
            self._weigh(name, row[0], fact)
        self.position, self.hash = self.tip.position, self.tip.hash

    def _weigh(self, name: str, position: int, fact: Fact) -> None:
        if name in self.seen:
            return
        data = self.blob(name)
        if data is not None and digest(data) != name:
            raise JournalBroken(f"event {position}: the bytes of blob {name} were changed", position)
        if data is not None:
            self.seen.add(name)
        elif name in evidence(fact):
            raise JournalBroken(f"event {position}: blob {name} is missing", position)


def mentioned(body: bytes) -> tuple[str, ...]:
    """Every digest an event mentions; not each has bytes behind it."""
    return tuple(name.decode() for name in _DIGEST.findall(body))


def evidence(fact: Fact) -> tuple[str, ...]:
    """Digests of the blobs without which a fact cannot be replayed."""
    return (fact.request, fact.reply) if isinstance(fact, ModelReplied) else ()
