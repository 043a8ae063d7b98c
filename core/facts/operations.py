"""What differs between two identical runs: measured durations. Chained apart from decisions."""

from typing import Literal

from msgspec import Struct


class RunTimed(Struct, frozen=True, tag="RUN_TIMED"):
    """How long each stage of a run took, in nanoseconds."""

    run: str
    stages: dict[str, int]


class ServiceLevelMissed(Struct, frozen=True, kw_only=True, tag="SERVICE_LEVEL_MISSED"):
    """A stage missed its target twice in a row, or went on to a worse level."""

    stage: str
    level: Literal["target", "warning", "critical"]
    """The worst bound that was reached."""
    took_ms: int
    target_ms: int
    in_a_row: int
    severity: Literal["warning", "danger"] = "warning"
