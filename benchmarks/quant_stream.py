"""The tick path against its bars: ticks per second, what chunks and single calls cost, and how long a start takes.

talipp is fed with the same bars one by one, as it is meant to be. ta-numba is an optional rival: without it its row is
left out, and a line says so.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from talipp.indicators import ATR, BB, MACD, RSI  # type: ignore[import-untyped]
from talipp.ohlcv import OHLCV  # type: ignore[import-untyped]

from benchmarks.report import Row, paired
from core.quant.kernel import Floats
from core.quant.ticks.quartet import Quartet
from core.quant.ticks.stream import Stream, as_ticks
from core.quant.ticks.ticking import Records

TICKS = 400_000
SYMBOLS = 50
CHUNK = 256
BARS = 4_000
MICRO = 64
PAIRS = 9
STARTS = 7
ROOT = Path(__file__).parents[1]

BARE = "import numba; numba.njit(lambda x: x + 1.0)(1.0)"
CORE = """
from core.quant.ticks.stream import Stream, as_ticks
stream = Stream(["IBM"])
stream.batch(as_ticks([0], [1], [1], [184.05], [100.0]))
stream.tick("IBM", 2, 1, 184.06, 100.0)
stream.snapshot("IBM", 2)
"""


def measure(pairs: int = PAIRS, starts: int = STARTS) -> list[Row]:
    """The bars of the tick path."""
    return [*_rates(pairs), *_four_figures(pairs), *_ta_numba(pairs), _start(starts)]


def ticks(count: int, symbols: int) -> Records:
    """A random walk, a tick each millisecond on average."""
    draw = np.random.default_rng(0)
    times = 1_700_000_000_000_000_000 + np.cumsum(draw.integers(1_000, 2_000_000, count))
    prices = 100 * np.exp(np.cumsum(draw.normal(0, 1e-5, count)))
    volumes = draw.integers(1, 100, count).astype(float)
    return as_ticks(draw.integers(0, symbols, count), times, np.arange(count), prices, volumes)


def bars(count: int) -> tuple[Floats, Floats, Floats]:
    """Highs, lows and closes of a random walk."""
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 1e-4, count)))
    return closes + 0.01, closes - 0.01, closes


def _rates(pairs: int) -> list[Row]:
    tape = ticks(TICKS, SYMBOLS)
    names = [f"S{number}" for number in range(SYMBOLS)]
    chunks = [tape[at : at + CHUNK] for at in range(0, TICKS, CHUNK)]

    def whole() -> None:
        Stream(names).batch(tape)

    def chunked() -> None:
        stream = Stream(names)
        for chunk in chunks:
            stream.batch(chunk)

    result = paired(chunked, whole, pairs)
    ours, theirs = (seconds / TICKS * 1e9 for seconds in result[:2])
    rate = 1e3 / theirs
    report = f"full tick core, batch of {TICKS:,} ticks, {SYMBOLS} symbols"
    chunk_row = f"full tick core, chunks of {CHUNK} against the batch"
    return [
        Row(report, rate / 20, ">= 1 (20 M/s)", rate >= 20, rate, 20.0, "M ticks/s", pairs),
        Row(chunk_row, result.cost, "<= 1.5", result.cost <= 1.5, ours, theirs, "ns/tick", pairs),
    ]


def _four_figures(pairs: int) -> list[Row]:
    return [
        _row("four figures, single call, against talipp", _Race(_singly, _talipp, 5), 60, pairs),
        _row(f"four figures, micro-batch of {MICRO}, against talipp", _Race(_in_chunks, _talipp, 30), 300, pairs),
        _row("four figures, batch, against talipp", _Race(_at_once, _talipp, 100), 900, pairs),
    ]


def _ta_numba(pairs: int) -> list[Row]:
    if find_spec("ta_numba") is None:
        print("ta-numba is not installed: four figures, single call, against ta-numba is left out", file=sys.stderr)
        return []
    return [_row("four figures, single call, against ta-numba", _Race(_singly, _streams_of_ta_numba, 1), 3, pairs)]


class _Race(NamedTuple):
    """Both sides of a row; ours passes over the bars several times, so that it too runs for some milliseconds."""

    ours: Callable[[], None]
    theirs: Callable[[], None]
    passes: int

    def run(self) -> None:
        for _ in range(self.passes):
            self.ours()


def _row(name: str, race: _Race, goal: float, pairs: int) -> Row:
    result = paired(race.run, race.theirs, pairs)
    speed = result.speed * race.passes
    ours, theirs = result.ours / race.passes / BARS * 1e9, result.theirs / BARS * 1e9
    return Row(name, speed, f">= {goal:g}", speed >= goal, ours, theirs, "ns/tick", pairs)


SERIES = bars(BARS)
LISTS = [column.tolist() for column in SERIES]
CHUNKS = [tuple(column[at : at + MICRO] for column in SERIES) for at in range(0, BARS, MICRO)]
OUT = np.empty((BARS, 5))


def _singly() -> None:
    tick = Quartet().tick
    for high, low, close in zip(*LISTS, strict=True):
        tick(high, low, close)


def _in_chunks() -> None:
    batch = Quartet().batch
    for highs, lows, closes in CHUNKS:
        batch(highs, lows, closes, OUT[: closes.size])


def _at_once() -> None:
    Quartet().batch(*SERIES, OUT)


def _talipp() -> None:
    macd, rsi, atr, bands = MACD(12, 26, 9), RSI(14), ATR(14), BB(20, 2.0)
    for high, low, close in zip(*LISTS, strict=True):
        macd.add(close)
        rsi.add(close)
        atr.add(OHLCV(close, high, low, close, 1.0))
        bands.add(close)


def _streams_of_ta_numba() -> None:
    rivals = import_module("ta_numba.stream")
    macd, rsi, atr, bands = rivals.MACD(), rivals.RSI(), rivals.ATR(), rivals.BollingerBands()
    for high, low, close in zip(*LISTS, strict=True):
        macd.update(close)
        rsi.update(close)
        atr.update(high, low, close)
        bands.update(close)


def _start(starts: int) -> Row:
    """Both programs in new processes, bytecode and kernels on disk, as on every start but the first."""
    with TemporaryDirectory(prefix="aegis-bench-") as folder:
        warm = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/bytecode", "NUMBA_CACHE_DIR": f"{folder}/kernels"}
        for hindrance in ("PYTHONDONTWRITEBYTECODE", "NUMBA_DISABLE_JIT"):
            warm.pop(hindrance, None)
        pairs = [(_seconds(CORE, warm), _seconds(BARE, warm)) for _ in range(starts + 1)][1:]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(mine / other for mine, other in pairs)
    name = "whole-process warm start of the core, against a bare numba kernel"
    return Row(name, ratio, "<= 1.5 s", ours <= 1.5, ours, theirs, "s", starts)


def _seconds(program: str, environment: Mapping[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=environment)
    return time.perf_counter() - begin
