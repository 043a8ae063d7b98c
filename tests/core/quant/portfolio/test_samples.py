"""What may enter the mathematics of risk, and the four moments."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.portfolio.samples import moments, series, share, square, table

BAD_SERIES: list[Any] = [[], [[1.0]], 3.0, ["a"], [None], [True], [1j], [1.0, np.nan], [np.inf], [[1.0], [1.0, 2.0]]]


@pytest.mark.parametrize("values", BAD_SERIES)
def test_what_is_no_finite_series_is_refused_by_name(values: Any) -> None:
    with pytest.raises(BadInput, match="values: "):
        series("values", values)


def test_a_refusal_says_what_was_found_and_where() -> None:
    with pytest.raises(BadInput, match=r"returns: must be finite, found nan at \[1, 0\]"):
        table("returns", [[0.0, 0.1], [float("nan"), 0.2]])
    with pytest.raises(BadInput, match="needs at least 2 rows and 1 column, found 1 x 3"):
        table("returns", np.zeros((1, 3)))
    with pytest.raises(BadInput, match="needs at least 4 values, found 3"):
        series("profits", [1, 2, 3], 4)


def test_whole_numbers_narrow_floats_and_slices_become_contiguous_float64() -> None:
    for values in ([1, 2, 3], np.arange(6, dtype=np.float32)[::2], np.arange(6)[1:4]):
        array = series("values", values)
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert np.array_equal(array, np.asarray(values))


@pytest.mark.parametrize("matrix", [np.zeros((2, 3)), np.zeros((0, 0)), [[1.0, 0.5], [0.4, 1.0]], [[-1.0]]])
def test_what_is_no_covariance_is_refused(matrix: Any) -> None:
    with pytest.raises(BadInput, match="covariance: must be"):
        square("covariance", matrix)


@pytest.mark.parametrize("value", [0.0, -1.0, 1.1, float("nan")])
def test_a_share_outside_its_bounds_is_refused(value: float) -> None:
    with pytest.raises(BadInput, match="tail: must be above 0 and at most 1"):
        share("tail", value, 0, 1)


def test_the_moments_of_a_hand_made_sample() -> None:
    found = moments([1, 2, 3, 10])
    assert found.observations == 4
    assert found.mean == 4
    assert found.deviation == pytest.approx((50 / 3) ** 0.5)
    assert found.skewness == pytest.approx((-27 - 8 - 1 + 216) / 4 / 12.5**1.5)
    assert found.kurtosis == pytest.approx((81 + 16 + 1 + 1296) / 4 / 12.5**2)


def test_a_series_that_never_moves_has_no_shape() -> None:
    found = moments([0.1] * 7)
    assert found.deviation == 0
    assert np.isnan(found.skewness)
    assert np.isnan(found.kurtosis)


@given(
    st.lists(st.integers(-1000, 1000), min_size=3, max_size=30).filter(lambda values: len(set(values)) > 1),
    st.integers(1, 50),
    st.integers(-50, 50),
)
def test_scale_and_shift_change_mean_and_deviation_and_nothing_else(values: list[int], scale: int, shift: int) -> None:
    plain, other = moments(values), moments([scale * value + shift for value in values])
    assert other.mean == pytest.approx(scale * plain.mean + shift)
    assert other.deviation == pytest.approx(scale * plain.deviation)
    assert other[3:] == pytest.approx(plain[3:])
