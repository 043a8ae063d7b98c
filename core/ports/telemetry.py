"""Where measured durations go."""

from typing import Protocol


class Telemetry(Protocol):
    """Takes measurements; never waits, never fails, never changes what is decided."""

    def observe(self, stage: str, ns: int, outcome: str) -> None:
        """One stage took so long and ended so."""
        ...
