"""Ticks to try the tick path with: recorded ones, random ones and nasty ones, and kernels as plain Python."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
from hypothesis import strategies as st

from core.quant.kernel import Floats
from core.quant.ticks.layout import SECOND
from core.quant.ticks.stream import Stream, as_ticks
from core.quant.ticks.ticking import Records

NOON = 1_380_888_000 * SECOND
"""2013-10-04 12:00 UTC."""
DATA = Path(__file__).parents[2] / "data"


def recorded() -> Records:
    """IBM from the opening of 2013-10-07 on; the sequence is the order of arrival."""
    with gzip.open(DATA / "ibm_ticks_20131007.csv.gz", "rt") as lines:
        rows = [(int(row["at_ms"]), float(row["price"]), float(row["size"])) for row in csv.DictReader(lines)]
    times, prices, sizes = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    return as_ticks(np.zeros(count, np.int64), times * 1_000_000, np.arange(count), prices, sizes)


def walk(count: int, symbols: int = 1, seconds: float = 1.0, seed: int = 7) -> Records:
    """A random walk of each symbol, one tick every so many seconds of its own on average."""
    draw = np.random.default_rng(seed)
    names = draw.integers(0, symbols, count)
    times = NOON + np.cumsum(draw.integers(1, round(2 * seconds * SECOND / symbols), count))
    prices = 100 * np.exp(np.cumsum(draw.normal(0, 2e-4, count)))
    return as_ticks(names, times, np.arange(count), prices, draw.integers(1, 500, count).astype(float))


def steady(prices: list[float], seconds: float = 1.0, volume: float = 10.0) -> Records:
    """One symbol with these prices, evenly spaced from noon on."""
    count = len(prices)
    times = NOON + (np.arange(count) * seconds * SECOND).astype(np.int64)
    return as_ticks(np.zeros(count, np.int64), times, np.arange(count), np.array(prices), np.full(count, volume))


@st.composite
def nasty(draw: st.DrawFn, longest: int = 120) -> Records:
    """What feeds do at their worst, mixed with what they should do."""
    count = draw(st.integers(0, longest))
    seed = draw(st.integers(0, 2**32 - 1))
    dice = np.random.default_rng(seed)
    ticks = walk(count, symbols=3, seconds=dice.choice([0.3, 20.0, 400.0]), seed=seed)
    spoilt = dice.random(count) < 0.25
    ticks["price"][spoilt] = dice.choice([np.nan, 0.0, -3.0, np.inf, 1e300, 90.0, 120.0], spoilt.sum())
    ticks["volume"][dice.random(count) < 0.2] = np.nan
    ticks["volume"][dice.random(count) < 0.05] = -1.0
    ticks["at"][dice.random(count) < 0.1] -= 30 * SECOND
    ticks["at"][dice.random(count) < 0.02] = -(2**63)
    again = np.flatnonzero(dice.random(count) < 0.1)
    return np.concatenate([ticks, ticks[again]])[np.argsort([*range(count), *again], kind="stable")]


def one_by_one(stream: Stream, ticks: Records) -> list[int]:
    """The same ticks through the door for single ones."""
    return [stream.tick(stream.symbols[index], *rest) for index, *rest in ticks.tolist()]


def bits(rows: Floats) -> bytes:
    return rows.tobytes()


def uncompiled(kernel: Any, known: dict[Any, Any] | None = None) -> Callable[..., Any]:
    """A kernel, and all it calls, as plain Python."""
    known = {} if known is None else known
    function = getattr(kernel, "py_func", kernel)
    if function not in known:
        scope = dict(function.__globals__)
        known[function] = FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
        for name in function.__code__.co_names:
            if hasattr(scope.get(name), "py_func"):
                scope[name] = uncompiled(scope[name], known)
    plain: Callable[..., Any] = known[function]
    return plain
