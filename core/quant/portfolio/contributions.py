"""Who carries the risk: what each position adds to VaR or CVaR, so that the parts sum to the whole.

Marginal is the derivative of the figure with respect to one exposure; component is exposure times marginal, and because
each figure is homogeneous of degree one, the components sum to it (Euler).

    normal VaR         marginal[i] = z (S e)[i] / sqrt(e' S e) - m[i], z = Q(1 - tail)
    historical VaR     marginal[i] = -r[d, i] on the one day d that is the order statistic
    historical CVaR    marginal[i] = -mean of r[d, i] over the days of the tail

The historical VaR parts hang on a single day: exact, but they jump; judge limits by CVaR or the normal parts. Of equal
days the earliest counts. Unit: fractions of equity per period. A book without volatility has normal marginals of NaN
and components of minus the mean. Source: Tasche (1999), Garman (1997).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats, Ints
from core.quant.portfolio.risk import History, measure
from core.quant.portfolio.samples import series
from core.quant.portfolio.value_at_risk import parametric


class Contributions(NamedTuple):
    """A figure, its derivative by exposure, and the part of each position."""

    total: float
    marginal: Floats
    component: Floats


def normal_var(history: History, exposures: ArrayLike) -> Contributions:
    """The parts of the parametric VaR."""
    held, volatility = _held(history, exposures), measure(history, exposures).volatility
    mean, edge = history.mean, parametric(0.0, 1.0, history.tail).var
    if volatility == 0.0:
        return Contributions(-float(held @ mean), np.full(held.shape, np.nan), -held * mean)
    marginal = edge * (history.covariance @ held) / volatility - mean
    return Contributions(edge * volatility - float(held @ mean), marginal, held * marginal)


def historical_var(history: History, exposures: ArrayLike) -> Contributions:
    """The parts of the historical VaR."""
    held, worst = _worst(history, exposures)
    return _parts(held, -history.by_asset[:, worst[-1]])


def historical_cvar(history: History, exposures: ArrayLike) -> Contributions:
    """The parts of the historical CVaR."""
    held, worst = _worst(history, exposures)
    return _parts(held, -history.by_asset[:, worst].mean(axis=1))


def _parts(held: Floats, marginal: Floats) -> Contributions:
    component = held * marginal
    return Contributions(float(component.sum()), marginal, component)


def _worst(history: History, exposures: ArrayLike) -> tuple[Floats, Ints]:
    held = _held(history, exposures)
    return held, np.argsort(held @ history.by_asset, kind="stable")[: history.rank + 1]


def _held(history: History, exposures: ArrayLike) -> Floats:
    held = series("exposures", exposures)
    if held.shape != history.shape:
        raise BadInput(f"exposures: must be one for each of {history.assets} assets, found shape {held.shape}")
    return held
