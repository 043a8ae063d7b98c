"""How a portfolio could be spread: three answers of rising caution about what is known of the future.

All are long only, sum to 1, obey a cap for each asset, need no expected return, and repeat exactly on the same input.

    minimum CVaR        the weights whose mean loss over the k + 1 worst days of the history is least: the linear
                        programme of core.quant.portfolio.least_loss; of several optima one in the middle
    risk parity         every asset not at its cap contributes the same part of the variance, w[i] (S w)[i] = l b[i]
                        (budgets b): the minimum of w' S w / 2 - l sum(b ln w) within the caps, by cyclical coordinate
                        descent (Griveau-Billion, Richard and Roncalli, 2013), l found by bisection so that the sum is 1
    hierarchical        de Prado (2016): single linkage of the columns of sqrt((1 - r) / 2), leaves in the order of the
                        tree, then halves share by inverse variance, again and again; what lies above its cap is
                        shared among the others in proportion
    inverse variance    1 / S[i, i], the sure ground the two above reduce to when nothing is correlated

An asset that never moves has no risk to share and is refused by the last three. Unit: fractions; caps in (0, 1] that
together reach 1.
"""

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats, kernel
from core.quant.portfolio.clusters import correlation, linkage
from core.quant.portfolio.least_loss import least_tail_loss
from core.quant.portfolio.samples import series, square, table
from core.quant.portfolio.value_at_risk import rank


def minimum_cvar(returns: ArrayLike, tail: float = 0.05, cap: ArrayLike = 1.0) -> Floats:
    """The weights of least historical CVaR."""
    days = table("returns", returns)
    caps = _caps(cap, days.shape[1])
    if caps.sum() <= 1.0 + 1e-12:
        return np.asarray(caps / caps.sum())
    weights = np.clip(least_tail_loss(days, rank(days.shape[0], tail) + 1, caps), 0.0, caps)
    return _within(weights / weights.sum(), caps)


def risk_parity(covariance: ArrayLike, budgets: ArrayLike | None = None, cap: ArrayLike = 1.0) -> Floats:
    """The weights whose parts of the variance stand as the budgets, equal if none are given."""
    matrix = _moving(covariance)
    parts = np.ones(matrix.shape[0]) if budgets is None else series("budgets", budgets)
    if parts.shape[0] != matrix.shape[0] or parts.min() <= 0:
        raise BadInput(f"budgets: must be above 0, one for each of {matrix.shape[0]} assets, found {parts.tolist()}")
    caps = _caps(cap, matrix.shape[0])
    scale = float(np.diag(matrix).mean())
    return _within(_balanced(matrix / scale, parts / parts.sum(), caps), caps)


def hierarchical_risk_parity(covariance: ArrayLike, cap: ArrayLike = 1.0) -> Floats:
    """The weights shared down the tree of correlations."""
    matrix = _moving(covariance)
    apart = np.sqrt((1.0 - correlation(matrix)) / 2.0)
    squares = ((apart[:, :, None] - apart[:, None, :]) ** 2).sum(axis=0)
    weights = np.ones(matrix.shape[0])
    _share_out(matrix, leaves(linkage(np.sqrt(squares))), weights)
    return _within(weights, _caps(cap, matrix.shape[0]))


def inverse_variance(covariance: ArrayLike, cap: ArrayLike = 1.0) -> Floats:
    """The weights in inverse proportion to the variances."""
    matrix = _moving(covariance)
    return _within(_inverse(matrix), _caps(cap, matrix.shape[0]))


def leaves(merges: Floats) -> list[int]:
    """The assets in the order in which the tree holds them."""
    size = merges.shape[0] + 1
    order, open_nodes = [], [2 * size - 2]
    while open_nodes:
        node = open_nodes.pop()
        if node < size:
            order.append(node)
        else:
            open_nodes += [int(merges[node - size, 1]), int(merges[node - size, 0])]
    return order


def _share_out(covariance: Floats, order: list[int], weights: Floats) -> None:
    if len(order) < 2:
        return
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    first, second = (_variance(covariance[np.ix_(half, half)]) for half in halves)
    for half, part in zip(halves, (second, first), strict=True):
        weights[half] *= part / (first + second)
        _share_out(covariance, half, weights)


def _variance(covariance: Floats) -> float:
    weights = _inverse(covariance)
    return float(weights @ covariance @ weights)


def _inverse(covariance: Floats) -> Floats:
    inverse = 1.0 / np.diag(covariance)
    return np.asarray(inverse / inverse.sum())


def _moving(covariance: ArrayLike) -> Floats:
    matrix = square("covariance", covariance)
    if np.diag(matrix).min() <= 0:
        raise BadInput(f"covariance: asset {int(np.argmin(np.diag(matrix)))} never moves")
    if np.linalg.eigvalsh(matrix)[0] < -1e-9 * float(np.diag(matrix).max()):
        raise BadInput("covariance: must be positive semi-definite")
    return matrix


def _caps(cap: ArrayLike, assets: int) -> Floats:
    caps = series("cap", np.full(assets, cap) if np.ndim(cap) == 0 else cap)
    if caps.shape[0] != assets or not (caps > 0).all() or not (caps <= 1).all() or caps.sum() < 1 - 1e-12:
        raise BadInput(f"cap: needs {assets} caps in (0, 1] that together reach 1, found {caps.tolist()}")
    return caps


def _within(weights: Floats, caps: Floats) -> Floats:
    """What lies above a cap, shared among the others in proportion; each round closes at least one more asset."""
    full = np.zeros(weights.shape, dtype=bool)
    while (over := ~full & (weights > caps)).any():
        full |= over
        free = weights[~full].sum()
        left = 1.0 - caps[full].sum()
        weights = np.where(full, caps, weights * (left / free if free > 0 else 0.0))
    return np.asarray(weights / weights.sum())


@kernel
def _balanced(covariance: Floats, budgets: Floats, caps: Floats) -> Floats:
    low, high = 0.0, 1.0
    weights = np.minimum(budgets, caps)
    while _settled(covariance, high * budgets, caps, weights) < 1.0 and high < 1e12:
        high *= 4.0
    for _ in range(200):
        level = (low + high) / 2.0
        if _settled(covariance, level * budgets, caps, weights) < 1.0:
            low = level
        else:
            high = level
        if high - low <= 1e-15 * high:
            break
    return weights


@kernel
def _settled(covariance: Floats, parts: Floats, caps: Floats, weights: Floats) -> float:
    """The sum of the weights after descending to where none of them changes any more."""
    for _ in range(10_000):
        change = 0.0
        for asset in range(weights.shape[0]):
            before = weights[asset]
            weights[asset] = min(caps[asset], _step(covariance[asset], weights, asset, parts[asset]))
            change = max(change, abs(weights[asset] - before))
        if change <= 1e-14:
            break
    return float(np.sum(weights))


@kernel
def _step(row: Floats, weights: Floats, asset: int, part: float) -> float:
    """The weight that solves its own condition while all others stand."""
    others = 0.0
    for other in range(row.shape[0]):
        others += row[other] * weights[other]
    others -= row[asset] * weights[asset]
    root = np.sqrt(others * others + 4.0 * row[asset] * part)
    return float(2.0 * part / (others + root) if others > 0.0 else (root - others) / (2.0 * row[asset]))
