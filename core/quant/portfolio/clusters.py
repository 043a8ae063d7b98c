"""Which positions are one bet: correlation, effective number of positions, clusters and the risk of each cluster.

    correlation           r[i, j] = S[i, j] / (s[i] s[j]), within [-1, 1]; an asset that never moves has NaN with all
                          others and 1 with itself
    effective positions   (sum |e s|)^2 / sum |e[i] s[i]| |e[j] s[j]| |r[i, j]|: the squared diversification ratio of
                          Choueifaty and Coignard (2008) without regard to signs, so that a hedge is the same bet and
                          not a second one. From 1 (all alike) to n; n equal risks of correlation r are worth
                          n / (1 + (n - 1) |r|)
    cluster               single linkage of the distance 1 - |r|, cut at 1 - 0.7: two assets are in one cluster if a
                          chain of correlations of at least 0.7, of either sign, joins them. These are the largest
                          clusters any hierarchy gives, whatever the order: the limit they serve is the stricter

An asset that never moves is a cluster by itself. Clusters are numbered by their first asset. Source: Mantegna (1999),
Lopez de Prado (2016).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats, Ints, kernel
from core.quant.portfolio.risk import History, Risk, measure
from core.quant.portfolio.samples import series, share, square


class Cluster(NamedTuple):
    """Positions that are one bet, and the figures of the book that holds only them."""

    members: tuple[int, ...]
    risk: Risk


def correlation(covariance: ArrayLike) -> Floats:
    """Correlation from covariance."""
    matrix = square("covariance", covariance)
    deviation = np.sqrt(np.diag(matrix))
    scale = np.where(deviation > 0, deviation, np.nan)
    found = np.clip(matrix / scale / scale[:, None], -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found


def effective_positions(exposures: ArrayLike, covariance: ArrayLike) -> float:
    """How many unlike positions of equal risk the book is worth; NaN for a book without any risk."""
    held, matrix = series("exposures", exposures), square("covariance", covariance)
    if held.shape[0] != matrix.shape[0]:
        raise BadInput(f"exposures: {held.shape[0]} for {matrix.shape[0]} assets")
    risks = np.abs(held) * np.sqrt(np.diag(matrix))
    together = float(np.abs(held) @ np.abs(matrix) @ np.abs(held))
    return float(risks.sum()) ** 2 / together if together > 0 else np.nan


def clusters(correlations: ArrayLike, threshold: float = 0.7) -> Ints:
    """The number of the cluster of each asset."""
    merges = linkage(distances(correlations))
    return _cut(merges, 1 - share("threshold", threshold, 0, 1) + 1e-12)


def cluster_risks(history: History, exposures: ArrayLike, threshold: float = 0.7) -> tuple[Cluster, ...]:
    """The figures of each cluster, with nothing of the others to offset it."""
    held = series("exposures", exposures)
    numbers = clusters(correlation(history.covariance), threshold)
    if held.shape != numbers.shape:
        raise BadInput(f"exposures: must be one for each of {history.assets} assets, found {held.shape[0]}")
    alone = ((number == numbers) for number in range(int(numbers.max()) + 1))
    return tuple(
        Cluster(tuple(int(place) for place in np.flatnonzero(inside)), measure(history, np.where(inside, held, 0.0)))
        for inside in alone
    )


def distances(correlations: ArrayLike) -> Floats:
    """1 - |r|; 1 where there is no correlation to speak of."""
    given = np.asarray(correlations, dtype=np.float64)
    return 1.0 - np.abs(np.clip(square("correlations", np.where(np.isnan(given), 0.0, given)), -1.0, 1.0))


def linkage(distance: Floats) -> Floats:
    """Single linkage: rows of (lower, higher, height), merged ones being numbered on from n; of ties the first."""
    return _linked(square("distance", distance).copy())


@kernel
def _linked(distance: Floats) -> Floats:
    size = distance.shape[0]
    merges, number = np.empty((size - 1, 3)), np.arange(size)
    for place in range(size):
        distance[place, place] = np.inf
    for step in range(size - 1):
        one, other = _closest(distance)
        merges[step, 0] = min(number[one], number[other])
        merges[step, 1] = max(number[one], number[other])
        merges[step, 2] = distance[one, other]
        _join(distance, one, other)
        number[one] = size + step
    return merges


@kernel
def _closest(distance: Floats) -> tuple[int, int]:
    found = (0, 0)
    for row in range(distance.shape[0]):
        for column in range(row + 1, distance.shape[0]):
            if distance[row, column] < distance[found]:
                found = (row, column)
    return found


@kernel
def _join(distance: Floats, one: int, other: int) -> None:
    """Let the first stand for both, and the second be out of reach."""
    for place in range(distance.shape[0]):
        nearest = min(distance[one, place], distance[other, place])
        distance[one, place] = distance[place, one] = nearest
        distance[other, place] = distance[place, other] = np.inf
    distance[one, one] = np.inf


@kernel
def _cut(merges: Floats, height: float) -> Ints:
    size = merges.shape[0] + 1
    joined = np.arange(2 * size - 1)
    for step in range(size - 1):
        if merges[step, 2] <= height:
            joined[int(merges[step, 0])] = joined[int(merges[step, 1])] = size + step
    numbers, names, count = np.empty(size, dtype=np.int64), np.full(2 * size - 1, -1), 0
    for asset in range(size):
        root = asset
        while joined[root] != root:
            root = joined[root]
        if names[root] < 0:
            names[root] = count
            count += 1
        numbers[asset] = names[root]
    return numbers
