"""What a series, a table of returns or a covariance must be before any mathematics may see it.

Rules of the file: whole numbers and every float width are taken and become contiguous float64; text, booleans, complex
numbers and objects are refused. No NaN and no infinity is let through: a day that is missing is left out by whoever
builds the sample, never filled. Every refusal is a `BadInput` that names the argument, what was found and where.

Moments of n observations: mean; deviation = sqrt(sum((x - mean)^2) / (n - 1)), the unbiased variance; skewness =
m3 / m2^1.5 and kurtosis = m4 / m2^2 with m_j = sum((x - mean)^j) / n (the normal distribution has kurtosis 3). Unit:
mean and deviation that of the sample, per observation; the others pure numbers. Warm-up: two observations. A series
that never moves has deviation 0 and skewness and kurtosis NaN.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats


class Moments(NamedTuple):
    """The first four moments of a sample."""

    observations: int
    mean: float
    deviation: float
    skewness: float
    kurtosis: float


def series(name: str, values: ArrayLike, least: int = 1) -> Floats:
    """One finite number after the other, at least `least` of them."""
    array = _numbers(name, values, 1)
    if array.shape[0] < least:
        raise BadInput(f"{name}: needs at least {least} values, found {array.shape[0]}")
    return array


def table(name: str, values: ArrayLike, least: int = 2) -> Floats:
    """A row for each day and a column for each asset, at least `least` rows and one column."""
    array = _numbers(name, values, 2)
    if array.shape[0] < least or array.shape[1] < 1:
        raise BadInput(f"{name}: needs at least {least} rows and 1 column, found {array.shape[0]} x {array.shape[1]}")
    return array


def square(name: str, values: ArrayLike) -> Floats:
    """A symmetric matrix, such as a covariance, without a negative entry on its diagonal."""
    array = _numbers(name, values, 2)
    if array.shape[0] != array.shape[1] or array.shape[0] == 0:
        raise BadInput(f"{name}: must be square, found {array.shape[0]} x {array.shape[1]}")
    scale = float(np.abs(array).max())
    if np.abs(array - array.T).max() > 1e-9 * scale or np.diag(array).min() < 0:
        raise BadInput(f"{name}: must be symmetric and its diagonal not negative")
    return array


def share(name: str, value: float, low: float, high: float) -> float:
    """A number above `low` and at most `high`."""
    if not low < value <= high:
        raise BadInput(f"{name}: must be above {low:g} and at most {high:g}, found {value!r}")
    return float(value)


def moments(values: ArrayLike) -> Moments:
    """Mean, deviation, skewness and kurtosis of a series."""
    sample = series("values", values, 2)
    count, mean = sample.shape[0], float(sample.mean())
    centred = sample - mean
    second = float(centred @ centred) / count
    if np.ptp(sample) == 0 or second == 0:
        return Moments(count, mean, 0.0, np.nan, np.nan)
    scaled = centred / np.sqrt(second)
    skewness, kurtosis = float(np.mean(scaled**3)), float(np.mean(scaled**4))
    return Moments(count, mean, float(np.sqrt(second * count / (count - 1))), skewness, kurtosis)


def _numbers(name: str, values: ArrayLike, dimensions: int) -> Floats:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise BadInput(f"{name}: must be numbers in {dimensions} dimension(s), found rows of unequal length") from error
    if array.dtype.kind not in "fiu" or array.ndim != dimensions:
        raise BadInput(f"{name}: must be numbers in {dimensions} dimension(s), found {array.dtype} in {array.ndim}")
    numbers = np.ascontiguousarray(array, dtype=np.float64)
    if not np.isfinite(numbers).all():
        where = tuple(int(place) for place in np.argwhere(~np.isfinite(numbers))[0])
        raise BadInput(f"{name}: must be finite, found {float(numbers[where])!r} at {list(where)}")
    return numbers
