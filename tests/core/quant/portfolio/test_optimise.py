"""The three portfolios against closed forms, against a grid of all others, and against their own conditions."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.kernel import Floats
from core.quant.portfolio import optimise
from core.quant.portfolio.clusters import distances, linkage
from core.quant.portfolio.optimise import hierarchical_risk_parity, inverse_variance, leaves, minimum_cvar, risk_parity
from core.quant.portfolio.value_at_risk import historical
from tests.core.quant.histories import alike, random_returns, recorded
from tests.core.quant.tapes import uncompiled

SEEDS = st.integers(0, 10_000)
Spread = Callable[[Any], Floats]
ON_COVARIANCE: tuple[Spread, ...] = (risk_parity, hierarchical_risk_parity, inverse_variance)


@given(SEEDS, st.sampled_from([0.02, 0.1, 0.4]), st.sampled_from([1.0, 0.5]))
def test_no_portfolio_on_a_fine_grid_has_a_lower_cvar(seed: int, tail: float, cap: float) -> None:
    returns = random_returns(40, 3, seed)
    found = minimum_cvar(returns, tail, cap)
    steps = np.linspace(0, 1, 41)
    grid = np.array([(a, b, 1 - a - b) for a, b in product(steps, steps) if 1 - cap <= a + b <= 1 and max(a, b) <= cap])
    lowest = min(historical(profits, tail).cvar for profits in (returns @ grid.T).T)
    assert historical(returns @ found, tail).cvar <= lowest + 1e-9
    assert found.sum() == pytest.approx(1)
    assert found.min() >= 0
    assert found.max() <= cap + 1e-12


def test_two_assets_that_lose_on_different_days_are_mixed_so_that_both_days_cost_the_same() -> None:
    returns = np.zeros((4, 2))
    returns[0], returns[1] = (-0.03, 0.01), (0.01, -0.01)
    assert minimum_cvar(returns, 0.05) == pytest.approx([1 / 3, 2 / 3], abs=1e-7)


def test_of_equal_optima_the_middle_one_is_taken() -> None:
    one = random_returns(50, 1, 4)
    assert minimum_cvar(np.hstack((one, one, one, one))) == pytest.approx([0.25] * 4)
    assert minimum_cvar(np.zeros((10, 3))) == pytest.approx([1 / 3] * 3)


def test_the_least_cvar_of_recorded_returns_beats_the_other_portfolios_and_single_stocks() -> None:
    returns = recorded()
    covariance = np.cov(returns, rowvar=False)
    best = historical(returns @ minimum_cvar(returns), 0.05).cvar
    others = [spread(covariance) for spread in ON_COVARIANCE] + list(np.eye(10))
    assert all(best < historical(returns @ other, 0.05).cvar for other in others)


@given(SEEDS, st.integers(1, 1000))
def test_scale_does_not_change_the_weights(seed: int, scale: int) -> None:
    returns = random_returns(60, 4, seed)
    assert minimum_cvar(scale * returns) == pytest.approx(minimum_cvar(returns), abs=1e-6)
    covariance = np.cov(returns, rowvar=False)
    for spread in ON_COVARIANCE:
        assert spread(scale * covariance) == pytest.approx(spread(covariance), abs=1e-9)


@pytest.mark.parametrize("spread", ON_COVARIANCE)
def test_without_correlation_variance_alone_decides(spread: Spread) -> None:
    deviations = np.array([0.01, 0.02, 0.05])
    expected = 1 / deviations if spread is risk_parity else 1 / deviations**2
    assert spread(np.diag(deviations**2)) == pytest.approx(expected / expected.sum())


@pytest.mark.parametrize("common", [-0.9, -0.3, 0.0, 0.5, 0.99, 1.0])
def test_two_assets_of_any_correlation_have_parity_in_inverse_proportion_to_risk(common: float) -> None:
    covariance = np.array([[1.0, 3 * common], [3 * common, 9.0]]) * 1e-4
    assert risk_parity(covariance) == pytest.approx([0.75, 0.25])
    assert hierarchical_risk_parity(covariance) == pytest.approx([0.9, 0.1])


@pytest.mark.parametrize("spread", [*ON_COVARIANCE])
def test_four_assets_that_are_alike_get_the_same(spread: Spread) -> None:
    for common in (0.0, 0.4, 0.999):
        assert spread(alike(4, common)) == pytest.approx([0.25] * 4)


@given(SEEDS, st.sampled_from([1.0, 0.3, 0.21]))
def test_every_asset_below_its_cap_carries_its_budget_of_risk(seed: int, cap: float) -> None:
    covariance = np.cov(random_returns(60, 5, seed), rowvar=False)
    budgets = np.random.default_rng(seed).uniform(0.5, 2, 5)
    found = risk_parity(covariance, budgets, cap)
    carried = found * (covariance @ found) / budgets
    free = found < cap - 1e-9
    assert found.sum() == pytest.approx(1)
    assert found.max() <= cap + 1e-12
    assert carried[free] == pytest.approx(np.full(free.sum(), carried[free].mean()), rel=1e-6)
    assert free.all() or carried[~free].max() <= carried[free].max() * (1 + 1e-6)


def test_parity_of_assets_that_are_nearly_one_is_found_too() -> None:
    covariance = np.diag([1.0, 2.0, 3.0, 4.0]) @ (alike(4, 0.999999, 1.0)) @ np.diag([1.0, 2.0, 3.0, 4.0])
    found = risk_parity(covariance)
    carried = found * (covariance @ found)
    assert carried == pytest.approx(np.full(4, carried.mean()), rel=1e-6)


def test_the_hierarchy_shares_a_hand_made_example() -> None:
    covariance = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert leaves(linkage(distances(covariance))) == [2, 0, 1]
    assert hierarchical_risk_parity(covariance) == pytest.approx([1 / 3.9, 1 / 3.9, 0.95 / 1.95])


@given(SEEDS, st.sampled_from([1.0, 0.3, 0.2]))
def test_the_hierarchy_keeps_its_caps_and_does_not_care_about_order(seed: int, cap: float) -> None:
    covariance = np.cov(random_returns(60, 6, seed), rowvar=False)
    found = hierarchical_risk_parity(covariance, cap)
    assert found.sum() == pytest.approx(1)
    assert found.min() > 0
    assert found.max() <= cap + 1e-12
    assert np.array_equal(found, hierarchical_risk_parity(covariance.copy(), cap))


def test_caps_that_leave_no_choice_are_the_answer() -> None:
    returns = recorded()[:, :4]
    covariance = np.cov(returns, rowvar=False)
    caps = [0.4, 0.3, 0.2, 0.1]
    for found in (
        minimum_cvar(returns, cap=caps),
        risk_parity(covariance, cap=caps),
        hierarchical_risk_parity(covariance, caps),
        inverse_variance(covariance, caps),
    ):
        assert found == pytest.approx(caps)


def test_one_asset_is_the_whole_portfolio() -> None:
    assert minimum_cvar(recorded()[:, :1]).tolist() == [1]
    for spread in ON_COVARIANCE:
        assert spread([[0.04]]).tolist() == [1]


def test_compiled_and_uncompiled_agree() -> None:
    parts = alike(3, 0.3) * 1e4, np.full(3, 1 / 3), np.array([1.0, 0.3, 1.0])
    assert optimise._balanced(*parts) == pytest.approx(uncompiled(optimise._balanced)(*parts), rel=1e-9)


@pytest.mark.parametrize("cap", [0.2, 0.0, -1.0, 1.1, [0.5, 0.5], [np.nan] * 4, "all"])
def test_caps_that_cannot_hold_a_portfolio_are_refused(cap: Any) -> None:
    with pytest.raises(BadInput, match="cap: "):
        minimum_cvar(recorded()[:, :4], 0.05, cap)


@pytest.mark.parametrize("spread", ON_COVARIANCE)
@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]], [[1.0, 0.5]], [[np.nan]], []])
def test_what_is_no_covariance_is_refused(spread: Spread, matrix: Any) -> None:
    with pytest.raises(BadInput, match="covariance: "):
        spread(matrix)


@pytest.mark.parametrize("budgets", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, np.nan]])
def test_budgets_that_are_none_are_refused(budgets: Any) -> None:
    with pytest.raises(BadInput, match="budgets: "):
        risk_parity(alike(2, 0.1), budgets)
