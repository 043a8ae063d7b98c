"""How much may be lost: value at risk (VaR) and expected shortfall (CVaR) of a series of profits and losses.

One definition of the order statistic, for the whole house: of n profits in ascending order x[0] <= x[1] <= ..., VaR at
tail a is -x[k] with k = floor(a (n - 1)), numpy's percentile of method "lower": always a loss that happened, never an
interpolation. CVaR is -(x[0] + ... + x[k]) / (k + 1), so CVaR >= VaR always. (a (n - 1) is raised by 1e-9 before the
floor, so that 0.29 x 100 is 29.) A negative VaR says that even the bad day earned.

    historical       from the sample itself
    parametric       normal: VaR = s z - m, CVaR = s f(z) / a - m, z = Q(1 - a), f the normal density
    Cornish-Fisher   x(z) = z + (z2-1) S/6 + (z3-3z) K/24 - (2z3-5z) S2/36 at z = Q(a); VaR = -m - s x(z);
                     CVaR = -m + s f(z)/a (1 + z S/6 + (z2-1) K/24 - (2z2-1) S2/36), the exact mean of the expansion
                     below z. S skewness, K kurtosis - 3. NaN where x is no quantile: a point on the other side of z
                     lies lower (Maillard, 2012); use the historical figure there.
    Monte Carlo      joint returns from `draws` (seed, count and tails are arguments) valued as if they were history

Unit: that of the profits; tail in (0, 0.5], 0.05 meaning 95 % confidence. Warm-up: one profit, but below 1 / a
observations k is 0 and VaR is the worst of them. NaN policy: input must be finite.
Source: Jorion, Value at Risk; Rockafellar and Uryasev (2000); Boudt, Peterson and Croux (2008).
"""

from math import exp, floor, nan, pi, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.portfolio.draws import joint_returns
from core.quant.portfolio.samples import Moments, series, share

NORMAL = NormalDist()


class Tail(NamedTuple):
    """The loss at the edge of the tail and the mean loss within it, both positive for a loss."""

    var: float
    cvar: float


class Simulation(NamedTuple):
    """How many scenarios, from which seed, and the degrees of freedom of Student's t (None is normal)."""

    scenarios: int
    seed: int
    freedom: int | None = None


def rank(observations: int, tail: float) -> int:
    """The place of VaR among the profits in ascending order, counted from zero."""
    return floor(share("tail", tail, 0, 0.5) * (observations - 1) + 1e-9)


def historical(profits: ArrayLike, tail: float) -> Tail:
    """VaR and CVaR as they happened."""
    sample = series("profits", profits)
    place = rank(sample.shape[0], tail)
    worst = np.partition(sample, place)[: place + 1]
    return Tail(-float(worst[place]), -float(worst.mean()))


def parametric(mean: float, deviation: float, tail: float) -> Tail:
    """VaR and CVaR of a normal distribution."""
    edge = NORMAL.inv_cdf(1 - share("tail", tail, 0, 0.5))
    if not 0 <= deviation < np.inf or not np.isfinite(mean):
        raise BadInput(f"deviation: must be finite and not negative, found {deviation!r} with mean {mean!r}")
    return Tail(deviation * edge - mean, deviation * _density(edge) / tail - mean)


def cornish_fisher(sample: Moments, tail: float) -> Tail:
    """VaR and CVaR of a distribution near the normal, of these four moments."""
    edge = NORMAL.inv_cdf(share("tail", tail, 0, 0.5))
    skew, excess = sample.skewness, sample.kurtosis - 3
    if not _is_quantile(edge, skew, excess):
        return Tail(nan, nan)
    square = edge * edge
    beyond = 1 + edge * skew / 6 + (square - 1) * excess / 24 - (2 * square - 1) * skew * skew / 36
    var = -sample.mean - sample.deviation * _expansion(edge, skew, excess)
    return Tail(var, -sample.mean + sample.deviation * _density(edge) / tail * beyond)


def monte_carlo(
    exposures: ArrayLike, mean: ArrayLike, covariance: ArrayLike, simulation: Simulation, tail: float
) -> Tail:
    """VaR and CVaR over drawn scenarios of joint returns."""
    held, centre = series("exposures", exposures), series("mean", mean)
    if held.shape != centre.shape:
        raise BadInput(f"exposures: {held.shape[0]} for {centre.shape[0]} assets")
    drawn = joint_returns(centre, covariance, simulation.scenarios, simulation.seed, simulation.freedom)
    return historical(drawn @ held, tail)


def _density(edge: float) -> float:
    return exp(-edge * edge / 2) / sqrt(2 * pi)


def _expansion(edge: float, skew: float, excess: float) -> float:
    cube = edge**3
    return (
        edge + (edge * edge - 1) * skew / 6 + (cube - 3 * edge) * excess / 24 - (2 * cube - 5 * edge) * skew * skew / 36
    )


def _is_quantile(edge: float, skew: float, excess: float) -> bool:
    """Whether all below the edge is mapped below it and all above it above: the turning points say so."""
    bend, slope = excess / 8 - skew * skew / 6, skew / 3
    level = 1 - excess / 8 + 5 * skew * skew / 36
    if bend == 0 and slope == 0:
        return level > 0
    if not bend > 0:
        return False
    root = slope * slope - 4 * bend * level
    if root <= 0:
        return True
    value = _expansion(edge, skew, excess)
    turns = ((-slope + sign * sqrt(root)) / (2 * bend) for sign in (-1, 1))
    return all((_expansion(turn, skew, excess) - value) * (turn - edge) >= 0 for turn in turns)
