"""Runs the graph once for every accepted event, in order of priority, and sees to it that each ends in one outcome.

The queue is bounded. When it is full the oldest waiting event of the lowest priority gives way and is settled as
superseded: it was accepted, so it too gets its outcome. Exits and operator commands never pass through here.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from core.facts.desk import Outcome, RunSettled
from core.facts.operations import RunTimed
from core.facts.risk import RiskAlert
from core.facts.signals import SignalGenerated
from core.record.envelope import Draft, Recorded
from graphs.combat import CombatGraph
from graphs.state import STATE_VERSION, Desk, Run
from runtime.draining import ended
from runtime.projections import Projections
from tools.safeguards.budget import deciding

if TYPE_CHECKING:
    from tools.safeguards.stack import Guardroom

TIMINGS_AT_ONCE = 50
"""Measured durations are written in batches; losing the last few to a crash loses no decision."""


@dataclass(frozen=True, order=True)
class Waiting:
    """An accepted event that has not started yet; the smaller goes first."""

    priority: int
    order: int
    accepted: Recorded
    offered: int
    """The monotonic instant at which it was handed over."""


class Dispatch:
    """Owns the queue and the running graphs."""

    def __init__(self, graph: CombatGraph, desk: Desk, projections: Projections, capacity: int, at_once: int) -> None:
        self._graph = graph
        self._desk = desk
        self._books = projections
        self._capacity = capacity
        self._at_once = at_once
        self._waiting: list[Waiting] = []
        self._running: set[asyncio.Task[None]] = set()
        self._timings: list[Draft] = []
        self._offered = 0
        self._room: Guardroom | None = None
        self._shut: set[tuple[str, int]] = set()
        self._begin: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]] = asyncio.create_task

    def join(self, tasks: asyncio.TaskGroup) -> None:
        """From now on a run that cannot even be settled ends this group, and with it the desk."""
        self._begin = tasks.create_task

    def attend(self, room: "Guardroom") -> None:
        """From now on whoever reads the record is told when a model stays shut; once each time it happens."""
        self._room = room

    async def offer(self, accepted: Recorded, priority: int = 5) -> None:
        """Queue an accepted event; it starts at once while there is room."""
        self._offered += 1
        heappush(self._waiting, Waiting(priority, self._offered, accepted, self._desk.clock.elapsed()))
        if len(self._waiting) > self._capacity:
            await self._give_way()
        self._launch()

    async def drain(self) -> None:
        """Wait until every accepted event has its outcome, then write the remaining durations."""
        await ended(self._running)
        await self._write_timings(at_least=1)

    def _launch(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            task = self._begin(self._run(heappop(self._waiting)))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is None:
            self._launch()

    async def _give_way(self) -> None:
        lowest = max(waiting.priority for waiting in self._waiting)
        oldest = min(waiting for waiting in self._waiting if waiting.priority == lowest)
        self._waiting.remove(oldest)
        heapify(self._waiting)
        await self._settle(oldest.accepted, "superseded", f"more than {self._capacity} events were waiting")

    async def _run(self, waiting: Waiting) -> None:
        accepted = waiting.accepted
        signal = accepted.fact
        if not isinstance(signal, SignalGenerated):
            raise TypeError(f"dispatch runs accepted signals, not {accepted.envelope.type}")
        run = Run(aside=deciding)
        start = self._desk.clock.elapsed()
        try:
            with deciding():
                await self._graph.ainvoke(
                    {"version": STATE_VERSION, "run": signal.run, "cause": accepted.envelope.id, "event": signal.event},
                    context=replace(self._desk, run=run),
                    output_keys="outcome",
                    version="v2",
                )
            lost = signal.run in self._books.state().runs
            fault = "the run ended without an outcome" if lost else ""
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        if fault:
            await self._failed(accepted, fault)
        await self._tell_of_models(accepted)
        end = self._desk.clock.elapsed()
        self._observe(run, start - waiting.offered, end - waiting.offered, "failed" if fault else "done")
        await self._timed(signal.run, run.stages | {"run": end - start})

    def _observe(self, run: Run, waited: int, cycle: int, outcome: str) -> None:
        """The stages that no node sees: from the event to its analysis, and to its outcome."""
        if "brief" in run.stages:
            self._desk.telemetry.observe("detection", waited + run.stages["brief"], outcome)
        self._desk.telemetry.observe("cycle", cycle, outcome)

    async def _failed(self, accepted: Recorded, fault: str) -> None:
        alert = RiskAlert(
            code="RUN_FAILED",
            figure=Decimal(1),
            limit=Decimal(0),
            done=f"the run was settled as failed and placed nothing further: {fault}",
            severity="danger",
        )
        now, run = self._desk.clock.now(), accepted.envelope.metadata.correlation
        cause = accepted.envelope.id
        await self._books.append([Draft("desk", f"{run}.failed", now, alert, run, cause)])
        if run in self._books.state().runs:
            await self._settle(accepted, "failed", fault)

    async def _tell_of_models(self, accepted: Recorded) -> None:
        found = self._room.open_circuits() if self._room else {}
        shut = {(name, each.counts().figures["opened"]): each for name, each in found.items() if each.is_grave}
        news, self._shut = sorted(shut.keys() - self._shut), set(shut)
        run, now = accepted.envelope.metadata.correlation, self._desk.clock.now()
        for place, (name, time) in enumerate(news):
            alert = RiskAlert(
                code="MODEL_SHUT",
                figure=Decimal(len(shut)),
                limit=Decimal(0),
                done=f"{name} is not asked any more: {shut[name, time].says()}",
                severity="warning",
            )
            await self._books.append([Draft("desk", f"{run}.shut.{place}", now, alert, run, accepted.envelope.id)])

    async def _settle(self, accepted: Recorded, outcome: Outcome, reason: str) -> None:
        run, cause = accepted.envelope.metadata.correlation, accepted.envelope.id
        settled = RunSettled(run, outcome, reason)
        now = self._desk.clock.now()
        await self._books.append([Draft(f"run:{run}", f"{run}.settled", now, settled, run, cause)])

    async def _timed(self, run: str, stages: dict[str, int]) -> None:
        now = self._desk.clock.now()
        self._timings.append(Draft(f"run:{run}", f"{run}.timed", now, RunTimed(run, stages), run, run))
        await self._write_timings(at_least=TIMINGS_AT_ONCE)

    async def _write_timings(self, at_least: int) -> None:
        if len(self._timings) >= at_least:
            timings, self._timings = self._timings, []
            await self._books.append(timings)
