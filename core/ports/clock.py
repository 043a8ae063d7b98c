"""The one source of time."""

from typing import Protocol


class Clock(Protocol):
    """Tells the time. Waiting is done by the event loop, whose clock this is."""

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        ...

    def elapsed(self) -> int:
        """Monotonic nanoseconds, for durations only."""
        ...
