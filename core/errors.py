"""Faults, sorted by the response they need. Refusals are values, never exceptions.

AegisError
├── Transient          try again while time is left
├── Degraded           this seat, feed or store is unusable: go on smaller
├── BadInput           what a person or a file gave is wrong: name it, change nothing
└── Halt               no new risk until a person has looked
    ├── JournalBroken  the record does not verify, or cannot be read
    └── RunLost        an accepted event ended without an outcome
"""


class AegisError(Exception):
    """Anything AEGIS raises on purpose."""


class Transient(AegisError):
    """Try again while time is left."""


class Degraded(AegisError):
    """A seat, feed or store is unusable for now; the desk goes on smaller."""


class BadInput(AegisError, ValueError):
    """A person, a file or a configuration gave something unusable; nothing was changed."""


class Halt(AegisError):
    """No new risk may be opened until a person has looked."""


class JournalBroken(Halt):
    """The journal does not verify or cannot be read; `position` is the first bad one, when known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class RunLost(Halt):
    """An accepted event ended without exactly one outcome."""


class AlreadyRecorded(AegisError):
    """The journal holds an event of this identity; nothing was written. `identity` names it."""

    def __init__(self, identity: str) -> None:
        super().__init__(f"{identity!r} is already in the journal")
        self.identity = identity


class VersionConflict(AegisError):
    """A stream moved on since its head was read; nothing was written."""
