"""What a Sharpe ratio is worth: how likely it is real, and how high the best of many worthless trials would be.

    Sharpe          mean / deviation, per period, never annualised here (annual = per day x sqrt(252))
    probabilistic   F((SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)), F the normal distribution, g3
                    skewness and g4 kurtosis: the chance that the true ratio exceeds SR* (Bailey and Lopez de Prado,
                    2012)
    expected best   sqrt(V) ((1 - c) Q(1 - 1/N) + c Q(1 - 1/(N e))), c = 0.5772...: the highest ratio to expect of N
                    independent trials without any skill whose ratios have variance V; 0 for one trial
    deflated        the probabilistic ratio at SR* = expected best (2014)

Trials are all that were ever looked at, not only those that were kept; fewer trials than were made make a lie of the
figure. Trials that resemble each other count as fewer: give the number of independent ones. Unit: ratios per period,
chances in [0, 1]. Warm-up: two returns. A series that never moves has no ratio: NaN, and so has one whose skewness and
kurtosis leave no positive variance of the ratio.
"""

from math import e, inf, nan, sqrt

from core.errors import BadInput
from core.quant.portfolio.samples import Moments
from core.quant.portfolio.value_at_risk import NORMAL

_EULER = 0.5772156649015329


def sharpe(sample: Moments) -> float:
    """Mean over deviation; NaN for a series that never moves."""
    return sample.mean / sample.deviation if sample.deviation > 0 else nan


def probabilistic_sharpe(sample: Moments, benchmark: float = 0.0) -> float:
    """The chance that the true ratio exceeds the benchmark."""
    ratio = sharpe(sample)
    spread = 1 - sample.skewness * ratio + (sample.kurtosis - 1) / 4 * ratio * ratio
    if not spread > 0:
        return nan
    return NORMAL.cdf((ratio - benchmark) * sqrt(sample.observations - 1) / sqrt(spread))


def expected_best_sharpe(variance: float, trials: int) -> float:
    """The highest ratio to expect of so many trials without skill, given the variance of their ratios."""
    if not 0 <= variance < inf or trials < 1:
        raise BadInput(f"variance, trials: need a variance of 0 or more and 1 trial, found {variance!r}, {trials!r}")
    if trials == 1:
        return 0.0
    highest = (1 - _EULER) * NORMAL.inv_cdf(1 - 1 / trials) + _EULER * NORMAL.inv_cdf(1 - 1 / (trials * e))
    return sqrt(variance) * highest


def deflated_sharpe(sample: Moments, variance: float, trials: int) -> float:
    """The chance that the best of so many trials has any skill at all."""
    return probabilistic_sharpe(sample, expected_best_sharpe(variance, trials))
