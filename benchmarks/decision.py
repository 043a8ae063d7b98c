"""What a decision costs: CPU from the accepted event to its outcome, and how soon the analyst starts in a burst.

Both sides run in one process on asyncio's own loop, batch by batch in turn. Ours is everything but the models: a batch
of events goes through Dispatch one by one, with the SQLite journal, the full sync of each intent and the durations that
Dispatch writes behind the batch. Beside the bars stands the ratio to a graph without conditional edges.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import bare, instant
from benchmarks.instant import Bench, InstantModel
from benchmarks.report import Row, paired
from core.facts.models import Role
from core.ports.model import ChatModel

BATCH = 5
PAIRS = 40
BURST = 50
BURSTS = 15


class Stopwatch:
    """Seconds so far; those of `running` are CPU of this process."""

    def __init__(self) -> None:
        self.total = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what happens inside."""
        begin = time.process_time()
        yield
        self.total += time.process_time() - begin

    def read(self) -> float:
        """The seconds so far, as a clock."""
        return self.total


def measure(pairs: int = PAIRS, bursts: int = BURSTS) -> list[Row]:
    """Three bars: executed, ended without an order, and the start in a burst."""
    with asyncio.Runner() as runner, TemporaryDirectory(prefix="aegis-bench-") as folder:
        executed = _Race(runner, Path(folder, "executed"), instant.APPROVAL, "executed")
        vetoed = _Race(runner, Path(folder, "vetoed"), instant.VETO, "vetoed")
        rows = [
            executed.row("executed", bare.routed(), 1.6, pairs),
            executed.row("executed, linear graph", bare.linear("command", "gate", "execute", "settle"), None, pairs),
            vetoed.row("vetoed", bare.routed("veto"), 1.3, pairs),
            vetoed.row("vetoed, linear graph", bare.linear("settle"), None, pairs),
        ]
        executed.close()
        vetoed.close()
        return [*rows, _burst(runner, Path(folder, "burst"), bursts)]


class _Race:
    """One desk against plain graphs, on one kind of event."""

    def __init__(self, runner: asyncio.Runner, folder: Path, verification: Mapping[str, Any], outcome: str) -> None:
        self._runner = runner
        self._watch = Stopwatch()
        self._bench = Bench(folder, _seats(verification), at_once=1)
        self._outcome = outcome
        runner.run(self._bench.open())

    def row(self, label: str, graph: bare.Bare, goal: float | None, pairs: int) -> Row:
        """One measurement; every event must have ended as it was meant to."""
        before = self._bench.outcomes().get(self._outcome, 0)
        result = paired(self._ours, lambda: self._theirs(graph), pairs, self._watch.read)
        ended = self._bench.outcomes().get(self._outcome, 0) - before
        if ended != (pairs + 1) * BATCH:
            raise RuntimeError(f"{ended} of {(pairs + 1) * BATCH} runs were {self._outcome}: {self._bench.outcomes()}")
        return _row(f"CPU per decision, {label}", result.cost, goal, result.ours / BATCH, result.theirs / BATCH, pairs)

    def close(self) -> None:
        """Close the desk."""
        self._runner.run(self._bench.close())

    def _ours(self) -> None:
        accepted = self._runner.run(self._bench.accept(BATCH))
        with self._watch.running():
            self._runner.run(self._bench.decide(accepted))

    def _theirs(self, graph: bare.Bare) -> None:
        async def decide() -> None:
            for number in range(BATCH):
                await graph.ainvoke(_first(number))

        with self._watch.running():
            self._runner.run(decide())


def _burst(runner: asyncio.Runner, folder: Path, bursts: int) -> Row:
    """Events offered at one instant; how long until all but the slowest percent of their analysts were asked."""
    starts: list[float] = []
    watch = Stopwatch()
    bench = Bench(folder, _seats(instant.VETO, lambda: starts.append(time.perf_counter())), at_once=BURST)
    graph = bare.routed("veto", lambda: starts.append(time.perf_counter()))

    def late(run: Coroutine[Any, Any, object]) -> None:
        starts.clear()
        begin = time.perf_counter()
        runner.run(run)
        watch.total += sorted(starts)[ceil(BURST * 0.99) - 1] - begin

    async def theirs() -> None:
        await asyncio.gather(*(graph.ainvoke(_first(number)) for number in range(BURST)))

    runner.run(bench.open())
    result = paired(
        lambda: late(bench.decide(runner.run(bench.accept(BURST)))), lambda: late(theirs()), bursts, watch.read
    )
    runner.run(bench.close())
    return _row(f"burst of {BURST}, p99 of the wait for the analyst", result.cost, 2.0, *result[:2], bursts)


def _seats(verification: Mapping[str, Any], asked: Callable[[], object] = lambda: None) -> dict[Role, ChatModel]:
    return {
        "analyst": InstantModel(instant.ANALYSIS, asked),
        "verifier": InstantModel(verification),
        "commander": InstantModel(instant.DECISION),
    }


def _first(number: int) -> bare.State:
    return {"version": 1, "run": f"run {number}", "cause": "signal", "event": "price shock"}


def _row(name: str, cost: float, goal: float | None, ours: float, theirs: float, n: int) -> Row:
    met = goal is None or cost <= goal
    return Row(name, cost, "no bar" if goal is None else f"<= {goal}", met, ours * 1e6, theirs * 1e6, "us", n)
