"""RSI stays between its ends, reaches both, and is silent where nothing moved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.quant.indicators.momentum import rsi
from core.quant.kernel import Floats


@given(arrays(np.float64, st.integers(2, 120), elements=st.floats(-1e6, 1e6)), st.integers(1, 20))
def test_no_rounding_leaves_the_range(close: Floats, period: int) -> None:
    told = rsi(close, period)
    assert ((told >= 0) & (told <= 100) | np.isnan(told)).all()
    assert np.isnan(told[:period]).all()


def test_a_one_way_market_is_at_its_end() -> None:
    rise = np.linspace(10, 20, 50)
    assert (rsi(rise)[14:] == 100).all()
    assert (rsi(rise[::-1].copy())[14:] == 0).all()


@given(st.integers(0, 2**31))
def test_upside_down_is_the_other_side_of_fifty(seed: int) -> None:
    close = 100 + np.cumsum(np.random.default_rng(seed).normal(0, 1, 60))
    assert rsi(-close)[14:] == pytest.approx(100 - rsi(close)[14:], abs=1e-9)


def test_a_price_that_never_moved_has_no_rsi_and_one_that_fell_asleep_loses_it() -> None:
    assert np.isnan(rsi(np.full(40, 5.0))).all()
    asleep = np.concatenate([[5.0, 6.0, 5.0], np.full(1_000, 5.5)])
    told = rsi(asleep, 3)
    assert 0 < told[3] < 100
    assert np.isnan(told[-1]) and np.isfinite(told[3:60]).all()


def test_wilder_by_hand() -> None:
    close = np.array([10.0, 11.0, 10.0, 12.0])
    # Gains 1, 0 and losses 0, 1 first; then a gain of 2: gain (0.5 + 2) / 2, loss 0.5 / 2.
    assert rsi(close, 2)[2:] == pytest.approx([50.0, 100 * 1.25 / 1.5])
