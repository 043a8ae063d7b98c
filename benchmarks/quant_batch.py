"""Batch indicators against TA-Lib, and against `memcpy` of the bytes that each must read and write.

Ours write into arrays that exist, as a desk does that calls them again and again; TA-Lib has no such form and makes new
arrays each time. What a new array costs depends on what a process did before, so each group runs in a process of its
own. (Where the heap is warm with freed arrays of the same size TA-Lib's MACD and Bollinger take about two thirds of the
time shown here.) "OsMA allocating" gives ours the same handicap. In the panel both sides end with the figures of all
symbols in memory.
"""

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
import talib

from benchmarks.report import Row, paired
from core.quant.indicators.gauges import CUSTOMARY, Gauges, gauges
from core.quant.indicators.momentum import rsi
from core.quant.indicators.osma import osma
from core.quant.indicators.volatility import Bands, atr, bollinger
from core.quant.kernel import Floats

SIZES = {1_000_000: 25, 10_000_000: 9}
"""Points of the series, and how many pairs of each race are run."""
SYMBOLS, ROWS = 56, 40_000
MOST_WORDS = 9

Run = Callable[[], object]


class Race(NamedTuple):
    """One indicator, its rival, and how many numbers per point it has to read and write."""

    name: str
    ours: Run
    theirs: Run
    goal: float
    words: int


def measure(sizes: Mapping[int, int] = SIZES, rows: int = ROWS) -> list[Row]:
    """One series of each size, then a panel, each in a fresh process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes:
        groups = [processes.submit(series_rows, size, pairs) for size, pairs in sizes.items()]
        groups.append(processes.submit(panel_rows, rows, min(sizes.values())))
        return [row for group in groups for row in group.result()]


def series_rows(size: int, pairs: int) -> list[Row]:
    """All indicators of one series."""
    source, target = np.ones(size * MOST_WORDS // 2), np.zeros(size * MOST_WORDS // 2)
    return [
        row
        for race in races(size)
        for row in rows_of(race, size, pairs, copying(source, target, size * race.words // 2))
    ]


def panel_rows(rows: int, pairs: int) -> list[Row]:
    """OsMA of a panel."""
    points = rows * SYMBOLS
    return rows_of(panel_race(rows), points, pairs, copying(np.ones(points), np.zeros(points), points), 2.0)


def copying(source: Floats, target: Floats, length: int) -> Run:
    """`memcpy` of so many numbers."""
    return lambda: np.copyto(target[:length], source[:length])


def races(size: int) -> list[Race]:
    """Each indicator of one series."""
    high, low, close = walk(size)
    first, second, third, upper, middle, lower = (np.zeros(size) for _ in range(6))
    lines, width = Bands(upper, middle, lower), CUSTOMARY.width
    four, label = Gauges(first, second, third, lines), f"{size:.0e}".replace("+0", "")

    def macd() -> object:
        return talib.MACD(close, *CUSTOMARY.spans)

    def bbands() -> object:
        return talib.BBANDS(close, CUSTOMARY.bands, width, width)

    def four_of_theirs() -> object:
        return macd(), talib.RSI(close), talib.ATR(high, low, close), bbands()

    return [
        Race(f"OsMA {label}", lambda: osma(close, out=first), macd, 1.4, 2),
        Race(f"OsMA {label} allocating", lambda: osma(close), macd, 1.4, 2),
        Race(f"RSI {label}", lambda: rsi(close, out=second), lambda: talib.RSI(close), 1.5, 2),
        Race(f"ATR {label}", lambda: atr(high, low, close, out=third), lambda: talib.ATR(high, low, close), 1.0, 4),
        Race(f"Bollinger {label}", lambda: bollinger(close, out=lines), bbands, 2.0, 4),
        Race(f"four fused {label}", lambda: gauges(high, low, close, out=four), four_of_theirs, 3.0, MOST_WORDS),
    ]


def panel_race(rows: int) -> Race:
    """OsMA of many symbols side by side, against TA-Lib on each symbol's own contiguous series."""
    draws = np.random.default_rng(2).normal(0, 1e-4, (rows, SYMBOLS))
    panel = np.ascontiguousarray(100 * np.exp(np.cumsum(draws, axis=0)))
    series, out = np.ascontiguousarray(panel.T), np.zeros_like(panel)

    def theirs() -> object:
        return [talib.MACD(close, *CUSTOMARY.spans) for close in series]

    return Race(f"OsMA of {SYMBOLS} symbols x {rows:,}", lambda: osma(panel, out=out), theirs, 8.0, 2)


def rows_of(race: Race, points: int, pairs: int, memcpy: Run, memcpy_goal: float = np.inf) -> list[Row]:
    """The race itself, and how many times as long as `memcpy` ours takes."""
    rival, copy = paired(race.ours, race.theirs, pairs), paired(race.ours, memcpy, pairs)
    scale = 1e9 / points
    goal, bound = f">= {race.goal}", f"<= {memcpy_goal}" if memcpy_goal < np.inf else "report"
    against, times = f"{race.name}, against TA-Lib", f"{race.name}, times memcpy of {8 * race.words} bytes"
    met, near = rival.speed >= race.goal, copy.cost <= memcpy_goal
    return [
        Row(against, rival.speed, goal, met, rival.ours * scale, rival.theirs * scale, "ns/point", pairs),
        Row(times, copy.cost, bound, near, copy.ours * scale, copy.theirs * scale, "ns/point", pairs),
    ]


def walk(size: int) -> tuple[Floats, Floats, Floats]:
    """High, low and close of a random walk."""
    draws = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(draws.normal(0, 1e-4, size)))
    return close * (1 + 1e-4 * draws.random(size)), close * (1 - 1e-4 * draws.random(size)), close
