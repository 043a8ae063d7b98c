"""Draws without chance: the same seed gives the same numbers, in any order, on any day.

Counter-based: draw i of a seed is mix(seed + (i + 1) * golden), the SplitMix64 generator of Steele, Lea and Flood
(2014), so no state is kept. A uniform is the upper 53 bits over 2^53, in [0, 1). A normal comes from two uniforms by
Box and Muller (1958): sqrt(-2 ln(1 - u)) cos(2 pi v) and its sine. A Student t of n degrees (a whole number above 2)
is scaled to variance 1: normal / sqrt(chi2 / (n - 2)). Joint returns are mean + root x draws, root being the lower
Cholesky factor of the covariance; for the t all assets of one scenario share chi2, so that they fall together. Whole
numbers are identical everywhere; logarithm and cosine may differ in the last bit between processors.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInput
from core.quant.kernel import Floats, kernel
from core.quant.portfolio.samples import series, square

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_STEPS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def bits(seed: int, count: int) -> NDArray[np.uint64]:
    """The first `count` words of a seed."""
    if not 0 <= seed < 2**64 or count < 1:
        raise BadInput(f"seed, count: need 0 <= seed < 2**64 and count >= 1, found {seed!r} and {count!r}")
    words = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN + np.uint64(seed)
    for shift, factor in _STEPS:
        words = (words ^ (words >> np.uint64(shift))) * np.uint64(factor)
    return words ^ (words >> np.uint64(31))


def uniforms(seed: int, count: int) -> Floats:
    """Numbers in [0, 1)."""
    return (bits(seed, count) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normals(seed: int, count: int) -> Floats:
    """Numbers of mean 0 and variance 1."""
    pairs = uniforms(seed, 2 * ((count + 1) // 2)).reshape(-1, 2)
    radius, angle = np.sqrt(-2.0 * np.log1p(-pairs[:, 0])), 2.0 * np.pi * pairs[:, 1]
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle))).ravel()[:count]


def joint_returns(
    mean: ArrayLike, covariance: ArrayLike, scenarios: int, seed: int, freedom: int | None = None
) -> Floats:
    """Scenarios by assets: normal, or with `freedom` degrees Student's t, of this mean and covariance."""
    centre, root = series("mean", mean), _root(square("covariance", covariance))
    assets = centre.shape[0]
    if root.shape[0] != assets or np.isnan(root).any():
        raise BadInput(f"covariance: must be positive semi-definite and {assets} x {assets}, as the mean")
    if freedom is not None and freedom <= 2:
        raise BadInput(f"freedom: must be above 2, found {freedom!r}")
    columns = assets + (freedom or 0)
    drawn = normals(seed, scenarios * columns).reshape(scenarios, columns)
    spread = drawn[:, :assets] @ root.T
    if freedom is not None:
        spread *= np.sqrt((freedom - 2) / (drawn[:, assets:] ** 2).sum(axis=1))[:, None]
    return np.ascontiguousarray(centre + spread)


@kernel
def _root(covariance: Floats) -> Floats:
    """Lower Cholesky factor of a matrix that may be singular; NaN if it is not a covariance."""
    size = covariance.shape[0]
    root = np.zeros((size, size))
    for column in range(size):
        pivot = covariance[column, column] - _inner(root, column, column, column)
        negligible = 1e-12 * covariance[column, column]
        root[column, column] = np.sqrt(pivot) if pivot > negligible else (0.0 if pivot >= -negligible else np.nan)
        for row in range(column + 1, size):
            rest = covariance[row, column] - _inner(root, row, column, column)
            root[row, column] = _quotient(rest, root[column, column], covariance[row, row])
    return root


@kernel
def _inner(root: Floats, row: int, other: int, length: int) -> float:
    total = 0.0
    for index in range(length):
        total += root[row, index] * root[other, index]
    return total


@kernel
def _quotient(rest: float, pivot: float, scale: float) -> float:
    """What stands below a pivot; below a vanished one nothing may be left."""
    if pivot > 0.0:
        return rest / pivot
    return 0.0 if abs(rest) <= 1e-9 * max(scale, 1e-300) else np.nan
