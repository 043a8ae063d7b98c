"""The risk of the whole book in one microsecond, and what an order would make of it.

How to think about it: a `History` is made once a day from returns by day and asset, a `Book` is a history with one exposure
for each asset, and both are values. Exposure is quantity times price, signed, as a fraction of equity: a changed price
and a changed position are the same thing, a change of exposure. The profit of day d is sum(exposure[a] * return[d, a]).

    VaR, CVaR    historical, the order statistic of core.quant.value_at_risk
    volatility   sqrt(e' S e), S the unbiased covariance; below 1e-6 of the gross volatility sum(|e| s) it is rounding
                 of a hedge, and 0
    Kelly        m / v of the profits, the multiple of the present book that maximises growth; NaN without volatility

`what_if` gives the figures of the changed book without walking the history. The book keeps its worst days, somewhat more than
the tail needs, and for each asset the extremes of its return on the other days. If no other day can fall below the
new VaR, the tail of the changed book lies among the days kept and the answer is exact; else, and where a change would
cancel digits (the volatility left is below 3 % of the gross one), the full measure answers. `moved` adds the change to
the profits in place of summing all assets, and sums anew before rounding can reach 1e-12 of the gross exposure.

Unit: fractions of equity, per period of the returns (a day). Warm-up: two days. NaN policy: none may enter; only Kelly may
be NaN. Source: Jorion, Value at Risk; Kelly (1956), Thorp (2006).
"""

from math import isfinite
from statistics import NormalDist
from typing import NamedTuple, cast

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats, kernel
from core.quant.samples import series, table
from core.quant.value_at_risk import rank

_PLAIN = np.dtype(np.float64)
_EXTRA = 5
"""Columns of `Book.near` after the days: mean, covariance with the book, deviation, lowest and highest other return;
of its first row: mean, variance, lowest other profit, gross volatility."""
_LARGEST_DRIFT = 1_000.0


class Risk(NamedTuple):
    """The figures of a book: losses are positive."""

    var: float
    cvar: float
    volatility: float
    kelly: float


class History(Struct, frozen=True, eq=False):
    """Returns ready to be weighed: what does not depend on the positions."""

    by_asset: Floats
    """Assets by days."""
    moments: Floats
    """A row for each asset: its covariances, its mean, its deviation."""
    rank: int
    """The place of VaR among the days in ascending order."""
    cut: float
    """So many deviations below the mean most of what is not the tail is left out before the tail is looked for."""

    @property
    def assets(self) -> int:
        """How many assets there are."""
        return self.by_asset.shape[0]

    @property
    def mean(self) -> Floats:
        """Mean return of each asset."""
        return self.moments[:, -2]

    @property
    def covariance(self) -> Floats:
        """Unbiased covariance of the returns."""
        return self.moments[:, :-2]


class Book(Struct, frozen=True, eq=False):
    """A history and the exposures held, with what makes a further change cheap."""

    history: History
    exposures: Floats
    profits: Floats
    """By day, had these exposures been held."""
    near: Floats
    drift: float
    """The gross exposures that rounding may have touched since the profits were last summed."""
    risk: Risk


def history(returns: ArrayLike, tail: float = 0.05) -> History:
    """Simple returns, a row for each day and a column for each asset."""
    days = table("returns", returns)
    covariance = np.atleast_2d(np.cov(days, rowvar=False))
    deviation = np.where(np.ptp(days, axis=0) > 0, np.sqrt(np.diag(covariance)), 0.0)
    moments = np.column_stack((covariance, days.mean(axis=0), deviation))
    cut = NormalDist().inv_cdf(1 - min(2 * tail, 0.5))
    return History(np.ascontiguousarray(days.T), np.ascontiguousarray(moments), rank(days.shape[0], tail), cut)


def measure(history: History, exposures: Floats) -> Risk:
    """The figures of a book with these exposures, from nothing but the history."""
    if not (type(exposures) is np.ndarray and exposures.dtype is _PLAIN and exposures.flags.c_contiguous):
        exposures = series("exposures", exposures)
    if exposures.shape != (history.by_asset.shape[0],):
        raise BadInput(f"exposures: must be one for each of {history.assets} assets, found {exposures.shape}")
    risk = Risk(*_measured(history.by_asset, history.moments, exposures, history.rank, history.cut))
    if not isfinite(risk.cvar + risk.volatility):
        raise BadInput(f"exposures: must be finite and of a size to be added, found {exposures.tolist()}")
    return risk


def book(history: History, exposures: ArrayLike) -> Book:
    """A book with these exposures."""
    held = series("exposures", exposures).copy()
    return _bound(history, held, _profits(history.by_asset, held), measure(history, held), 0.0)


def moved(book: Book, asset: int, change: float) -> Book:
    """The book after the exposure of one asset has changed, by an order or by its price."""
    place = _place(book.history, asset, change)
    exposures = book.exposures.copy()
    exposures[place] += change
    if exposures[place] + 1e-12 * abs(change) == 0:
        exposures[place] = 0.0
    drift = book.drift + float(np.abs(book.exposures).sum()) + abs(change)
    risk = measure(book.history, exposures)
    if drift > _LARGEST_DRIFT * np.abs(exposures).sum():
        return _bound(book.history, exposures, _profits(book.history.by_asset, exposures), risk, 0.0)
    profits = book.profits + change * book.history.by_asset[place]
    return _bound(book.history, exposures, profits, risk, drift)


def what_if(book: Book, asset: int, change: float) -> Risk:
    """The figures of the book after such a change of one exposure, without making it."""
    found = _after(book.near, _place(book.history, asset, change), change, book.history.rank)
    if found[2] >= 0.0:
        return Risk(*found)
    exposures = book.exposures.copy()
    exposures[asset] += change
    return measure(book.history, exposures)


def _place(history: History, asset: int, change: float) -> int:
    if type(asset) is not int or not 0 <= asset < history.by_asset.shape[0]:
        raise BadInput(f"asset: must be a whole number from 0 to {history.assets - 1}, found {asset!r}")
    if not isfinite(change):
        raise BadInput(f"change: must be finite, found {change!r}")
    return asset
