"""Ranges, bands and realised volatility by closed form."""

import math

import numpy as np
import pytest

from core.quant.indicators.volatility import atr, bollinger, realised_volatility, true_range
from core.quant.kernel import Floats
from tests.core.quant.indicators.known import walk


def test_the_true_range_reaches_back_over_a_gap() -> None:
    high, low, close = np.array([10.0, 15, 9]), np.array([9.0, 14, 8]), np.array([9.5, 14.5, 8.5])
    assert true_range(high, low, close)[1:].tolist() == [5.5, 6.5]
    assert math.isnan(true_range(high, low, close)[0])


def test_a_true_range_is_never_negative_even_of_a_bar_upside_down() -> None:
    draw = np.random.default_rng(1)
    high, low, close = draw.normal(0, 1, (3, 200))
    assert (true_range(high, low, close)[1:] >= 0).all()


def test_atr_of_equal_ranges_is_that_range() -> None:
    close = np.full(50, 10.0)
    assert atr(close + 1, close - 1, close)[14:] == pytest.approx(2.0, rel=1e-14)
    assert atr(close + 1, close - 1, close, 1)[1:].tolist() == [2.0] * 49


def test_bands_stand_as_many_deviations_off_as_asked() -> None:
    close = walk(100).close
    for width in (0.5, 2.0, 3.0):
        upper, middle, lower = bollinger(close, 20, width)
        deviation = np.lib.stride_tricks.sliding_window_view(close, 20).std(axis=1)
        assert (upper - middle)[19:] == pytest.approx(width * deviation, rel=1e-9)
        assert (middle - lower)[19:] == pytest.approx(width * deviation, rel=1e-9)


@pytest.mark.parametrize("shape", [(120,), (120, 4)])
def test_realised_volatility_is_the_root_of_the_mean_squared_log_return(shape: tuple[int, ...]) -> None:
    close: Floats = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.02, shape), axis=0))
    squares = np.diff(np.log(close), axis=0) ** 2
    windows = np.lib.stride_tricks.sliding_window_view(squares, 20, axis=0)
    told = realised_volatility(close)
    assert np.isnan(told[:20]).all()
    assert told[20:] == pytest.approx(np.sqrt(252 * windows.mean(axis=-1)), rel=1e-12)


def test_a_steady_drift_of_one_percent_is_one_percent_per_bar() -> None:
    close: Floats = np.asarray(100 * 1.01 ** np.arange(60), np.float64)
    assert realised_volatility(close, 20, 1.0)[20:] == pytest.approx(math.log(1.01), rel=1e-12)


def test_a_price_without_a_logarithm_counts_as_missing() -> None:
    for price in (0.0, -1.0):
        close = walk(80).close
        close[30] = price
        missing = np.flatnonzero(np.isnan(realised_volatility(close))).tolist()
        assert missing == [*range(20), *range(30, 51)]
