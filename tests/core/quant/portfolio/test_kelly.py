"""How much to bet, against closed forms and against betting a little more or less."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.portfolio.kelly import KellyRule, bet, bet_stake, portfolio, return_stake
from core.quant.portfolio.samples import Moments, moments
from tests.core.quant.histories import alike, recorded

FULL = KellyRule(part=1.0, cap=1.0)


@pytest.mark.parametrize(
    ("chance", "payoff", "fraction"),
    [(0.6, 1.0, 0.2), (0.5, 2.0, 0.25), (1.0, 0.1, 1.0), (0.5, 1.0, 0.0), (0.3, 1.0, 0)],
)
def test_the_full_fraction_of_a_bet(chance: float, payoff: float, fraction: float) -> None:
    assert bet(chance, payoff) == pytest.approx(fraction)


@given(st.floats(0.4, 0.9), st.floats(0.8, 5), st.floats(-0.05, 0.05))
def test_no_other_fraction_makes_a_bet_grow_faster(chance: float, payoff: float, step: float) -> None:
    def growth(fraction: float) -> float:
        return chance * float(np.log1p(payoff * fraction)) + (1 - chance) * float(np.log1p(-fraction))

    best = bet(chance, payoff)
    assert growth(best) >= growth(min(max(best + step, 0.0), 0.99)) - 1e-12


def test_an_edge_of_one_standard_error_keeps_half() -> None:
    sample = Moments(400, 0.001, 0.02, 0.0, 3.0)
    stake = return_stake(sample, FULL)
    assert stake.full == pytest.approx(2.5)
    assert stake.shrunk == pytest.approx(1.25)
    assert stake.capped == 1.0


def test_half_kelly_and_the_cap_come_after_the_shrinking() -> None:
    sample = Moments(10_000, 0.001, 0.1, 0.0, 3.0)
    stake = return_stake(sample, KellyRule(part=0.5, cap=0.02))
    assert stake == pytest.approx((0.1, 0.05, 0.025, 0.02))


def test_a_losing_asset_is_sold_short_within_the_cap() -> None:
    assert return_stake(Moments(10_000, -0.001, 0.01, 0.0, 3.0), KellyRule(cap=0.3)).capped == -0.3


def test_three_wins_of_three_are_not_taken_for_certainty() -> None:
    few, many = (bet_stake(1.0, 1.0, trades, FULL) for trades in (3, 3000))
    assert few.full == 1.0
    assert 0.5 < few.shrunk < 0.9
    assert many.shrunk > 0.999


@given(st.floats(0, 1), st.floats(0.1, 10), st.integers(2, 1000), st.floats(0.01, 1), st.floats(0.01, 1))
def test_each_step_only_shrinks(chance: float, payoff: float, trades: int, part: float, cap: float) -> None:
    stake = bet_stake(chance, payoff, trades, KellyRule(part, cap))
    assert 0 <= stake.capped <= stake.part <= stake.shrunk <= stake.full <= 1
    assert stake.capped <= cap


@given(st.integers(2, 10_000), st.floats(-0.01, 0.01))
def test_more_observations_never_shrink_more(observations: int, mean: float) -> None:
    few = return_stake(Moments(observations, mean, 0.02, 0.0, 3.0), FULL)
    more = return_stake(Moments(2 * observations, mean, 0.02, 0.0, 3.0), FULL)
    assert abs(few.shrunk) <= abs(more.shrunk) <= abs(few.full)


def test_what_never_moves_has_no_fraction() -> None:
    assert np.isnan(return_stake(moments([0.01] * 10), FULL)).all()


def test_independent_assets_are_bet_on_each_by_itself() -> None:
    assert portfolio([0.001, 0.002], [[0.04, 0.0], [0.0, 0.01]]) == pytest.approx([0.025, 0.2])


def test_the_portfolio_solves_its_equations() -> None:
    mean, covariance = recorded().mean(axis=0), np.cov(recorded(), rowvar=False)
    assert covariance @ portfolio(mean, covariance) == pytest.approx(mean)


def test_two_assets_that_are_one_share_its_fraction() -> None:
    assert portfolio([0.001, 0.001], alike(2, 1.0)) == pytest.approx([1.25, 1.25])


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [
        (bet, (1.1, 1.0)),
        (bet, (0.5, 0.0)),
        (bet, (float("nan"), 1.0)),
        (bet_stake, (0.5, 1.0, 1, FULL)),
        (portfolio, ([1.0], alike(2, 0.0))),
        (portfolio, ([0.001, 0.002], alike(2, 1.0))),
        (KellyRule, (0.0, 0.5)),
        (KellyRule, (0.5, 1.5)),
    ],
)
def test_what_cannot_be_bet_on_is_refused(ask: Any, arguments: Any) -> None:
    with pytest.raises(BadInput):
        ask(*arguments)
