"""Stories of a desk that is killed again and again and in the end left alone; then the judge reads what it did.

First every step once, before and then after it is durable, then stories drawn from a seed: up to six deaths on one
state folder, at named points or at any moment, until time is over.
"""

import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.judge import events_of, judge
from tests.chaos.lives import EDGES, STEPS, Point
from tests.chaos.spawning import Zygote

Death = Point | float
"""A named point, or so many seconds after birth."""
POINTS = {(edge, step) for edge in EDGES for step in STEPS}
LED_TO_BY = {"ORDER_NOT_PLACED": [Point("before", "submit")]}
"""Steps that only a desk takes which has died in this way before."""
MOST_DEATHS = 6


@dataclass
class Tally:
    """What a campaign came to."""

    seed: int
    stories: int = 0
    at_points: Counter[Point] = field(default_factory=Counter)
    at_moments: int = 0
    abandoned: int = 0
    findings: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        return self.at_points.total() + self.at_moments

    def __str__(self) -> str:
        others = self.kinds.total() - self.kinds["double"] - self.kinds["lost"]
        return (
            f"{self.kills} kills, {self.kinds['double']} double, {self.kinds['lost']} lost, {others} other findings "
            f"(seed {self.seed}: {self.at_points.total()} kills at {len({p[:2] for p in self.at_points})} of "
            f"{len(POINTS)} named points, {self.at_moments} at random moments, {self.stories} stories, "
            f"{self.abandoned} cut runs abandoned)"
        )


class Campaign:
    """Tells stories on state folders below one folder."""

    def __init__(self, zygote: Zygote, environment: Mapping[str, str], folder: Path, seed: int) -> None:
        self._zygote = zygote
        self._environment = environment
        self._folder = folder
        self._draw = Random(seed)
        self._lifetime = 0.0
        """Seconds an undisturbed life takes, as far as is known."""
        self.tally = Tally(seed)

    def run(self, seconds: float) -> Tally:
        """Every planned story, then drawn ones while there is time."""
        began = time.monotonic()
        self._story("untouched", [])
        for deaths in planned():
            self._story(f"planned-{self.tally.stories}", deaths)
        while time.monotonic() - began < seconds:
            self._story(f"drawn-{self.tally.stories}", self._drawn())
        return self.tally

    def _drawn(self) -> list[Death]:
        draw = self._draw
        return [
            Point(draw.choice(EDGES), draw.choice(STEPS), draw.choice((1, 1, 1, 2, 3)))
            if draw.random() < 0.5
            else draw.uniform(0, self._lifetime) * draw.random()
            for _ in range(draw.randint(1, MOST_DEATHS))
        ]

    def _story(self, name: str, deaths: list[Death]) -> None:
        state, tally = self._folder / name, self.tally
        for death in deaths:
            if not self._dies(state, death):
                break
        born = time.monotonic()
        life = self._zygote.begin("desk", self._environment, state=str(state))
        found = judge(state) if life.ended() == 0 else []
        self._lifetime = self._lifetime or time.monotonic() - born
        tally.stories += 1
        tally.kinds.update(finding.kind for finding in found)
        tally.findings += [f"{name} {deaths}: {finding.text}" for finding in found]
        if life.complaints:
            tally.kinds["failed"] += 1
            tally.findings.append(f"{name} {deaths}: {life.complaints[-1]}")
        settled = [event.data["outcome"] for event in events_of(state) if event.name == "RUN_SETTLED"]
        tally.abandoned += settled.count("abandoned")

    def _dies(self, state: Path, death: Death) -> bool:
        at_point = isinstance(death, Point)
        life = self._zygote.begin("desk", self._environment, state=str(state), point=death if at_point else None)
        if not isinstance(death, Point):
            time.sleep(death)
            life.signal(signal.SIGKILL)
        if life.ended() != -signal.SIGKILL:
            return False
        if isinstance(death, Point):
            self.tally.at_points[death] += 1
        else:
            self.tally.at_moments += 1
        return True


def planned() -> Iterator[list[Death]]:
    """A story for each step."""
    for step in STEPS:
        yield [*LED_TO_BY.get(step, ()), *(Point(edge, step) for edge in EDGES)]
