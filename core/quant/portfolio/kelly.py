"""How much to bet: the fraction that maximises the growth of wealth, and why to bet less.

    bet         p the chance to win b times the stake, else to lose it: f = p - (1 - p) / b
    returns     f = m / v of excess returns of one asset or of a whole book, per period
    portfolio   f = S^-1 m, one fraction for each asset; of a singular covariance the smallest such vector

What is estimated is not known, and betting the full fraction of an estimate bets too much. With standard error s of the
edge (of p (b + 1) - 1, or of m), growth is highest at the fraction times edge^2 / (edge^2 + s^2); in the normal case
the derivation is one line: maximise k m m / v - k^2 (m^2 + s^2) / 2 v. That is t^2 / (1 + t^2) of the edge's t
statistic: an edge of one standard error keeps half. The error of a chance is that of (wins + 2) / (trades + 4), so
that a few wins in a row are not taken for certainty. Then a fixed part is taken (half Kelly gives three quarters of
the growth for a quarter of the variance), and a cap closes it. Each step only shrinks, and `Stake` says what each left.

Unit: fraction of equity; negative is short. An edge of zero gives 0; a variance of zero gives NaN, never infinity.
Source: Kelly (1956), Thorp (2006), Baker and McHale (2013).
"""

from math import copysign, inf, isfinite, nan, sqrt
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats
from core.quant.portfolio.samples import Moments, series, share, square


class KellyRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What part of the full fraction may be taken, and no more than what."""

    part: float = 0.5
    cap: float = 0.2

    def __post_init__(self) -> None:
        share("part", self.part, 0, 1)
        share("cap", self.cap, 0, 1)


class Stake(NamedTuple):
    """The full fraction and what was left of it at each step; `capped` is the answer."""

    full: float
    shrunk: float
    part: float
    capped: float


def bet(chance: float, payoff: float) -> float:
    """The full fraction of a bet that wins `payoff` times the stake with this chance; none if it does not pay."""
    if not 0 <= chance <= 1 or not 0 < payoff < np.inf:
        raise BadInput(f"chance, payoff: need a chance from 0 to 1 and a payoff above 0, found {chance!r}, {payoff!r}")
    return max(0.0, chance - (1 - chance) / payoff)


def bet_stake(chance: float, payoff: float, trades: int, rule: KellyRule) -> Stake:
    """The stake of a bet whose chance was seen in so many trades."""
    full = bet(chance, payoff)
    count = _counted(trades) + 4
    likely = (chance * trades + 2) / count
    return _stake(full, full * payoff, (payoff + 1) * sqrt(likely * (1 - likely) / count), rule)


def return_stake(sample: Moments, rule: KellyRule) -> Stake:
    """The stake of an asset or a book whose excess returns have these moments."""
    if sample.deviation == 0:
        return Stake(nan, nan, nan, nan)
    full = sample.mean / sample.deviation / sample.deviation
    return _stake(full, sample.mean, sample.deviation / sqrt(_counted(sample.observations)), rule)


def portfolio(mean: ArrayLike, covariance: ArrayLike) -> Floats:
    """The full fraction of each asset."""
    centre, matrix = series("mean", mean), square("covariance", covariance)
    if centre.shape[0] != matrix.shape[0]:
        raise BadInput(f"mean: {centre.shape[0]} for {matrix.shape[0]} assets")
    found = np.asarray(np.linalg.lstsq(matrix, centre, rcond=1e-12)[0], dtype=np.float64)
    if np.abs(matrix @ found - centre).max() > 1e-9 * max(1.0, float(np.abs(centre).max())):
        raise BadInput("covariance: a mix without any risk has a return, and no fraction of it is too much")
    return found


def _stake(full: float, edge: float, error: float, rule: KellyRule) -> Stake:
    doubt = error / edge if edge else inf
    shrunk = full / (1 + doubt * doubt)
    part = shrunk * rule.part
    return Stake(full, shrunk, part, copysign(min(abs(part), rule.cap), part))


def _counted(observations: int) -> int:
    if not isfinite(observations) or observations < 2:
        raise BadInput(f"observations: must be 2 or more, found {observations!r}")
    return observations
