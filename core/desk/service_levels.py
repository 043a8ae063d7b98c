"""How fast each stage must be, as a table, and when it counts as missed.

A duration below the target is met. From the target on it is missed, from warning and critical on it is worse. One miss
may happen; the second in a row is told, and so is every worsening after it, until a duration meets its target again.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, get_args

from msgspec import Struct, structs

from core.errors import BadInput
from core.facts.operations import ServiceLevelMissed
from core.market.instruments import bounded

Stage = Literal["detection", "analyze", "verify", "command", "execute", "cycle"]
Grade = Literal["met", "target", "warning", "critical"]
GRADES: tuple[Grade, ...] = get_args(Grade)
MILLISECOND = 1_000_000
IN_A_ROW = 2
"""How many misses in a row are told."""


class Level(Struct, frozen=True, forbid_unknown_fields=True):
    """The bounds of one stage in milliseconds."""

    target_ms: int
    warning_ms: int | None = None
    critical_ms: int | None = None

    @property
    def bounds(self) -> tuple[tuple[Grade, int], ...]:
        """The bounds there are, the worst first."""
        bounds: tuple[tuple[Grade, int | None], ...] = (
            ("critical", self.critical_ms),
            ("warning", self.warning_ms),
            ("target", self.target_ms),
        )
        return tuple((grade, bound) for grade, bound in bounds if bound is not None)

    def grade(self, ns: int) -> Grade:
        """The worst bound that a duration has reached."""
        return next((grade for grade, bound in self.bounds if ns >= bound * MILLISECOND), "met")


class ServiceLevels(Struct, frozen=True, forbid_unknown_fields=True):
    """The stages that no seat has the time of (table `[service_levels]` of the configuration)."""

    detection: Level = Level(50, 100, 200)
    """From an event's record to the start of its analysis."""
    execute: Level = Level(500, 1000, 2000)
    """From the cleared order to the broker's answer."""
    cycle: Level = Level(4000, 6000, 10_000)
    """From an event's record to its outcome."""

    def __post_init__(self) -> None:
        for name in ("detection", "execute", "cycle"):
            check(f"service_levels.{name}", getattr(self, name))

    def joined(self, seats: Mapping[str, Level]) -> dict[str, Level]:
        """The whole table: the stages here, and the seats with the time that their tempo gives them."""
        return {"detection": self.detection, "execute": self.execute, "cycle": self.cycle, **seats}


class Streak(Struct, frozen=True):
    """Misses of one stage in a row."""

    length: int = 0
    worst: Grade = "met"
    told: Grade = "met"
    """The worst that was told of this streak."""


def check(path: str, level: Level) -> None:
    """Refuse bounds that are out of order."""
    bounded(f"{path}.target_ms", Decimal(level.target_ms), Decimal(1), Decimal(3_600_000))
    known = [bound for _, bound in level.bounds]
    if known != sorted(known, reverse=True):
        raise BadInput(
            f"{path}: target, warning and critical are out of order, found {', '.join(map(str, known[::-1]))}"
        )


def follow(streak: Streak, stage: str, level: Level, ns: int) -> tuple[Streak, ServiceLevelMissed | None]:
    """The streak after a duration, and what is to be told of it."""
    grade = level.grade(ns)
    if grade == "met":
        return Streak(), None
    worst = max(streak.worst, grade, key=GRADES.index)
    after = Streak(streak.length + 1, worst, streak.told)
    if after.length < IN_A_ROW or GRADES.index(worst) <= GRADES.index(streak.told):
        return after, None
    missed = ServiceLevelMissed(
        stage=stage,
        level="target" if worst == "met" else worst,
        took_ms=ns // MILLISECOND,
        target_ms=level.target_ms,
        in_a_row=after.length,
        severity="danger" if worst == "critical" else "warning",
    )
    return structs.replace(after, told=worst), missed
