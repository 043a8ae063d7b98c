"""Returns to measure risk on: recorded ones and random ones."""

import csv
import gzip
from functools import cache
from pathlib import Path

import numpy as np

from core.quant.kernel import Floats

DATA = Path(__file__).parents[2] / "data"


@cache
def recorded() -> Floats:
    """Daily returns of ten US stocks over 500 days to the end of 2015; a row for each day."""
    with gzip.open(DATA / "sp500_daily_2014_2015.csv.gz", "rt") as lines:
        closes = np.array([[float(text) for text in row[1:]] for row in list(csv.reader(lines))[1:]])
    return np.asarray(closes[1:] / closes[:-1] - 1)


def random_returns(days: int, assets: int, seed: int) -> Floats:
    """Heavy tails about a common factor."""
    draw = np.random.default_rng(seed)
    return 0.01 * draw.standard_t(4, (days, assets)) + 0.005 * draw.standard_normal((days, 1))


def alike(assets: int, correlation: float, deviation: float = 0.02) -> Floats:
    """The covariance of assets of equal risk and equal correlation."""
    return deviation**2 * (np.full((assets, assets), correlation) + (1 - correlation) * np.eye(assets))
