"""Windows are right to the last digits, whatever came before them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.quant.indicators.averages import sma
from core.quant.indicators.volatility import bollinger
from core.quant.kernel import Floats

PRICES = st.floats(1e-6, 1e9, allow_nan=False)


def deviations(values: Floats, period: int) -> Floats:
    """The population deviation of each window in extended precision."""
    windows = np.lib.stride_tricks.sliding_window_view(values.astype(np.longdouble), period)
    return np.asarray(windows.std(axis=1), np.float64)


@given(arrays(np.float64, st.integers(1, 90), elements=PRICES), st.integers(1, 30))
def test_the_deviation_of_any_window_is_right_in_relation_to_itself(values: Floats, period: int) -> None:
    upper, middle, lower = bollinger(values, period, 1.0)
    if period > len(values):
        assert np.isnan(upper).all()
        return
    told, expected = (upper - lower)[period - 1 :] / 2, deviations(values, period)
    assert np.allclose(told, expected, rtol=1e-12, atol=1e-15 * float(np.abs(middle[period - 1 :]).max()))
    assert sma(values, period).tobytes() == middle.tobytes() or np.allclose(
        sma(values, period), middle, rtol=1e-15, atol=0, equal_nan=True
    )


def test_a_flat_window_after_a_storm_has_no_width_at_all() -> None:
    storm = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.5, 200)))
    values = np.concatenate([storm, np.full(40, 123.456)])
    upper, middle, lower = bollinger(values)
    for line in (upper, middle, lower, sma(values, 20)):
        assert (line[219:] == 123.456).all()


def test_errors_do_not_add_up_over_a_long_series() -> None:
    values = 1e6 + np.cumsum(np.random.default_rng(2).normal(0, 1e-3, 30_000))
    width = (bollinger(values, 20, 1.0).upper - bollinger(values, 20, 1.0).middle)[19:]
    # What is left is the rounding of a price near a million, 1.2e-10, not an error of the deviation.
    assert width == pytest.approx(deviations(values, 20), abs=3e-10)


@pytest.mark.parametrize("period", [1, 2, 7, 20, 59, 60])
def test_a_panel_has_the_windows_of_its_symbols(period: int) -> None:
    panel = np.ascontiguousarray(100 + np.random.default_rng(3).normal(0, 1, (60, 9)))
    bands = bollinger(panel, period)
    for symbol in range(9):
        alone = bollinger(panel[:, symbol].copy(), period)
        for line, other in zip((*bands, sma(panel, period)), (*alone, alone.middle), strict=True):
            assert line[:, symbol] == pytest.approx(other, rel=1e-13, nan_ok=True)
