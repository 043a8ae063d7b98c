"""How long a person waits: for `--help`, against the one import it cannot do without, and for the first event.

Whole processes are measured, warm: a first run of each is not counted, and it leaves its bytecode in a folder of this
measurement, whatever the machine does with bytecode otherwise. `serve` counts as ready when it tells what became of its
first event, a moment after that was accepted.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.report import Row, paired

AEGIS = str(Path(sys.executable).with_name("aegis-agents"))
HELP_GOAL = 4.0
READY_GOAL = 5.0
BEFORE_EVENTS = ("DESK", "DAY")
"""What `serve` tells before there is an event."""

Environment = dict[str, str]


def measure(pairs: int = 15, starts: int = 5) -> list[Row]:
    """Both bars; the first by the clock on the wall and by the processes' own CPU."""
    with TemporaryDirectory(prefix="aegis-bench-") as bytecode:
        warm = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        warm.pop("PYTHONDONTWRITEBYTECODE", None)
        wall = _help(warm, "wall", time.perf_counter, pairs)
        return [wall, _help(warm, "CPU", _cpu_of_children, pairs), _ready(warm, starts)]


def _help(warm: Environment, kind: str, clock: Callable[[], float], pairs: int) -> Row:
    def run(*command: str) -> None:
        subprocess.run(command, env=warm, stdout=subprocess.DEVNULL, check=True)

    result = paired(lambda: run(AEGIS, "--help"), lambda: run(sys.executable, "-c", "import typer"), pairs, clock)
    label = f"aegis-agents --help, {kind}, against import typer"
    met = result.cost <= HELP_GOAL
    return Row(label, result.cost, f"<= {HELP_GOAL:g}", met, result.ours * 1e3, result.theirs * 1e3, "ms", pairs)


def _ready(warm: Environment, starts: int) -> Row:
    took = median([_start(warm) for _ in range(starts + 1)][1:])
    label = "serve, from start to its first event, against 5 s"
    return Row(label, took / READY_GOAL, "<= 1", took <= READY_GOAL, took, READY_GOAL, "s", starts)


def _start(warm: Environment) -> float:
    with TemporaryDirectory(prefix="aegis-bench-") as folder:
        begin = time.perf_counter()
        command = (AEGIS, "serve", "--profile", "demo", "--until-end", "--state", folder)
        with subprocess.Popen(command, env=warm, stdout=subprocess.PIPE, text=True) as desk:
            told = (line.split() for line in desk.stdout or ())
            first = next((words for words in told if words[2] not in BEFORE_EVENTS), None)
            took = time.perf_counter() - begin
            desk.kill()
        if first is None:
            raise RuntimeError(f"serve ended with status {desk.returncode} before its first event")
    return took


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
