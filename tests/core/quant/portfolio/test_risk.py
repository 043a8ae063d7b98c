"""The book's figures against the plain way to compute them, and every shortcut against the long way."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from core.errors import BadInput
from core.quant.kernel import Floats
from core.quant.portfolio import worst_days
from core.quant.portfolio.risk import (
    Book,
    Risk,
    assess,
    book_of,
    history_of,
    measure,
    moved,
    outlook_of,
    what_if,
    what_ifs,
)
from core.quant.portfolio.value_at_risk import historical
from tests.core.quant.histories import random_returns, recorded
from tests.core.quant.tapes import uncompiled

TAILS = st.sampled_from([0.01, 0.05, 0.1, 0.5])
SEEDS = st.integers(0, 10_000)


def plain(returns: Floats, exposures: Floats, tail: float = 0.05) -> Risk:
    profits = returns @ exposures
    volatility = float(profits.std(ddof=1))
    gross = float(np.abs(exposures) @ returns.std(axis=0, ddof=1))
    if volatility <= 1e-6 * gross:
        return Risk(*historical(profits, tail), 0.0, np.nan)
    return Risk(*historical(profits, tail), volatility, float(profits.mean()) / volatility**2)


def assert_same(found: Risk, expected: Risk, gross: float, digits: float = 1e-12) -> None:
    assert astuple(found)[:3] == pytest.approx(astuple(expected)[:3], rel=digits, abs=digits * gross)
    assert found.kelly == pytest.approx(expected.kelly, rel=1e-8, abs=1e-8, nan_ok=True)


def drawn(seed: int) -> tuple[Floats, Floats]:
    draw = np.random.default_rng(seed)
    days, assets = int(draw.integers(2, 90)), int(draw.integers(1, 12))
    return random_returns(days, assets, seed), draw.normal(0, 0.3, assets)


def test_the_figures_of_recorded_returns_are_those_of_numpy() -> None:
    held = np.linspace(0.05, 0.15, 10)
    assert_same(measure(history_of(recorded()), held), plain(recorded(), held), 1.0)


@given(SEEDS, TAILS)
def test_measuring_is_what_numpy_finds(seed: int, tail: float) -> None:
    returns, held = drawn(seed)
    assert_same(measure(history_of(returns, tail), held), plain(returns, held, tail), 1.0)


def test_equal_days_and_a_tail_far_from_the_normal_one_are_found_too() -> None:
    steps = np.zeros((400, 1))
    steps[:30] = -0.01
    steps[7] = -5.0
    for tail in (0.01, 0.05, 0.5):
        past, held = history_of(steps, tail), np.ones(1)
        assert_same(measure(past, held), plain(steps, held, tail), 1.0)
        by_hand = Risk(*uncompiled(worst_days.measured)(past.rows, held, past.rank, past.cut))
        assert_same(by_hand, plain(steps, held, tail), 1.0)


def test_a_book_of_nothing_and_a_perfect_hedge_have_no_volatility_and_no_kelly() -> None:
    one = random_returns(60, 1, 3)
    past = history_of(np.hstack((one, one, 2 * one)))
    for held in (np.zeros(3), np.array([0.4, -0.4, 0.0]), np.array([0.3, 0.3, -0.3])):
        figures = measure(past, held)
        assert (figures.var, figures.cvar) == pytest.approx((0, 0), abs=1e-17)
        assert figures.volatility == 0
        assert np.isnan(figures.kelly)


@given(SEEDS, st.integers(1, 20))
def test_twice_the_exposure_is_twice_the_risk_and_half_the_kelly(seed: int, scale: int) -> None:
    returns, held = drawn(seed)
    past = history_of(returns)
    once, more = measure(past, held), measure(past, scale * held)
    assert_same(more, Risk(scale * once.var, scale * once.cvar, scale * once.volatility, once.kelly / scale), scale)


@given(SEEDS, TAILS, st.floats(-0.5, 0.5))
def test_what_if_is_what_the_changed_book_measures(seed: int, tail: float, change: float) -> None:
    returns, held = drawn(seed)
    past = history_of(returns, tail)
    outlook = outlook_of(book_of(past, held))
    for asset in range(past.assets):
        after = held.copy()
        after[asset] += change
        assert_same(what_if(outlook, asset, change), measure(past, after), np.abs(held).sum() + abs(change))


def test_small_orders_are_answered_by_the_days_kept_and_large_ones_in_full() -> None:
    past = history_of(recorded())
    outlook = outlook_of(book_of(past, np.full(10, 0.1)))
    small = [worst_days.after(outlook.near, asset, 0.02, past.rank) for asset in range(10)]
    large = [worst_days.after(outlook.near, asset, 9.0, past.rank) for asset in range(10)]
    closing = worst_days.after(outlook_of(book_of(past, np.eye(10)[4])).near, 4, -1.0, past.rank)
    assert all(figures[2] > 0 for figures in small)
    assert all(np.isnan(figures[2]) for figures in [*large, closing])


@given(SEEDS)
def test_many_what_ifs_are_the_single_ones(seed: int) -> None:
    returns, held = drawn(seed)
    outlook = outlook_of(book_of(history_of(returns), held))
    draw = np.random.default_rng(seed)
    assets, changes = draw.integers(0, held.size, 20), draw.normal(0, 0.1, 20)
    found = what_ifs(outlook, assets, changes)
    for row, asset, change in zip(found, assets.tolist(), changes.tolist(), strict=True):
        assert row == pytest.approx(astuple(what_if(outlook, asset, change)), rel=1e-12, nan_ok=True)


@given(SEEDS, st.lists(st.tuples(st.integers(0, 11), st.floats(-2, 2)), max_size=40))
def test_a_book_that_moved_often_is_the_book_made_anew(seed: int, moves: list[tuple[int, float]]) -> None:
    returns, held = drawn(seed)
    book = book_of(history_of(returns), held)
    for asset, change in moves:
        book = moved(book, asset % held.size, change)
    assert_as_new(book)


def test_a_thousand_moves_and_a_book_closed_to_dust_stay_exact() -> None:
    past, draw = history_of(random_returns(60, 4, 5)), np.random.default_rng(5)
    book = book_of(past, np.ones(4))
    for asset, change in zip(draw.integers(0, 4, 1500).tolist(), draw.normal(0, 0.01, 1500).tolist(), strict=True):
        book = moved(book, asset, change)
    assert_as_new(book)
    for asset in range(4):
        book = moved(book, asset, 1e-9 - float(book.exposures[asset]))
        assert_as_new(book)


def assert_as_new(book: Book) -> None:
    anew, gross = book_of(book.history, book.exposures), float(np.abs(book.exposures).sum())
    assert book.profits == pytest.approx(anew.profits, rel=1e-12, abs=1e-12 * gross * 0.1)
    assert_same(assess(book), measure(book.history, book.exposures), gross)


def test_moving_a_book_leaves_the_old_one_as_it_was() -> None:
    held = np.full(10, 0.1)
    book = book_of(history_of(recorded()), held)
    before = assess(book)
    moved(book, 3, 0.5)
    held[0] = 9.0
    assert assess(book) == before
    assert book.exposures[3] == 0.1


def test_other_number_types_and_slices_are_measured_alike() -> None:
    past = history_of(recorded())
    held = np.arange(20.0)[::2]
    assert measure(past, held) == measure(past, held.copy()) == measure(past, held.astype(int).tolist())


KERNELS = {
    "measured": lambda run, past, outlook: run(past.rows, outlook.book.exposures, past.rank, past.cut),
    "weighed": lambda run, past, outlook: run(past.rows, outlook.book.exposures),
    "shifted": lambda run, past, outlook: run(past.rows, outlook.book.exposures, outlook.book.sums, 2, 0.1)[1],
    "kept": lambda run, past, outlook: run(
        past.rows, outlook.book.exposures, outlook.book.sums, np.argsort(outlook.book.profits)[:40]
    ),
    "after": lambda run, past, outlook: run(outlook.near, 2, 0.01, past.rank),
    "after_each": lambda run, past, outlook: run(outlook.near, np.array([1, 2]), np.array([0.01, -0.01]), past.rank),
}


@pytest.mark.parametrize("name", KERNELS)
def test_compiled_and_uncompiled_agree(name: str) -> None:
    past = history_of(random_returns(60, 5, 8))
    outlook = outlook_of(book_of(past, np.array([0.2, -0.1, 0.3, 0.4, 0.05])))
    compiled = getattr(worst_days, name)
    ours, theirs = (KERNELS[name](run, past, outlook) for run in (compiled, uncompiled(compiled)))
    assert np.asarray(ours) == pytest.approx(np.asarray(theirs), rel=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    "returns",
    [[], [[0.1]], [0.1, 0.2], [[0.1, np.nan], [0.1, 0.2]], [["a"], ["b"]], np.zeros((3, 0)), [[np.inf], [0.0]]],
)
def test_returns_that_are_no_table_are_refused(returns: Any) -> None:
    with pytest.raises(BadInput, match="returns: "):
        history_of(returns)


@pytest.mark.parametrize("held", [[], [0.1], np.ones(11), np.ones((10, 1)), ["a"] * 10, [np.nan] * 10])
def test_exposures_that_do_not_fit_are_refused(held: Any) -> None:
    with pytest.raises(BadInput, match="exposures: "):
        measure(history_of(recorded()), held)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e200])
def test_exposures_that_cannot_be_added_are_refused(value: float) -> None:
    past, held = history_of(recorded()), np.full(10, 0.1)
    held[4] = value
    with pytest.raises(BadInput, match="exposures: must be finite"), np.errstate(all="ignore"):
        measure(past, held)


@pytest.mark.parametrize(
    ("asset", "change"), [(-1, 0.1), (10, 0.1), (2.0, 0.1), ("IBM", 0.1), (3, np.nan), (3, np.inf)]
)
def test_an_order_for_nothing_known_is_refused(asset: Any, change: float) -> None:
    book = book_of(history_of(recorded()), np.full(10, 0.1))
    with pytest.raises(BadInput, match="asset, change: "), np.errstate(all="ignore"):
        what_if(outlook_of(book), asset, change)
    with pytest.raises(BadInput, match="asset, change: "):
        moved(book, asset, change)


@pytest.mark.parametrize(
    ("assets", "changes"), [([10], [0.1]), ([-1], [0.1]), ([1.0], [0.1]), ([1, 2], [0.1]), ([1], [np.nan])]
)
def test_orders_of_which_one_is_wrong_are_refused(assets: Any, changes: Any) -> None:
    outlook = outlook_of(book_of(history_of(recorded()), np.full(10, 0.1)))
    with pytest.raises(BadInput):
        what_ifs(outlook, assets, changes)


@pytest.mark.parametrize("tail", [0.0, 0.6, -0.05, float("nan")])
def test_a_tail_outside_its_range_is_refused(tail: float) -> None:
    with pytest.raises(BadInput, match="tail: "):
        history_of(recorded(), tail)
