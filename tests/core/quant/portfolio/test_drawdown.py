"""How far below its peak, and how large one may then be."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.portfolio.drawdown import (
    Drawdown,
    _weighted_squares,
    drawdown,
    drawdown_scale,
    drawdowns,
    volatility_scales,
)
from tests.core.quant.histories import recorded
from tests.core.quant.tapes import uncompiled

EQUITY = st.lists(st.integers(1, 1000), min_size=1, max_size=40)


def test_the_worst_of_a_hand_made_account() -> None:
    assert drawdown([100, 120, 90, 110, 120, 60, 80, 90]) == Drawdown(0.5, 4, 5, 3, 0.25)
    assert drawdown([100, 110]) == Drawdown(0.0, 0, 0, 0, 0.0)
    assert drawdown([5.0]) == Drawdown(0.0, 0, 0, 0, 0.0)


@given(EQUITY)
def test_the_deepest_is_the_worst_of_all_pairs(equity: list[int]) -> None:
    pairs = [1 - after / before for place, before in enumerate(equity) for after in equity[place:]]
    found = drawdown(equity)
    assert found.deepest == pytest.approx(max(pairs))
    assert found.deepest == pytest.approx(1 - equity[found.trough] / equity[found.peak])
    assert found.longest < len(equity)


@given(EQUITY, EQUITY, st.integers(2, 9))
def test_neither_scale_nor_the_future_changes_a_drawdown(equity: list[int], future: list[int], scale: int) -> None:
    assert drawdowns([scale * value for value in equity]) == pytest.approx(drawdowns(equity))
    assert np.array_equal(drawdowns(equity + future)[: len(equity)], drawdowns(equity))


@pytest.mark.parametrize(("depth", "part"), [(0.0, 1.0), (0.1, 1.0), (0.15, 0.5), (0.2, 0.0), (0.9, 0.0)])
def test_size_falls_in_a_straight_line_between_soft_and_hard(depth: float, part: float) -> None:
    assert drawdown_scale(depth, 0.1, 0.2) == pytest.approx(part)


def test_exposure_is_target_over_weighted_volatility_known_before() -> None:
    scales = volatility_scales([0.02, -0.02, 0.04], 0.01, 2, 2.0)
    decay = 2**-0.5
    later = 0.01 / (decay * 0.02**2 + (1 - decay) * 0.04**2) ** 0.5
    assert scales == pytest.approx([np.nan, np.nan, 0.5, later], nan_ok=True)


@given(st.integers(1, 30), st.integers(31, 99))
def test_the_future_never_changes_an_exposure(half_life: int, known: int) -> None:
    returns = recorded()[:100, 0]
    whole, early = (volatility_scales(part, 0.01, half_life) for part in (returns, returns[:known]))
    assert np.array_equal(whole[: known + 1], early, equal_nan=True)
    assert np.isnan(early[:half_life]).all()
    assert not np.isnan(early[half_life:]).any()
    assert early[half_life:].max() <= 1


def test_without_movement_the_cap_is_the_exposure() -> None:
    assert volatility_scales([0.0] * 4, 0.01, 2, 1.5).tolist()[2:] == [1.5] * 3


def test_compiled_and_uncompiled_agree() -> None:
    returns = np.ascontiguousarray(recorded()[:60, 2])
    assert _weighted_squares(returns, 10) == pytest.approx(uncompiled(_weighted_squares)(returns, 10), nan_ok=True)


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [
        (drawdown, ([],)),
        (drawdown, ([1.0, 0.0],)),
        (drawdown, ([1.0, np.nan],)),
        (drawdown_scale, (-0.1, 0.1, 0.2)),
        (drawdown_scale, (0.1, 0.2, 0.2)),
        (drawdown_scale, (np.nan, 0.1, 0.2)),
        (volatility_scales, ([0.1], 0.01, 2)),
        (volatility_scales, ([0.1], 0.01, 0)),
        (volatility_scales, ([0.1], 0.0, 1)),
        (volatility_scales, ([0.1], 0.01, 1, -1.0)),
    ],
)
def test_what_is_no_account_is_refused(ask: Any, arguments: Any) -> None:
    with pytest.raises(BadInput):
        ask(*arguments)
