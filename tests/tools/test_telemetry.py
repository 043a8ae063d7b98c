"""Stage times: bounded, never failing, and the percentiles people expect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ports.telemetry import Telemetry
from tools.telemetry import OTHER, StageTimes


def observed(durations: list[int], keep: int = 1024) -> StageTimes:
    times = StageTimes(keep=keep)
    telemetry: Telemetry = times
    for ns in durations:
        telemetry.observe("gate", ns, "cleared")
    return times


@pytest.mark.parametrize(
    ("q", "ns"), [(0, 1), (1, 1), (50, 50), (99, 99), (99.5, 100), (100, 100), (-5, 1), (400, 100)]
)
def test_a_percentile_is_a_duration_that_was_seen(q: float, ns: int) -> None:
    assert observed(list(range(100, 0, -1))).percentile("gate", q) == ns


def test_a_stage_never_seen_has_no_percentile() -> None:
    assert StageTimes().percentile("gate", 50) is None
    assert StageTimes().summary() == {}


@given(st.lists(st.integers(0, 10**12), min_size=1), st.floats(0, 100))
def test_at_least_that_share_of_durations_is_not_above_the_percentile(durations: list[int], q: float) -> None:
    found = observed(durations).percentile("gate", q)
    assert found in durations
    assert sum(ns <= found for ns in durations) >= len(durations) * q / 100 - 1e-9


def test_the_summary_counts_outcomes_of_all_time_and_keeps_the_longest() -> None:
    times = observed([900, *range(1, 101)], keep=100)
    times.observe("gate", 7, "denied")
    times.observe("brief", 0, "ok")
    gate = times.summary()["gate"]
    assert (gate.count, gate.outcomes) == (102, {"cleared": 101, "denied": 1})
    assert (gate.p50, gate.p99, gate.longest) == (50, 99, 900)
    assert times.summary()["brief"].p50 == 0


def test_only_the_latest_durations_are_kept() -> None:
    assert observed([10**9] * 50 + [1] * 100, keep=100).percentile("gate", 100) == 1


def test_however_many_names_come_memory_is_bounded() -> None:
    times = StageTimes(keep=2, names=3)
    for number in range(1000):
        times.observe(f"stage {number}", number, f"outcome {number}")
        times.observe("stage 0", number, f"outcome {number}")
    summary = times.summary()
    assert list(summary) == ["stage 0", "stage 1", "stage 2", OTHER]
    assert (summary[OTHER].count, summary["stage 0"].count) == (997, 1001)
    assert all(len(stage.outcomes) <= 4 for stage in summary.values())
