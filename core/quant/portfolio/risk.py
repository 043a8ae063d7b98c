"""The risk of the whole book in a few microseconds, and what an order would make of it in less.

How to think about it: a `History` is made once a day from returns by day and asset; a `Book` is a history with one
exposure for each asset; an `Outlook` is a book made ready for orders to be tried upon it. All are values. Exposure is
quantity times price, signed, as a fraction of equity: a changed price and a changed position are the same thing, a
change of exposure. The profit of day d is sum(exposure[a] * return[d, a]).

    VaR, CVaR    historical, the order statistic of core.quant.portfolio.value_at_risk
    volatility   sqrt(e' S e), S the unbiased covariance; below 1e-6 of the gross volatility sum(|e| s) it is rounding
                 of a hedge, and 0
    Kelly        m / v of the profits, the multiple of the present book that maximises growth; NaN without volatility

`moved` adds the change to the sums in place of weighing all assets, and weighs anew before their rounding can reach
1e-12 of the gross exposure. `what_if` does not walk the history at all: an outlook keeps the worst days, four times as
many as the tail needs. If even the worst return of the asset cannot bring another day below the new VaR, the tail of
the changed book lies among the days kept and the answer is exact; else, and where a change would cancel digits (the
volatility left is below 3 % of the gross one), the full measure answers.

Unit: fractions of equity, per period of the returns (a day). Warm-up: two days. NaN policy: none may enter; only Kelly
may be NaN. Source: Jorion, Value at Risk; Kelly (1956), Thorp (2006).
"""

from math import inf, isfinite
from typing import NoReturn

import numpy as np
from msgspec import Struct
from msgspec.structs import astuple
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats
from core.quant.portfolio.samples import series, table
from core.quant.portfolio.value_at_risk import NORMAL, rank
from core.quant.portfolio.worst_days import SPARE, after, after_each, judged, kept, measured, shifted, weighed

_ARRAY, _PLAIN = np.ndarray, np.dtype(np.float64)
_LARGEST_DRIFT = 1_000.0
_KEPT = 4
"""So many times the days of the tail an outlook keeps."""


class Risk(Struct, frozen=True, gc=False):
    """The figures of a book: losses are positive."""

    var: float
    cvar: float
    volatility: float
    kelly: float


class History(Struct, frozen=True, eq=False):
    """Returns ready to be weighed: what does not depend on the positions."""

    rows: Floats
    """A row for each asset: its return on each day, its covariances, mean, deviation and extremes."""
    tail: float
    rank: int
    """The place of VaR among the days in ascending order."""
    cut: float
    """So many deviations below the mean the search for the tail begins."""
    shape: tuple[int, ...]
    """Of the exposures that fit."""

    @property
    def assets(self) -> int:
        """How many assets there are."""
        return self.shape[0]

    @property
    def by_asset(self) -> Floats:
        """Returns, assets by days."""
        return self.rows[:, : -SPARE - self.assets]

    @property
    def covariance(self) -> Floats:
        """Unbiased covariance of the returns."""
        return self.rows[:, -SPARE - self.assets : -SPARE]

    @property
    def mean(self) -> Floats:
        """Mean return of each asset."""
        return self.rows[:, -SPARE]


class Book(Struct, frozen=True, eq=False):
    """A history and the exposures held."""

    history: History
    exposures: Floats
    sums: Floats
    """The profit of each day, the covariance of each asset with the book, the mean."""
    drift: float
    """The gross exposures whose rounding is in the sums."""

    @property
    def profits(self) -> Floats:
        """By day, had these exposures been held."""
        return self.sums[: -SPARE - self.history.assets]


class Outlook(Struct, frozen=True, eq=False):
    """A book upon which orders can be tried."""

    book: Book
    near: Floats
    """What the days about the tail say of the book and of each asset."""
    assets: int
    rank: int


def history_of(returns: ArrayLike, tail: float = 0.05) -> History:
    """Simple returns, a row for each day and a column for each asset."""
    days = table("returns", returns)
    still = np.ptp(days, axis=0) == 0
    covariance = np.atleast_2d(np.cov(days, rowvar=False))
    covariance[still, :] = covariance[:, still] = 0.0
    extremes = days.mean(axis=0), np.sqrt(np.diag(covariance)), days.min(axis=0), days.max(axis=0)
    rows = np.column_stack((days.T, covariance, *extremes))
    place = rank(days.shape[0], tail)
    return History(np.ascontiguousarray(rows), tail, place, NORMAL.inv_cdf(1 - min(2 * tail, 0.5)), rows.shape[:1])


def measure(history: History, exposures: ArrayLike) -> Risk:
    """The figures of a book with these exposures, from nothing but the history."""
    held = exposures
    if not (type(held) is _ARRAY and held.dtype is _PLAIN and held.flags.c_contiguous):
        held = series("exposures", exposures)
    if held.shape != history.shape:
        raise BadInput(f"exposures: must be one for each of {history.assets} assets, found shape {held.shape}")
    figures = measured(history.rows, held, history.rank, history.cut)
    return Risk(*figures) if isfinite(figures[1] + figures[2]) else _refused(figures)


def book_of(history: History, exposures: ArrayLike) -> Book:
    """A book with these exposures."""
    measure(history, exposures)
    held = series("exposures", exposures).copy()
    return Book(history, held, weighed(history.rows, held), float(np.abs(held).sum()))


def moved(book: Book, asset: int, change: float) -> Book:
    """The book after the exposure of one asset has changed, by an order or by its price."""
    past = book.history
    _check(past.assets, asset, change)
    held, sums, gross = shifted(past.rows, book.exposures, book.sums, asset, change)
    drift = book.drift + abs(change) + gross
    return Book(past, held, sums, drift) if drift < _LARGEST_DRIFT * gross else book_of(past, held)


def assess(book: Book) -> Risk:
    """The figures of a book."""
    past = book.history
    figures = judged(past.rows, book.exposures, book.sums, past.rank, past.cut)
    return Risk(*figures) if isfinite(figures[1] + figures[2]) else _refused(figures)


def outlook_of(book: Book) -> Outlook:
    """The book made ready for orders to be tried upon it: worth its while from a handful of orders on."""
    past, profits = book.history, book.profits
    worst = np.argpartition(profits, min(_KEPT * (past.rank + 5), profits.shape[0]) - 1)
    nearest = worst[: _KEPT * (past.rank + 5)]
    order = nearest[np.argsort(profits[nearest])]
    return Outlook(book, kept(past.rows, book.exposures, book.sums, order), past.assets, past.rank)


def what_if(outlook: Outlook, asset: int, change: float) -> Risk:
    """The figures of the book after such a change of one exposure, without making it."""
    if type(asset) is not int or not 0 <= asset < outlook.assets:
        _check(outlook.assets, asset, change)
    found = after(outlook.near, asset, change, outlook.rank)
    return Risk(*found) if found[2] < inf else _in_full(outlook.book, asset, change)


def what_ifs(outlook: Outlook, assets: ArrayLike, changes: ArrayLike) -> Floats:
    """VaR, CVaR, volatility and Kelly in columns, a row for each change by itself."""
    wanted, places = series("changes", changes), np.asarray(assets)
    inside = places.dtype.kind == "i" and not ((places < 0) | (places >= outlook.assets)).any()
    if not inside or places.shape != wanted.shape:
        raise BadInput(f"assets: must be whole numbers below {outlook.assets}, one for each of {wanted.size} changes")
    found = after_each(outlook.near, np.ascontiguousarray(places, dtype=np.int64), wanted, outlook.rank)
    for order in np.flatnonzero(~(found[:, 2] < inf)):
        found[order] = astuple(_in_full(outlook.book, int(places[order]), float(wanted[order])))
    return found


def _in_full(book: Book, asset: int, change: float) -> Risk:
    _check(book.history.assets, asset, change)
    exposures = book.exposures.copy()
    exposures[asset] += change
    return measure(book.history, exposures)


def _check(assets: int, asset: int, change: float) -> None:
    if type(asset) is not int or not 0 <= asset < assets or not isfinite(change):
        raise BadInput(f"asset, change: need one of {assets} assets and a finite number, found {asset!r}, {change!r}")


def _refused(figures: tuple[float, float, float, float]) -> NoReturn:
    raise BadInput(f"exposures: must be finite and of a size that can be added, found CVaR {figures[1]!r}")
