"""How long the stages of a run take: the latest durations of each, and counts by outcome. Bounded, and never fails."""

from collections import Counter, deque
from math import ceil

from msgspec import Struct

OTHER = "other"
"""Where stages and outcomes are counted that came after there were too many names."""


class StageSummary(Struct, frozen=True):
    """One stage in figures; durations in nanoseconds, percentiles over the latest ones kept."""

    count: int
    outcomes: dict[str, int]
    p50: int
    p99: int
    longest: int


class StageTimes:
    """Telemetry in memory: `keep` durations a stage, at most `names` stages and as many outcomes of each."""

    def __init__(self, keep: int = 1024, names: int = 128) -> None:
        self._keep = keep
        self._names = names
        self._latest: dict[str, deque[int]] = {}
        self._longest: dict[str, int] = {}
        self._outcomes: dict[str, Counter[str]] = {}

    def observe(self, stage: str, ns: int, outcome: str) -> None:
        """One stage took so long and ended so."""
        if stage not in self._latest and len(self._latest) >= self._names:
            stage = OTHER
        self._latest.setdefault(stage, deque(maxlen=self._keep)).append(ns)
        self._longest[stage] = max(ns, self._longest.get(stage, ns))
        outcomes = self._outcomes.setdefault(stage, Counter())
        outcomes[outcome if outcome in outcomes or len(outcomes) < self._names else OTHER] += 1

    def percentile(self, stage: str, q: float) -> int | None:
        """The duration that `q` percent of the latest ones do not exceed; None if there are none."""
        kept = sorted(self._latest.get(stage, ()))
        return kept[min(max(ceil(len(kept) * q / 100), 1), len(kept)) - 1] if kept else None

    def summary(self) -> dict[str, StageSummary]:
        """Every stage in figures, in the order of first sight."""
        return {stage: self._summary(stage) for stage in self._latest}

    def _summary(self, stage: str) -> StageSummary:
        p50, p99 = (self.percentile(stage, q) or 0 for q in (50, 99))
        outcomes = dict(self._outcomes[stage])
        return StageSummary(sum(outcomes.values()), outcomes, p50, p99, self._longest[stage])
