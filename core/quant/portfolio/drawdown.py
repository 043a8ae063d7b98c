"""How far below its own peak an account stands, how long, and how large it may then be.

    drawdown[t]   1 - equity[t] / max(equity[0..t]), in [0, 1)
    deepest       the largest drawdown, the first of equal ones; its trough, and the last stand at the peak before it
    longest       the most consecutive observations below a peak, the last stretch counted though it is not over
    scale         1 up to `soft`, then falling in a straight line to 0 at `hard`

Volatility targeting: the exposure of period t is target / s[t], at most `cap`, where s[t] is the exponentially weighted
volatility of the returns before t: v = d v + (1 - d) r^2 with d = 2^(-1 / half life), begun with the mean square of the
first `half life` returns. No return of period t or later is used. Warm-up: the first `half life` values are NaN; a
volatility of 0 gives the cap. Unit: equity in money, drawdown a fraction, volatility and target per period.
Source: RiskMetrics (1996); Moreira and Muir (2017).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats, kernel
from core.quant.portfolio.samples import series, share


class Drawdown(NamedTuple):
    """The worst of a series, and where it stands now."""

    deepest: float
    peak: int
    trough: int
    longest: int
    current: float


def drawdowns(equity: ArrayLike) -> Floats:
    """The fraction lost since the highest value so far."""
    account = series("equity", equity)
    if account.min() <= 0:
        raise BadInput(f"equity: must be above 0, found {float(account.min())!r}")
    return 1.0 - account / np.maximum.accumulate(account)


def drawdown(equity: ArrayLike) -> Drawdown:
    """The deepest and the longest drawdown of an account."""
    depths = drawdowns(equity)
    trough = int(np.argmax(depths))
    peaks = np.flatnonzero(depths[: trough + 1] == 0.0)
    under = np.diff(np.flatnonzero(np.concatenate(([0.0], depths, [0.0])) == 0.0)) - 1
    peak = trough if depths[trough] == 0.0 else int(peaks[-1])
    return Drawdown(float(depths[trough]), peak, trough, int(under.max()), float(depths[-1]))


def drawdown_scale(depth: float, soft: float, hard: float) -> float:
    """What part of the usual size is left at this drawdown."""
    if not 0 <= depth <= 1 or not 0 <= soft < hard <= 1:
        raise BadInput(f"drawdown: need 0 <= soft < hard <= 1 and a depth, found {depth!r}, {soft!r}, {hard!r}")
    return min(1.0, max(0.0, (hard - depth) / (hard - soft)))


def volatility_scales(returns: ArrayLike, target: float, half_life: int, cap: float = 1.0) -> Floats:
    """The exposure of each period that aims at a volatility, known before it begins; one for the next period too."""
    sample = series("returns", returns)
    share("target", target, 0, np.inf)
    share("cap", cap, 0, np.inf)
    if half_life < 1 or half_life > sample.shape[0]:
        raise BadInput(f"half_life: must be from 1 to the {sample.shape[0]} returns, found {half_life!r}")
    volatility = np.sqrt(_weighted_squares(sample, half_life))
    scales = np.full(volatility.shape, float(cap))
    np.divide(target, volatility, out=scales, where=volatility * cap > target)
    scales[:half_life] = np.nan
    return scales


@kernel
def _weighted_squares(returns: Floats, half_life: int) -> Floats:
    decay, count = 2.0 ** (-1.0 / half_life), returns.shape[0]
    found = np.full(count + 1, np.nan)
    level = 0.0
    for period in range(half_life):
        level += returns[period] * returns[period] / half_life
    found[half_life] = level
    for period in range(half_life, count):
        level = decay * level + (1.0 - decay) * returns[period] * returns[period]
        found[period + 1] = level
    return found
