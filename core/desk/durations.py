"""Durations over sliding windows, in bounded memory: counts in fixed logarithmic buckets, a ring of slots a window.

A bucket is an eighth of a doubling, so a percentile is at most an eighth too high and never too low. A window slides by
whole slots: the last minute by 5 s, the last ten by half a minute, the last day by half an hour.
"""

from collections import Counter
from math import ceil
from typing import Literal

from msgspec import Struct

from core.market.instants import MINUTE, SECOND

WindowName = Literal["minute", "ten_minutes", "day"]
WINDOWS: dict[WindowName, tuple[int, int]] = {
    "minute": (12, 5 * SECOND),
    "ten_minutes": (20, 30 * SECOND),
    "day": (48, 30 * MINUTE),
}
"""How many slots, and how long each."""
FINEST = 8
"""Buckets a doubling."""
LONGEST = 48 * 60 * MINUTE
"""Longer durations count as this."""


class Percentiles(Struct, frozen=True):
    """What a window shows; durations in nanoseconds."""

    count: int
    p50: int
    p95: int
    p99: int


class Durations:
    """The durations of one stage."""

    def __init__(self) -> None:
        self._slots: dict[WindowName, dict[int, Counter[int]]] = {name: {} for name in WINDOWS}

    def add(self, ns: int, now: int) -> None:
        """One more, at a monotonic instant."""
        place = bucket(ns)
        for name, (slots, length) in WINDOWS.items():
            ring, slot = self._slots[name], now // length
            if slot not in ring:
                for old in [each for each in ring if each <= slot - slots]:
                    del ring[old]
                while len(ring) >= slots:
                    del ring[min(ring)]
                ring[slot] = Counter()
            ring[slot][place] += 1

    def percentile(self, q: float, window: WindowName, now: int) -> int | None:
        """The bound that `q` percent of the window's durations do not exceed; None if there are none."""
        return _percentile(self._counts(window, now), q)

    def over(self, window: WindowName, now: int) -> Percentiles | None:
        """The window in figures; None if nothing happened in it."""
        counts = self._counts(window, now)
        p50, p95, p99 = (_percentile(counts, q) for q in (50, 95, 99))
        if p50 is None or p95 is None or p99 is None:
            return None
        return Percentiles(counts.total(), p50, p95, p99)

    def _counts(self, window: WindowName, now: int) -> Counter[int]:
        slots, length = WINDOWS[window]
        oldest = now // length - slots
        total: Counter[int] = Counter()
        for slot, counts in self._slots[window].items():
            if slot > oldest:
                total.update(counts)
        return total


def bucket(ns: int) -> int:
    """The bucket of a duration; below eight nanoseconds each has its own."""
    ns = min(max(ns, 0), LONGEST)
    if ns < FINEST:
        return ns
    doublings = ns.bit_length() - FINEST.bit_length()
    return FINEST * doublings + (ns >> doublings)


def upper(place: int) -> int:
    """The longest duration of a bucket."""
    if place < FINEST:
        return place
    doublings, part = place // FINEST - 1, place % FINEST + FINEST
    return ((part + 1) << doublings) - 1


def _percentile(counts: Counter[int], q: float) -> int | None:
    wanted, seen = max(ceil(counts.total() * q / 100), 1), 0
    for place in sorted(counts):
        seen += counts[place]
        if seen >= wanted:
            return upper(place)
    return upper(max(counts)) if counts else None
