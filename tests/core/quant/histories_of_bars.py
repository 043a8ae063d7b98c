"""Bars to judge: recorded ones, random ones, and the same upside down."""

from collections.abc import Sequence

import numpy as np

from core.quant.indicators.candles import Candles
from core.quant.kernel import Floats
from tests.core.quant.tapes import recorded

SUM = 400.0
"""A price turned upside down is this less the price."""


def recorded_bars(ticks: int = 10) -> Candles:
    """IBM from the opening of 2013-10-07 on, so many trades to a bar."""
    prices = recorded()["price"]
    pieces = prices[: len(prices) // ticks * ticks].reshape(-1, ticks)
    return Candles(pieces[:, 0].copy(), pieces.max(axis=1), pieces.min(axis=1), pieces[:, -1].copy())


def random_bars(count: int, seed: int) -> Candles:
    """A walk on quarters, so that equal prices and exact ties are common."""
    draw = np.random.default_rng(seed)
    close = 200 + np.cumsum(draw.integers(-4, 5, count)) / 4
    opening = np.concatenate([[200.0], close[:-1]])[:count]
    return Candles(
        opening,
        np.maximum(opening, close) + draw.integers(0, 3, count) / 4,
        np.minimum(opening, close) - draw.integers(0, 3, count) / 4,
        close,
    )


def upside_down(bars: Candles) -> Candles:
    return Candles(SUM - bars.open, SUM - bars.low, SUM - bars.high, SUM - bars.close)


def until(bars: Candles, cut: int) -> Candles:
    return Candles(*(column[:cut].copy() for column in bars))


def scaled(bars: Candles, factor: float) -> Candles:
    return Candles(*(column * factor for column in bars))


def level(count: int, price: float = 0.0) -> Floats:
    return np.full(count, price)


def candles(rows: Sequence[tuple[float, float, float, float]]) -> Candles:
    return Candles(*(np.array(column, float) for column in zip(*rows, strict=True)))
