"""What closed bars say of the risk of a book, and how money would be spread over instruments with the least of it.

Returns are those between bars that all instruments have in common, from close to close. Below `LEAST` returns nothing
is said: a tail of one or two bars is an anecdote.
"""

from collections.abc import Callable, Sequence

import numpy as np

from core.errors import BadInput
from core.market.bars import Bar
from core.quant.kernel import Floats
from core.quant.portfolio.optimise import hierarchical_risk_parity, minimum_cvar, risk_parity
from core.quant.portfolio.risk import History, history_of, measure

LEAST = 30
TAIL = 0.05


class TooShort(BadInput):
    """There are too few bars that all instruments have in common."""


def common_history(series: Sequence[Sequence[Bar]]) -> tuple[History, int]:
    """The returns of some instruments, and from how many common bars they were taken."""
    closes = [{bar.at: float(bar.close) for bar in bars} for bars in series]
    common = sorted(set.intersection(*map(set, closes)))
    if len(common) <= LEAST:
        raise TooShort(f"{len(common)} closed bars in common, at least {LEAST + 1} are needed")
    prices = np.array([[each[at] for each in closes] for at in common])
    return history_of(prices[1:] / prices[:-1] - 1.0, TAIL), len(common)


def spread(history: History, method: str) -> list[float]:
    """The weights of least risk as a method of `SPREADS` understands it, in the order of the instruments."""
    return list(map(float, SPREADS[method](history)))


def warm() -> None:
    """Load every kernel behind these figures, so that no question waits for them while prices move."""
    history = history_of(np.arange(2.0 * LEAST).reshape(-1, 2) % 7 / 100, TAIL)
    for method in SPREADS:
        measure(history, spread(history, method))


SPREADS: dict[str, Callable[[History], Floats]] = {
    "minimum_cvar": lambda history: minimum_cvar(history.by_asset.T, history.tail),
    "risk_parity": lambda history: risk_parity(history.covariance),
    "hierarchical": lambda history: hierarchical_risk_parity(history.covariance),
}
