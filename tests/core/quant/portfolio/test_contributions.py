"""The parts of the risk sum to the whole, and each is the derivative it claims to be."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.portfolio.contributions import Contributions, historical_cvar, historical_var, normal_var
from core.quant.portfolio.risk import History, history_of, measure
from tests.core.quant.histories import random_returns, recorded

Split = Callable[[History, Any], Contributions]
SPLITS: tuple[Split, ...] = (normal_var, historical_var, historical_cvar)


@pytest.mark.parametrize("split", SPLITS)
@given(seed=st.integers(0, 10_000), tail=st.sampled_from([0.01, 0.05, 0.3]))
def test_the_parts_sum_to_the_whole(split: Split, seed: int, tail: float) -> None:
    draw = np.random.default_rng(seed)
    returns, held = random_returns(60, 5, seed), draw.normal(0, 0.3, 5)
    found = split(history_of(returns, tail), held)
    assert found.component.sum() == pytest.approx(found.total, rel=1e-10, abs=1e-13)
    assert found.component == pytest.approx(held * found.marginal)


def test_the_wholes_are_the_figures_of_the_book() -> None:
    past, held = history_of(recorded()), np.full(10, 0.1)
    figures = measure(past, held)
    assert historical_var(past, held).total == pytest.approx(figures.var)
    assert historical_cvar(past, held).total == pytest.approx(figures.cvar)
    edge = 1.6448536269514722 * figures.volatility - float(past.mean @ held)
    assert normal_var(past, held).total == pytest.approx(edge)


@pytest.mark.parametrize("split", SPLITS)
def test_the_marginal_is_what_a_little_more_of_it_adds(split: Split) -> None:
    past, held = history_of(recorded()), np.full(10, 0.1)
    found = split(past, held)
    for asset in range(10):
        more = held.copy()
        more[asset] += 1e-7
        assert (split(past, more).total - found.total) / 1e-7 == pytest.approx(found.marginal[asset], rel=1e-4)


def test_of_two_independent_assets_each_carries_its_variance() -> None:
    one, other = np.array([1.0, -1.0, 1.0, -1.0]), np.array([2.0, 2.0, -2.0, -2.0])
    parts = normal_var(history_of(np.column_stack((one, other))), [0.5, 0.5]).component
    assert parts[1] / parts[0] == pytest.approx(4)


def test_a_book_without_volatility_has_no_normal_derivative() -> None:
    found = normal_var(history_of(recorded()), np.zeros(10))
    assert found.total == 0
    assert np.isnan(found.marginal).all()
    assert found.component.tolist() == [0] * 10


@pytest.mark.parametrize("split", SPLITS)
def test_exposures_that_do_not_fit_are_refused(split: Split) -> None:
    with pytest.raises(BadInput, match="exposures: "):
        split(history_of(recorded()), [0.1])
