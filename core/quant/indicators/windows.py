"""Mean and variance of every window of a series, without drift.

A running sum that adds the new value and takes off the old one keeps every rounding error it ever made, and a single
NaN for ever. Here nothing is taken off. The series is cut into blocks of one period; each window is the end of one
block and the beginning of the next, so its sum is

    sum of the block from the window's first value on  +  sum of the next block up to the window's last value

and both are found by adding alone, two additions per value whatever the period. What is added are deviations from the
last value of the first block, which lies in every window that uses it. So no deviation is larger than the range of the
window itself, and the variance

    mean of squared deviations - (mean deviation) ** 2          (population, divisor = period)

has a relative error below about `2 * period**2 * 2**-53` (1e-13 for 20), however long or high the series is and
whatever came before; a flat window has exactly zero. A window is not finite exactly while it holds a value that is not
finite.

Source: the two-stack sliding aggregation (Tangwongsan, Hirzel, Schneider, "Low-Latency Sliding-Window Aggregation in
Worst-Case Constant Time", DEBS 2017), in its block form by van Herk (1992).

`values` has `period - 1` rows more than the result. In the panel forms the inner loop runs over the symbols.
"""

import numpy as np

from core.quant.kernel import Floats, kernel

STRETCH = 512
"""So many rows are summed before their deviations are taken, many at once: they are still in the nearest cache."""


@kernel
def means(values: Floats, period: int, mean: Floats) -> None:
    """Write the mean of each window."""
    sums, last, share = np.empty(period), period - 1, 1.0 / period
    for start in range(0, mean.shape[0], period):
        block, following = values[start : start + period], values[start + last : start + last + period]
        result, pivot, total = mean[start : start + period], block[last], 0.0
        for back in range(period):
            total += block[last - back] - pivot
            sums[last - back] = total
        total = 0.0
        for place in range(result.shape[0]):
            total += following[place] - pivot
            result[place] = pivot + (sums[place] + total) * share


@kernel
def bands(values: Floats, period: int, width: float, result: tuple[Floats, Floats, Floats]) -> None:
    """Write upper, middle and lower: the mean of each window and `width` deviations on both sides of it."""
    rows, scratch, stretch = result[0].shape[0], np.empty((2, period)), period * (STRETCH // period + 1)
    for start in range(0, rows, stretch):
        stop = start + stretch
        upper, middle, lower = result[0][start:stop], result[1][start:stop], result[2][start:stop]
        _moments(values[start : stop + period - 1], scratch, middle, upper)
        _spread(upper, middle, lower, width)


@kernel
def means_panel(values: Floats, period: int, mean: Floats) -> None:
    """Write the mean of each window of each symbol."""
    rows, symbols = mean.shape
    sums, total, share = np.empty((period, symbols)), np.empty(symbols), 1.0 / period
    for start in range(0, rows, period):
        pivot = values[start + period - 1]
        total[:] = 0.0
        for place in range(period - 1, -1, -1):
            row, kept = values[start + place], sums[place]
            for symbol in range(symbols):
                total[symbol] += row[symbol] - pivot[symbol]
                kept[symbol] = total[symbol]
        total[:] = 0.0
        for place in range(min(period, rows - start)):
            row, kept, result = values[start + period - 1 + place], sums[place], mean[start + place]
            for symbol in range(symbols):
                total[symbol] += row[symbol] - pivot[symbol]
                result[symbol] = pivot[symbol] + (kept[symbol] + total[symbol]) * share


@kernel
def bands_panel(values: Floats, period: int, width: float, result: tuple[Floats, Floats, Floats]) -> None:
    """Write upper, middle and lower of each window of each symbol."""
    rows, symbols = result[0].shape
    sums, squares, share = np.empty((period, symbols)), np.empty((period, symbols)), 1.0 / period
    for start in range(0, rows, period):
        middle = start + period - 1
        _ends(values[start : start + period], sums, squares)
        _beginnings(values[middle : middle + period], sums, squares)
        pivot = values[middle]
        for place in range(min(period, rows - start)):
            total, square = sums[place], squares[place]
            upper, centre, lower = result[0][start + place], result[1][start + place], result[2][start + place]
            for symbol in range(symbols):
                mean = total[symbol] * share
                distance = width * deviation_of(square[symbol] * share - mean * mean)
                mean += pivot[symbol]
                upper[symbol], centre[symbol], lower[symbol] = mean + distance, mean, mean - distance


@kernel
def _moments(values: Floats, scratch: Floats, mean: Floats, variance: Floats) -> None:
    sums, squares, period = scratch[0], scratch[1], scratch.shape[1]
    share = 1.0 / period
    for start in range(0, mean.shape[0], period):
        block, following = values[start : start + period], values[start + period - 1 :]
        means, variances, pivot = mean[start : start + period], variance[start : start + period], following[0]
        total = square = 0.0
        for place in range(period - 1, -1, -1):
            step = block[place] - pivot
            total += step
            square += step * step
            sums[place], squares[place] = total, square
        total = square = 0.0
        for place in range(means.shape[0]):
            step = following[place] - pivot
            total += step
            square += step * step
            middle = (sums[place] + total) * share
            variances[place] = (squares[place] + square) * share - middle * middle
            means[place] = middle + pivot


@kernel
def _spread(upper: Floats, middle: Floats, lower: Floats, width: float) -> None:
    for place in range(upper.shape[0]):
        mean, distance = middle[place], width * deviation_of(upper[place])
        upper[place], lower[place] = mean + distance, mean - distance


@kernel
def deviation_of(variance: float) -> float:
    """The root of a variance; what rounding put below zero is zero, NaN stays."""
    return float(np.sqrt(0.0 if variance < 0.0 else variance))


@kernel
def _ends(block: Floats, sums: Floats, squares: Floats) -> None:
    last = block.shape[0] - 1
    pivot = block[last]
    for symbol in range(pivot.shape[0]):
        sums[last, symbol] = squares[last, symbol] = pivot[symbol] - pivot[symbol]
    for place in range(last - 1, -1, -1):
        row, total, square = block[place], sums[place], squares[place]
        after, after2 = sums[place + 1], squares[place + 1]
        for symbol in range(row.shape[0]):
            step = row[symbol] - pivot[symbol]
            total[symbol] = after[symbol] + step
            square[symbol] = after2[symbol] + step * step


@kernel
def _beginnings(following: Floats, sums: Floats, squares: Floats) -> None:
    pivot = following[0]
    added = np.zeros((2, pivot.shape[0]))
    total, square = added[0], added[1]
    for place in range(1, following.shape[0]):
        row, kept, kept2 = following[place], sums[place], squares[place]
        for symbol in range(row.shape[0]):
            step = row[symbol] - pivot[symbol]
            total[symbol] += step
            square[symbol] += step * step
            kept[symbol] += total[symbol]
            kept2[symbol] += square[symbol]
