"""Sliding windows of durations: never too low, at most an eighth too high, and bounded however much comes."""

from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from core.desk.durations import LONGEST, WINDOWS, Durations, bucket, upper
from core.market.instants import MINUTE, SECOND


def test_a_window_without_durations_has_no_figures() -> None:
    durations = Durations()
    assert durations.percentile(50, "minute", 0) is None and durations.over("day", 0) is None


@given(st.integers(0, LONGEST))
def test_a_bucket_holds_its_durations_and_is_an_eighth_wide(ns: int) -> None:
    assert ns <= upper(bucket(ns)) <= ns + ns // 8


@given(st.lists(st.integers(0, LONGEST), min_size=1, max_size=50), st.integers(1, 100))
def test_a_percentile_is_never_too_low_and_at_most_an_eighth_too_high(values: list[int], q: int) -> None:
    durations = Durations()
    for ns in values:
        durations.add(ns, 0)
    exact = sorted(values)[ceil(len(values) * q / 100) - 1]
    found = durations.percentile(q, "day", 0)
    assert found is not None and exact <= found <= exact + exact // 8


def test_each_window_forgets_what_is_older_than_it() -> None:
    durations = Durations()
    durations.add(5 * SECOND, 0)
    durations.add(SECOND, 5 * MINUTE)
    for window, count in (("minute", 1), ("ten_minutes", 2), ("day", 2)):
        over = durations.over(window, 5 * MINUTE)
        assert over is not None and over.count == count
    assert durations.over("minute", 7 * MINUTE) is None
    assert durations.over("day", 25 * 60 * MINUTE) is None


def test_memory_is_bounded_by_slots_and_buckets() -> None:
    durations = Durations()
    for number in range(20_000):
        durations.add(number * number, number * 7 * SECOND)
    kept = durations._slots
    assert all(len(kept[name]) <= slots for name, (slots, _) in WINDOWS.items())
    assert bucket(LONGEST * 1000) == bucket(LONGEST) < 400
