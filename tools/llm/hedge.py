"""A chain of models in which nobody waits for a slow one: the next is asked beside it, and the first answer wins.

How long is slow is learned: a little more than a percentile of the model's newest latencies, but never more than a part
of the time left, so that whoever is asked next can still be in time. A call that lost is cut off and counts as having
taken what it had taken so far; without that, the slowest would be forgotten and the wait would shrink and shrink. A
failure, or an answer cut short or empty, brings the next model at once. Losers are waited for: nothing is left behind.
"""

import asyncio
from asyncio import Task
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from core.errors import Degraded, Transient
from core.ports.model import ChatModel, ChatRequest, Completion
from tools.llm.fallback import chained, worst
from tools.safeguards.counts import Counts
from tools.safeguards.deadline import left
from tools.safeguards.terms import HedgeTerms

MARGIN = 1.05
"""A model that always takes the same time is never slow."""


class Latencies:
    """The newest latencies of one model, in seconds."""

    def __init__(self, terms: HedgeTerms) -> None:
        self._terms = terms
        self._seen: deque[float] = deque(maxlen=terms.window)

    def add(self, seconds: float) -> None:
        """Learn one."""
        self._seen.append(seconds)

    def patience(self) -> float:
        """How long to wait for an answer before the next model is asked."""
        terms = self._terms
        learned = float(terms.untaught_seconds)
        if len(self._seen) >= terms.least:
            learned = sorted(self._seen)[ceil(len(self._seen) * terms.percentile / 100) - 1] * MARGIN
        remaining = left()
        latest = learned if remaining is None else remaining * float(terms.share)
        return max(float(terms.shortest_seconds), min(learned, latest))


class Hedge:
    """Asks the models of a chain, the next one beside those that take too long."""

    def __init__(self, models: Sequence[ChatModel], terms: HedgeTerms) -> None:
        self.name, self.label = chained(models)
        self.models = tuple(models)
        self.latencies = tuple(Latencies(terms) for _ in models)
        self.figures = {"requests": 0, "calls": 0, "hedged": 0, "after_fault": 0, "won_by_later": 0, "cut_off": 0}

    async def complete(self, request: ChatRequest) -> Completion:
        """The first answer; if none comes, the worst of all faults."""
        self.figures["requests"] += 1
        race = _Race(self, request)
        try:
            return await race.run()
        finally:
            await race.clear()

    def counts(self) -> Counts:
        """Requests, calls, those made for impatience or after a fault, who won, and what was cut off."""
        return Counts("hedge", self.name, dict(self.figures))


@dataclass
class _Race:
    hedge: Hedge
    request: ChatRequest
    running: dict[Task[Completion], tuple[int, float]] = field(default_factory=dict)
    """Place in the chain, and when it began."""
    started: int = 0
    faults: list[Transient | Degraded] = field(default_factory=list)
    unfinished: Completion | None = None

    async def run(self) -> Completion:
        self._start("calls")
        while self.running:
            done, _ = await asyncio.wait(self.running, timeout=self._patience(), return_when="FIRST_COMPLETED")
            for task in sorted(done, key=lambda task: self.running[task]):
                if (answer := self._read(task)) is not None:
                    return answer
            if self.started < len(self.hedge.models):
                self._start("after_fault" if done else "hedged")
        if self.unfinished is not None:
            return self.unfinished
        raise worst(self.faults)

    async def clear(self) -> None:
        """Cut off who still runs and wait until they have gone."""
        for task, (place, began) in self.running.items():
            task.cancel()
            self.hedge.figures["cut_off"] += 1
            if place + 1 < self.started:
                self.hedge.latencies[place].add(asyncio.get_running_loop().time() - began)
        if self.running:
            await asyncio.wait(self.running)

    def _start(self, why: str) -> None:
        task = asyncio.create_task(self.hedge.models[self.started].complete(self.request))
        self.running[task] = self.started, asyncio.get_running_loop().time()
        self.started += 1
        self.hedge.figures["calls"] += 1
        if why != "calls":
            self.hedge.figures[why] += 1

    def _patience(self) -> float | None:
        last = self.started - 1
        return self.hedge.latencies[last].patience() if self.started < len(self.hedge.models) else None

    def _read(self, task: Task[Completion]) -> Completion | None:
        """The answer of a call that has ended, if it is one."""
        place, began = self.running.pop(task)
        try:
            completion = task.result()
        except (Transient, Degraded) as fault:
            self.faults.append(fault)
            return None
        if not finished(completion):
            self.unfinished = self.unfinished or completion
            return None
        self.hedge.latencies[place].add(asyncio.get_running_loop().time() - began)
        self.hedge.figures["won_by_later"] += place > 0
        return completion


def finished(completion: Completion) -> bool:
    """Whether it is an answer: said to its end, even if that is a refusal, and not empty."""
    if completion.finish in ("refusal", "content_filter"):
        return True
    return completion.finish in ("stop", "tools") and bool(completion.text.strip() or completion.tool_calls)
