"""Kernels of the portfolio's figures: weigh all days at once, find the worst of them, keep those near the tail.

How to think about it: everything a book needs is linear in its exposures, so one matrix `rows` has a row for each asset:
its return on each day, then its covariances, its mean, its deviation (which is not weighed). `sums`, exposures times rows, then holds the
profit of each day, each asset's covariance with the book and the mean. Of the days, those below a guess of the tail (from
mean and volatility) are set apart without a branch, and Hoare's selection finds the order statistic among them; a
guess that was too low costs a selection among all days, never the answer.
"""

import numpy as np

from core.quant.kernel import Floats, kernel

EXTRA = 5
"""Columns of `kept` after its days: in the first row mean, variance, lowest other profit and gross volatility of the
book; in an asset's row its mean, covariance with the book, deviation, lowest and highest return of the other days."""
SPARE = 2
"""Columns of `rows` after the covariances."""


@kernel
def weighed(rows: Floats, exposures: Floats) -> Floats:
    """Exposures times rows."""
    sums = np.zeros(rows.shape[1])
    fours = rows.shape[0] - rows.shape[0] % 4
    for asset in range(0, fours, 4):
        _add_four(rows, asset, exposures, sums)
    for asset in range(fours, rows.shape[0]):
        _add(rows[asset], exposures[asset], sums)
    return sums


@kernel
def measured(rows: Floats, exposures: Floats, rank: int, cut: float) -> tuple[float, float, float, float]:
    """VaR, CVaR, volatility and Kelly, from nothing but the rows."""
    return judged(rows, exposures, weighed(rows, exposures), rank, cut)


@kernel
def judged(
    rows: Floats, exposures: Floats, sums: Floats, rank: int, cut: float
) -> tuple[float, float, float, float]:
    """VaR, CVaR, volatility and Kelly of sums that are known."""
    days = days_of(rows)
    mean, variance = sums[-SPARE], _variance(exposures, sums[days:], gross(rows, exposures))
    worst = np.empty(days)
    count = _below(sums[:days], mean - cut * np.sqrt(variance), worst)
    if count <= rank:
        worst[:] = sums[:days]
        count = days
    edge, total = _edge(worst[:count], rank)
    return 0.0 - edge, 0.0 - total / (rank + 1), np.sqrt(variance), _ratio(mean, variance)


@kernel
def kept(rows: Floats, exposures: Floats, sums: Floats, rank: int) -> Floats:
    """The days at and above the tail for the book and each asset, and what bounds all the others."""
    days, assets = days_of(rows), rows.shape[0]
    nearest = _nearest(sums[:days], min(days, 4 * (rank + 1) + 16))
    width = nearest.shape[0]
    near = np.empty((assets + 1, width + EXTRA))
    other = np.ones(days, dtype=np.bool_)
    for place in range(width):
        other[nearest[place]] = False
        near[0, place] = sums[nearest[place]]
    near[0, width + 3] = gross(rows, exposures)
    near[0, width] = sums[-SPARE]
    near[0, width + 1] = _variance(exposures, sums[days:], near[0, width + 3])
    near[0, width + 2] = _lowest(sums[:days], other)
    for asset in range(assets):
        for place in range(width):
            near[1 + asset, place] = rows[asset, nearest[place]]
        near[1 + asset, width] = rows[asset, days + assets]
        near[1 + asset, width + 1] = sums[days + asset]
        near[1 + asset, width + 2] = rows[asset, days + assets + 1]
        near[1 + asset, width + 3] = _lowest(rows[asset, :days], other)
        near[1 + asset, width + 4] = -_lowest(-rows[asset, :days], other)
    return near


@kernel
def after(near: Floats, asset: int, change: float, rank: int) -> tuple[float, float, float, float]:
    """The figures after one exposure has changed; a volatility of NaN says that the kept days cannot tell."""
    book, row, width = near[0], near[1 + asset], near.shape[1] - EXTRA
    profits = np.empty(width)
    for day in range(width):
        profits[day] = book[day] + change * row[day]
    edge, total = _edge(profits, rank)
    other = book[width + 2] + min(change * row[width + 3], change * row[width + 4])
    mean = book[width] + change * row[width]
    variance = book[width + 1] + change * (2.0 * row[width + 1] + change * row[width + 2] * row[width + 2])
    most = book[width + 3] + abs(change) * row[width + 2]
    sure = edge <= other and variance >= 1e-3 * most * most
    volatility = np.sqrt(variance) if sure else np.nan
    return 0.0 - edge, 0.0 - total / (rank + 1), volatility, _ratio(mean, variance)


@kernel
def after_each(near: Floats, assets: Floats, changes: Floats, rank: int) -> Floats:
    """`after` for many orders, each by itself."""
    found = np.empty((changes.shape[0], 4))
    for order in range(changes.shape[0]):
        found[order] = after(near, int(assets[order]), changes[order], rank)
    return found


@kernel
def days_of(rows: Floats) -> int:
    """How many of the columns are days."""
    return rows.shape[1] - rows.shape[0] - SPARE


@kernel
def gross(rows: Floats, exposures: Floats) -> float:
    """The volatility if nothing offset anything."""
    total = 0.0
    for asset in range(exposures.shape[0]):
        total += abs(exposures[asset]) * rows[asset, -1]
    return total


@kernel
def _add_four(rows: Floats, first: int, exposures: Floats, sums: Floats) -> None:
    one, two, three, four = rows[first], rows[first + 1], rows[first + 2], rows[first + 3]
    a, b, c, d = exposures[first], exposures[first + 1], exposures[first + 2], exposures[first + 3]
    for column in range(sums.shape[0]):
        sums[column] += (a * one[column] + b * two[column]) + (c * three[column] + d * four[column])


@kernel
def _add(row: Floats, exposure: float, sums: Floats) -> None:
    for column in range(sums.shape[0]):
        sums[column] += exposure * row[column]


@kernel
def _variance(exposures: Floats, covariances: Floats, most: float) -> float:
    """Exposures times covariances with the book, or zero where that is the rounding of a hedge."""
    total = 0.0
    for asset in range(exposures.shape[0]):
        total += exposures[asset] * covariances[asset]
    return total if not total <= 1e-12 * most * most else 0.0


@kernel
def _ratio(mean: float, variance: float) -> float:
    return mean / variance if variance > 0.0 else np.nan


@kernel
def _below(values: Floats, level: float, apart: Floats) -> int:
    """Set apart what lies below a level; how many there are."""
    count = 0
    for index in range(values.shape[0]):
        apart[count] = values[index]
        count += values[index] < level
    return count


@kernel
def _edge(values: Floats, rank: int) -> tuple[float, float]:
    """The order statistic, and the sum of it and all that are smaller; the values are put in another order."""
    low, high = 0, values.shape[0] - 1
    while low < high:
        low, high = _narrowed(values, low, high, rank)
    total = 0.0
    for index in range(rank + 1):
        total += values[index]
    return values[rank], total


@kernel
def _narrowed(values: Floats, low: int, high: int, rank: int) -> tuple[int, int]:
    """Hoare's partition about the middle value: the part in which the rank lies."""
    pivot, left, right = values[(low + high) >> 1], low, high
    while left <= right:
        while values[left] < pivot:
            left += 1
        while values[right] > pivot:
            right -= 1
        if left <= right:
            values[left], values[right] = values[right], values[left]
            left += 1
            right -= 1
    if rank <= right:
        return low, right
    return (left, high) if rank >= left else (rank, rank)


@kernel
def _nearest(profits: Floats, count: int) -> Floats:
    """The places of so many of the lowest profits; of equal ones the earliest."""
    edge, _ = _edge(profits.copy(), count - 1)
    places = np.empty(count, dtype=np.int64)
    found = 0
    for place in range(profits.shape[0]):
        if profits[place] < edge:
            places[found] = place
            found += 1
    for place in range(profits.shape[0]):
        if profits[place] == edge and found < count:
            places[found] = place
            found += 1
    return places


@kernel
def _lowest(values: Floats, wanted: Floats) -> float:
    lowest = np.inf
    for index in range(values.shape[0]):
        if wanted[index]:
            lowest = min(lowest, values[index])
    return lowest
