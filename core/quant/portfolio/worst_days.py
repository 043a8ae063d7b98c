"""Kernels of the portfolio's figures: weigh all days at once, find the worst of them, keep those near the tail.

How to think about it: everything a book needs is linear in its exposures, so one matrix `rows` has a row for each
asset: its return on each day, then its covariances, mean, deviation and extremes. `sums`, exposures times rows, then
holds the profit of each day, each asset's covariance with the book and the mean. Of the days, those below a guess of
the tail (from mean and volatility) are set apart without a branch, and Hoare's selection finds the order statistic
among them; a guess that was too low costs a selection among all days, never the answer.
"""

import numpy as np

from core.quant.kernel import Floats, Ints, kernel

SPARE = 4
"""Columns of `rows` after the covariances: mean, deviation, lowest and highest return."""
EXTRA = 5
"""Columns of `kept` after its days: of an asset its mean, covariance with the book, deviation, lowest and highest
return; of the book, in the first row, mean, variance, gross volatility and what no other day is below."""


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
def judged(rows: Floats, exposures: Floats, sums: Floats, rank: int, cut: float) -> tuple[float, float, float, float]:
    """VaR, CVaR, volatility and Kelly of sums that are known."""
    days = days_of(rows)
    mean, variance = sums[-SPARE], _variance(exposures, sums[days:], gross(rows, exposures))
    worst = np.empty(days)
    count = _below(sums[:days], mean - cut * np.sqrt(variance), worst)
    if count <= rank:
        count = _below(sums[:days], np.nan, worst)
    edge, total = _edge(worst[:count], rank)
    return 0.0 - edge, 0.0 - total / (rank + 1), np.sqrt(variance), _ratio(mean, variance)


@kernel
def shifted(rows: Floats, exposures: Floats, sums: Floats, asset: int, change: float) -> tuple[Floats, Floats, float]:
    """Exposures and sums after one exposure has changed, and the gross exposure."""
    held, total, row = exposures.copy(), 0.0, rows[asset]
    held[asset] += change
    for place in range(held.shape[0]):
        total += abs(held[place])
    shifted_sums = np.empty(sums.shape[0])
    for column in range(sums.shape[0]):
        shifted_sums[column] = sums[column] + change * row[column]
    return held, shifted_sums, total


@kernel
def kept(rows: Floats, exposures: Floats, sums: Floats, order: Ints) -> Floats:
    """Some days, the worst first, for the book and each asset, and what bounds all the others: the last in order."""
    days, assets, width = days_of(rows), rows.shape[0], order.shape[0] - 1
    near = np.zeros((assets + 1, width + EXTRA))
    near[0, width] = sums[-SPARE]
    near[0, width + 2] = gross(rows, exposures)
    near[0, width + 1] = _variance(exposures, sums[days:], near[0, width + 2])
    near[0, width + 3] = sums[order[width]]
    _gather(sums, order, near[0, :width])
    for asset in range(assets):
        _gather(rows[asset], order, near[1 + asset, :width])
        near[1 + asset, width] = rows[asset, -SPARE]
        near[1 + asset, width + 1] = sums[days + asset]
        for column in range(1, SPARE):
            near[1 + asset, width + 1 + column] = rows[asset, column - SPARE]
    return near


@kernel
def after(near: Floats, asset: int, change: float, rank: int) -> tuple[float, float, float, float]:
    """The figures after one exposure has changed; a volatility of NaN says that the kept days cannot tell."""
    book, row, width = near[0], near[1 + asset], near.shape[1] - EXTRA
    profits = np.empty(width)
    for day in range(width):
        profits[day] = book[day] + change * row[day]
    edge, total = _edge(profits, rank)
    other = book[width + 3] + min(change * row[width + 3], change * row[width + 4])
    mean = book[width] + change * row[width]
    variance = book[width + 1] + change * (2.0 * row[width + 1] + change * row[width + 2] * row[width + 2])
    most = book[width + 2] + abs(change) * row[width + 2]
    sure = edge <= other and variance >= 1e-3 * most * most
    volatility = np.sqrt(variance) if sure else np.nan
    return 0.0 - edge, 0.0 - total / (rank + 1), volatility, _ratio(mean, variance)


@kernel
def after_each(near: Floats, assets: Ints, changes: Floats, rank: int) -> Floats:
    """`after` for many orders, each by itself."""
    found = np.empty((changes.shape[0], 4))
    for order in range(changes.shape[0]):
        figures = after(near, assets[order], changes[order], rank)
        for column in range(4):
            found[order, column] = figures[column]
    return found


@kernel
def days_of(rows: Floats) -> int:
    """How many of the columns are days."""
    return int(rows.shape[1] - rows.shape[0] - SPARE)


@kernel
def gross(rows: Floats, exposures: Floats) -> float:
    """The volatility if nothing offset anything."""
    total = 0.0
    for asset in range(exposures.shape[0]):
        total += abs(exposures[asset]) * rows[asset, 1 - SPARE]
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
    rounding = total <= 1e-12 * most * most and total < np.inf
    return 0.0 if rounding else total


@kernel
def _ratio(mean: float, variance: float) -> float:
    return mean / variance if variance > 0.0 else np.nan


@kernel
def _below(values: Floats, level: float, apart: Floats) -> int:
    """Set apart what is not at or above a level; how many there are. Nothing is at or above NaN."""
    count = 0
    for index in range(values.shape[0]):
        apart[count] = values[index]
        count += not values[index] >= level
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
    """Hoare's partition about the value that stands at the rank, right at once if they are nearly in order."""
    pivot, left, right = values[rank], low, high
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
def _gather(values: Floats, places: Ints, chosen: Floats) -> None:
    for index in range(chosen.shape[0]):
        chosen[index] = values[places[index]]
