"""One definition of the tail, against numpy, closed forms and numerical integration."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.portfolio.samples import Moments, moments
from core.quant.portfolio.value_at_risk import (
    Simulation,
    Tail,
    cornish_fisher,
    historical,
    monte_carlo,
    parametric,
    rank,
)
from tests.core.quant.histories import alike, random_returns, recorded

PROFITS = st.lists(st.integers(-1000, 1000), min_size=1, max_size=60)
TAILS = st.sampled_from([0.01, 0.025, 0.05, 0.1, 0.25, 0.5])


@pytest.mark.parametrize(
    ("observations", "tail", "place"),
    [(1, 0.05, 0), (20, 0.05, 0), (21, 0.05, 1), (250, 0.05, 12), (1000, 0.05, 49), (101, 0.29, 29), (31, 0.1, 3)],
)
def test_the_place_of_var_is_the_floor_of_tail_times_n_minus_one(observations: int, tail: float, place: int) -> None:
    assert rank(observations, tail) == place


def test_var_is_a_loss_that_happened_and_cvar_the_mean_up_to_it() -> None:
    profits = [5.0, -10.0, 3.0, -4.0, 1.0, 2.0, -6.0, 8.0, 0.0, 4.0, 7.0]
    assert historical(profits, 0.1) == Tail(6.0, 8.0)
    assert historical(profits, 0.2) == pytest.approx((4.0, 20 / 3))
    assert historical([2.0], 0.05) == Tail(-2.0, -2.0)


@given(PROFITS, TAILS)
def test_var_is_numpys_lower_percentile_and_never_above_cvar(profits: list[int], tail: float) -> None:
    found = historical(profits, tail)
    assert found.var == -np.quantile(profits, tail, method="lower")
    assert found.cvar >= found.var


@given(PROFITS, TAILS, st.integers(1, 9), st.integers(-9, 9))
def test_more_money_is_more_risk_and_cash_is_less(profits: list[int], tail: float, scale: int, cash: int) -> None:
    plain = historical(profits, tail)
    other = historical([scale * profit + cash for profit in profits], tail)
    assert other == pytest.approx((scale * plain.var - cash, scale * plain.cvar - cash))


@given(st.integers(0, 99), TAILS)
def test_cvar_of_two_books_together_is_never_above_the_sum(seed: int, tail: float) -> None:
    one, other = random_returns(40, 2, seed).T
    assert historical(one + other, tail).cvar <= historical(one, tail).cvar + historical(other, tail).cvar + 1e-15


def test_the_normal_figures_are_the_known_ones() -> None:
    assert parametric(0.0, 1.0, 0.05) == pytest.approx((1.6448536269514722, 2.0627128075074253))
    assert parametric(0.01, 0.0, 0.05) == pytest.approx((-0.01, -0.01))


def test_without_skew_and_excess_cornish_fisher_is_normal() -> None:
    sample = Moments(100, 0.001, 0.02, 0.0, 3.0)
    assert cornish_fisher(sample, 0.01) == pytest.approx(parametric(0.001, 0.02, 0.01), rel=1e-12)


@given(st.floats(-1, 1), st.floats(2, 12), TAILS)
def test_the_mean_of_the_expansion_below_its_quantile_is_its_cvar(skew: float, kurtosis: float, tail: float) -> None:
    found = cornish_fisher(Moments(100, 0.0, 1.0, skew, kurtosis), tail)
    assume(bool(np.isfinite(found.var)))
    grid = np.linspace(-9, NormalDist().inv_cdf(tail), 20_001)
    excess, cube = kurtosis - 3, grid**3
    mapped = grid + (grid**2 - 1) * skew / 6 + (cube - 3 * grid) * excess / 24 - (2 * cube - 5 * grid) * skew**2 / 36
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    assert found.var == pytest.approx(-mapped[-1])
    assert found.cvar == pytest.approx(-np.trapezoid(mapped * density, grid) / tail, abs=1e-5)
    assert found.cvar >= found.var - 1e-12
    assert mapped.max() <= mapped[-1] + 1e-9


def test_where_the_expansion_is_no_quantile_there_is_no_figure() -> None:
    assert np.isnan(cornish_fisher(Moments(100, 0.0, 1.0, 3.0, 4.0), 0.05).var)
    assert np.isnan(cornish_fisher(Moments(100, 0.0, 1.0, 0.0, 1.0), 0.05).cvar)
    assert np.isnan(cornish_fisher(moments([0.1, 0.1]), 0.05).var)


def test_on_recorded_returns_the_four_ways_agree_within_a_third() -> None:
    returns, held = recorded(), np.full(10, 0.1)
    profits = returns @ held
    sample = moments(profits)
    figures = [
        historical(profits, 0.05),
        parametric(sample.mean, sample.deviation, 0.05),
        cornish_fisher(sample, 0.05),
        monte_carlo(held, returns.mean(axis=0), np.cov(returns, rowvar=False), Simulation(20_000, 5), 0.05),
    ]
    assert max(figure.var for figure in figures) < 1.35 * min(figure.var for figure in figures)


def test_drawn_scenarios_come_to_the_closed_form() -> None:
    covariance, held = alike(3, 0.3), np.array([0.5, 0.5, -0.2])
    drawn = monte_carlo(held, [0.001, 0.0, 0.0], covariance, Simulation(60_000, 42), 0.05)
    assert drawn == pytest.approx(parametric(0.0005, float(held @ covariance @ held) ** 0.5, 0.05), rel=0.02)
    assert drawn == monte_carlo(held, [0.001, 0.0, 0.0], covariance, Simulation(60_000, 42), 0.05)


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [
        (historical, ([], 0.05)),
        (historical, ([1.0], 0.0)),
        (historical, ([1.0], 0.51)),
        (historical, ([np.nan], 0.05)),
        (parametric, (0.0, -1.0, 0.05)),
        (parametric, (np.nan, 1.0, 0.05)),
        (cornish_fisher, (moments([1, 2]), float("nan"))),
        (monte_carlo, ([1.0, 2.0], [0.0], [[1.0]], Simulation(10, 1), 0.05)),
    ],
)
def test_a_tail_outside_its_range_or_a_bad_sample_is_refused(ask: Any, arguments: Any) -> None:
    with pytest.raises(BadInput):
        ask(*arguments)
