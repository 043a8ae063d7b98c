"""How likely a chosen strategy was only lucky: combinatorially symmetric cross-validation, CSCV.

Bailey, Borwein, Lopez de Prado and Zhu (2015). The returns of all strategies tried, a column each, are cut into S
blocks of equal length (the oldest T mod S rows are left out). For each of the C(S, S/2) ways to take half of the
blocks, the strategy with the best Sharpe ratio inside is looked up outside: with rank r among n there (1 the worst,
equal ones share their mean rank), w = r / (n + 1) and the logit is ln(w / (1 - w)).

    PBO     share of the ways with logit <= 0: the best inside was at most the median outside
    loss    share of the ways in which the best inside has a negative ratio outside
    slope   of the ratio outside against the ratio inside of the best, by least squares: below 0, optimising harms

Equal strategies inside: the first is taken. Sharpe ratios are per period and with the population deviation; a half
without any movement has ratio 0. Unit: shares in [0, 1]. Warm-up: two rows for each block. NaN policy: refused, as is
a strategy that never moves; `slope` is NaN if the best ratio inside is always the same.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats, Ints, kernel
from core.quant.portfolio.samples import table


class Overfitting(NamedTuple):
    """What CSCV found; `logits` has one value for each way to take half of the blocks."""

    pbo: float
    loss: float
    slope: float
    logits: Floats


def overfitting(returns: ArrayLike, blocks: int = 16) -> Overfitting:
    """CSCV of a table with a row for each period and a column for each strategy that was tried."""
    tried = _tried(returns, blocks)
    parts = tried.reshape(blocks, -1, tried.shape[1])
    halves = np.array(list(combinations(range(blocks), blocks // 2)), dtype=np.int64)
    sums = np.ascontiguousarray(np.stack((parts.sum(axis=1), (parts**2).sum(axis=1)), axis=1))
    found = _compared(sums, halves, tried.shape[0] // 2)
    share = found[:, 2] / (tried.shape[1] + 1)
    logits = np.log(share / (1 - share))
    return Overfitting(
        float(np.mean(logits <= 0)), float(np.mean(found[:, 1] < 0)), _slope(found[:, 0], found[:, 1]), logits
    )


def _tried(returns: ArrayLike, blocks: int) -> Floats:
    if blocks < 2 or blocks > 20 or blocks % 2:
        raise BadInput(f"blocks: must be an even number from 2 to 20, found {blocks!r}")
    tried = table("returns", returns, 2 * blocks)
    if tried.shape[1] < 2:
        raise BadInput("returns: a choice needs at least 2 strategies, found 1")
    tried = tried[tried.shape[0] % blocks :]
    scale = np.abs(tried).max(axis=0)
    if not (np.ptp(tried, axis=0) > 0).all():
        raise BadInput(f"returns: strategy {int(np.argmin(np.ptp(tried, axis=0)))} never moves")
    return np.asarray(tried / scale)


def _slope(inside: Floats, outside: Floats) -> float:
    centred = inside - inside.mean()
    spread = float(centred @ centred)
    return float(centred @ outside) / spread if spread > 0 else np.nan


@kernel
def _compared(sums: Floats, halves: Ints, rows: int) -> Floats:
    """For each half: the best ratio inside, the same strategy's ratio outside, and its rank there."""
    found, total = np.empty((halves.shape[0], 3)), sums.sum(axis=0)
    for half in range(halves.shape[0]):
        taken = np.zeros(total.shape)
        for block in halves[half]:
            taken += sums[block]
        inside, outside = _ratios(taken, rows), _ratios(total - taken, rows)
        best = int(np.argmax(inside))
        found[half, 0] = inside[best]
        found[half, 1] = outside[best]
        found[half, 2] = _rank(outside, outside[best])
    return found


@kernel
def _ratios(sums: Floats, rows: int) -> Floats:
    ratios = np.zeros(sums.shape[1])
    for strategy in range(sums.shape[1]):
        mean = sums[0, strategy] / rows
        variance = sums[1, strategy] / rows - mean * mean
        if variance > 1e-14 * (sums[1, strategy] / rows):
            ratios[strategy] = mean / np.sqrt(variance)
    return ratios


@kernel
def _rank(values: Floats, value: float) -> float:
    """From 1 for the lowest; equal ones share their mean rank."""
    lower, equal = 0, 0
    for other in values:
        lower += other < value
        equal += other == value
    return lower + (equal + 1) / 2.0
