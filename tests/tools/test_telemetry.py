"""Stage times: bounded, never failing, over sliding windows, and told when a level is missed twice."""

from core.desk.service_levels import MILLISECOND, Level
from core.market.instants import MINUTE
from core.ports.telemetry import Telemetry
from tools.telemetry import OTHER, StageTimes


class Ticking:
    """A clock somebody sets."""

    def __init__(self) -> None:
        self.at = 0

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        return self.at

    def elapsed(self) -> int:
        """Monotonic nanoseconds."""
        return self.at


def observed(*durations: int, clock: Ticking | None = None) -> StageTimes:
    times = StageTimes(clock or Ticking(), {"gate": Level(50)})
    telemetry: Telemetry = times
    for ns in durations:
        telemetry.observe("gate", ns, "cleared")
    return times


def test_a_stage_never_seen_has_no_percentile() -> None:
    assert observed().percentile("gate", 50) is None and observed().summary() == {}


def test_the_summary_counts_outcomes_keeps_the_longest_and_shows_every_window() -> None:
    clock = Ticking()
    times = observed(900, *range(1, 101), clock=clock)
    clock.at = 5 * MINUTE
    times.observe("gate", 7, "denied")
    summary = times.summary()["gate"]
    assert (summary.count, summary.outcomes, summary.longest) == (102, {"cleared": 101, "denied": 1}, 900)
    assert {name: figures.count for name, figures in summary.windows.items()} == {
        "minute": 1,
        "ten_minutes": 102,
        "day": 102,
    }
    assert summary.windows["minute"].p99 == 7 and summary.level == Level(50)


def test_names_are_bounded_and_what_comes_after_is_counted_together() -> None:
    times = StageTimes(Ticking(), names=3)
    for number in range(10):
        times.observe(f"stage-{number}", 1, "done")
        times.observe("stage-0", 1, f"outcome-{number}")
    assert set(times.summary()) == {"stage-0", "stage-1", "stage-2", OTHER}
    assert len(times.summary()["stage-0"].outcomes) == 4


def test_a_level_that_is_missed_twice_is_told_once() -> None:
    times = observed(60 * MILLISECOND, 70 * MILLISECOND, 80 * MILLISECOND)
    assert times.has_missed and times.summary()["gate"].missed_in_a_row == 3
    (missed,) = times.take_missed()
    assert (missed.stage, missed.in_a_row) == ("gate", 2)
    assert not times.has_missed and times.take_missed() == []


def test_misses_nobody_takes_do_not_grow() -> None:
    times = StageTimes(Ticking(), {"gate": Level(50)}, keep=4)
    for _ in range(50):
        for took in (60, 60, 1):
            times.observe("gate", took * MILLISECOND, "done")
    assert len(times.take_missed()) == 4
