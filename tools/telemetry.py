"""How long the stages of a run take: sliding windows, counts by outcome, levels missed. Bounded, and never fails."""

from collections import Counter, deque
from collections.abc import Mapping

from msgspec import Struct

from core.desk.durations import WINDOWS, Durations, Percentiles, WindowName
from core.desk.service_levels import Level, Streak, follow
from core.facts.operations import ServiceLevelMissed
from core.ports.clock import Clock

OTHER = "other"
"""Where stages and outcomes are counted that came after there were too many names."""


class StageSummary(Struct, frozen=True):
    """One stage in figures; durations in nanoseconds."""

    count: int
    outcomes: dict[str, int]
    longest: int
    windows: dict[WindowName, Percentiles]
    """Those in which anything happened."""
    level: Level | None
    """What it is held against."""
    missed_in_a_row: int


class StageTimes:
    """Telemetry in memory: at most `names` stages and as many outcomes of each, and the last `keep` misses."""

    def __init__(
        self, clock: Clock, levels: Mapping[str, Level] | None = None, names: int = 128, keep: int = 128
    ) -> None:
        self._clock = clock
        self._levels = dict(levels or {})
        self._names = names
        self._durations: dict[str, Durations] = {}
        self._longest: dict[str, int] = {}
        self._outcomes: dict[str, Counter[str]] = {}
        self._streaks: dict[str, Streak] = {}
        self._missed: deque[ServiceLevelMissed] = deque(maxlen=keep)

    @property
    def has_missed(self) -> bool:
        """Whether there is a miss to be told."""
        return bool(self._missed)

    def observe(self, stage: str, ns: int, outcome: str) -> None:
        """One stage took so long and ended so."""
        if stage not in self._durations and len(self._durations) >= self._names:
            stage = OTHER
        self._durations.setdefault(stage, Durations()).add(ns, self._clock.elapsed())
        self._longest[stage] = max(ns, self._longest.get(stage, ns))
        outcomes = self._outcomes.setdefault(stage, Counter())
        outcomes[outcome if outcome in outcomes or len(outcomes) < self._names else OTHER] += 1
        self._judge(stage, ns)

    def take_missed(self) -> list[ServiceLevelMissed]:
        """The misses that are to be told, once each."""
        missed = list(self._missed)
        self._missed.clear()
        return missed

    def percentile(self, stage: str, q: float, window: WindowName = "day") -> int | None:
        """What `q` percent of the window's durations do not exceed; None if there are none."""
        durations = self._durations.get(stage)
        return durations.percentile(q, window, self._clock.elapsed()) if durations else None

    def summary(self) -> dict[str, StageSummary]:
        """Every stage in figures, in the order of first sight."""
        return {stage: self._summary(stage) for stage in self._durations}

    def _judge(self, stage: str, ns: int) -> None:
        level = self._levels.get(stage)
        if level is not None:
            self._streaks[stage], missed = follow(self._streaks.get(stage, Streak()), stage, level, ns)
            if missed is not None:
                self._missed.append(missed)

    def _summary(self, stage: str) -> StageSummary:
        now, durations = self._clock.elapsed(), self._durations[stage]
        shown = {name: durations.over(name, now) for name in WINDOWS}
        outcomes = dict(self._outcomes[stage])
        return StageSummary(
            count=sum(outcomes.values()),
            outcomes=outcomes,
            longest=self._longest[stage],
            windows={name: figures for name, figures in shown.items() if figures is not None},
            level=self._levels.get(stage),
            missed_in_a_row=self._streaks.get(stage, Streak()).length,
        )
