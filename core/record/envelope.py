"""The wrapper of a fact: who it is about, where it came from, when, and its place in its stream.

Identity is never random. A tick is (source, symbol, exchange time, sequence); a trigger is (symbol, kind, side,
window); everything else is named after its cause: `<run>.entry.verdict`, `<order>.fill.<n>`. So the same input gives
the same names.
"""

from base64 import b32encode
from hashlib import sha256

from msgspec import Struct, field

from core.facts.catalogue import Fact

SCHEMA = 1
"""Version of the journal's format; a reader refuses a newer one."""


class Draft(Struct, frozen=True):
    """A fact on its way into the journal, which adds the version."""

    stream: str
    """What it is about: `run:<id>`, `order:<client id>`, `position:<key>`, `market:<key>`, `desk`."""
    id: str
    at: int
    fact: Fact
    correlation: str
    """The accepted event everything here goes back to."""
    causation: str
    """The event that led directly to this one."""


class Metadata(Struct, frozen=True):
    """Where an event came from."""

    correlation: str
    causation: str
    schema: int = SCHEMA


class Envelope(Struct, frozen=True):
    """One event as it is stored and hashed."""

    id: str
    timestamp: int
    """Nanoseconds since 1970, UTC."""
    type: str
    stream: str = field(name="aggregateId")
    version: int
    """Its place in its stream, from 1."""
    fact: Fact = field(name="data")
    metadata: Metadata


class Recorded(Struct, frozen=True):
    """An envelope with its place in the journal and the chain hash that includes it."""

    position: int
    envelope: Envelope
    hash: bytes

    @property
    def fact(self) -> Fact:
        """What was recorded."""
        return self.envelope.fact


def name(*parts: str | int) -> str:
    """A short identity made of what makes the thing itself; the same parts always give the same name."""
    material = "\x1f".join(str(part) for part in parts).encode()
    return b32encode(sha256(material).digest()[:10]).decode().lower()


def client_id(decision: str, leg: str, account: str) -> str:
    """The order's name at the broker: the same decision, leg and account can never make two."""
    return name("order", decision, leg, account).upper()
