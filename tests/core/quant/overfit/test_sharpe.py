"""What a Sharpe ratio is worth, against the example of its authors and against trials without skill."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.overfit.sharpe import deflated_sharpe, expected_best_sharpe, probabilistic_sharpe, sharpe
from core.quant.portfolio.samples import Moments, moments

PUBLISHED = Moments(1250, 2.5 / 250**0.5, 1.0, -3.0, 10.0)


def test_the_published_example_of_the_deflated_ratio() -> None:
    assert expected_best_sharpe(1 / 2 / 250, 100) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(PUBLISHED, 1 / 2 / 250, 100) == pytest.approx(0.9004, abs=5e-5)


def test_one_trial_expects_nothing_and_deflates_nothing() -> None:
    assert expected_best_sharpe(0.5, 1) == 0
    assert deflated_sharpe(PUBLISHED, 0.5, 1) == probabilistic_sharpe(PUBLISHED)


def test_a_ratio_equal_to_its_benchmark_is_even_odds() -> None:
    assert probabilistic_sharpe(PUBLISHED, sharpe(PUBLISHED)) == 0.5


def test_for_normal_returns_it_is_the_textbook_formula() -> None:
    sample = Moments(101, 0.1, 1.0, 0.0, 3.0)
    assert probabilistic_sharpe(sample) == pytest.approx(0.84074, abs=1e-5)


@pytest.mark.parametrize("trials", [2, 10, 50])
def test_the_expected_best_is_the_mean_best_of_drawn_trials(trials: int) -> None:
    drawn = np.random.default_rng(1).standard_normal((20_000, trials)).max(axis=1)
    assert expected_best_sharpe(1.0, trials) == pytest.approx(drawn.mean(), rel=0.08)


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 2))
def test_more_trials_and_more_spread_never_raise_the_chance(trials: int, variance: float, more: float) -> None:
    plain = deflated_sharpe(PUBLISHED, variance, trials)
    assert deflated_sharpe(PUBLISHED, variance, trials + 1) <= plain
    assert trials == 1 or deflated_sharpe(PUBLISHED, variance + more, trials) <= plain


def test_what_never_moves_has_no_ratio() -> None:
    still = moments([0.1, 0.1, 0.1])
    assert np.isnan(sharpe(still))
    assert np.isnan(probabilistic_sharpe(still))
    assert np.isnan(probabilistic_sharpe(Moments(10, 2.0, 1.0, 3.0, 1.0)))


@pytest.mark.parametrize(("variance", "trials"), [(-0.1, 5), (float("nan"), 5), (float("inf"), 5), (0.1, 0)])
def test_trials_that_cannot_have_been_are_refused(variance: float, trials: int) -> None:
    with pytest.raises(BadInput, match="variance, trials: "):
        expected_best_sharpe(variance, trials)
