"""Service levels: the S1 table, and two misses in a row."""

from pathlib import Path

import pytest

from core.desk.service_levels import MILLISECOND, Grade, Level, ServiceLevels, Streak, follow
from core.errors import BadInput
from core.facts.operations import ServiceLevelMissed
from runtime.settings import load

EVENT = ServiceLevels().detection


def told(*milliseconds: int, level: Level = EVENT) -> list[ServiceLevelMissed | None]:
    streak, said = Streak(), []
    for ms in milliseconds:
        streak, missed = follow(streak, "detection", level, ms * MILLISECOND)
        said.append(missed)
    return said


def test_the_shipped_table_is_that_of_the_requirements() -> None:
    settings = load("demo", None, {}, Path("no.env")).settings
    levels = settings.service_levels.joined(settings.models.levels)
    assert settings.service_levels == ServiceLevels()
    assert {name: (level.target_ms, level.warning_ms, level.critical_ms) for name, level in levels.items()} == {
        "detection": (50, 100, 200),
        "analyze": (2000, 3000, 5000),
        "verify": (1500, 2500, 4000),
        "command": (1000, None, None),
        "execute": (500, 1000, 2000),
        "cycle": (4000, 6000, 10_000),
    }


@pytest.mark.parametrize(
    ("ns", "grade"),
    [
        (50 * MILLISECOND - 1, "met"),
        (50 * MILLISECOND, "target"),
        (100 * MILLISECOND, "warning"),
        (200 * MILLISECOND, "critical"),
    ],
)
def test_a_bound_that_is_reached_is_missed(ns: int, grade: Grade) -> None:
    assert EVENT.grade(ns) == grade


def test_one_miss_may_happen_and_the_second_in_a_row_is_told() -> None:
    first, second = told(60, 70)
    assert first is None and second is not None
    assert (second.level, second.took_ms, second.target_ms, second.in_a_row) == ("target", 70, 50, 2)
    assert second.severity == "warning"


def test_a_duration_that_meets_its_target_begins_anew() -> None:
    assert told(60, 10, 70, 10, 500) == [None] * 5


def test_a_streak_is_told_once_and_again_when_it_becomes_worse() -> None:
    said = [each and each.level for each in told(60, 70, 80, 120, 130, 250, 260)]
    assert said == [None, "target", None, "warning", None, "critical", None]
    worst = told(60, 70, 250)[-1]
    assert worst is not None and worst.severity == "danger"


@pytest.mark.parametrize("level", [Level(50, 40), Level(50, 100, 90), Level(50, None, 40)])
def test_bounds_out_of_order_are_refused_by_name(level: Level) -> None:
    with pytest.raises(BadInput, match=r"service_levels\.detection: target, warning and critical are out of order"):
        ServiceLevels(detection=level)
