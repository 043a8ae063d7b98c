"""What differs between two identical runs: measured durations. Chained apart from decisions."""

from msgspec import Struct


class RunTimed(Struct, frozen=True, tag="RUN_TIMED"):
    """How long each stage of a run took, in nanoseconds."""

    run: str
    stages: dict[str, int]
