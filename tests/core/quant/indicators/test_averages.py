"""Averages by hand, and the lines of several periods."""

import numpy as np
import pytest

from core.quant.indicators.averages import LINES, blend, blend_two, ema, lines, sma, wilder

VALUES = np.array([2.0, 4.0, 6.0, 3.0, 9.0, 0.0])


def test_averages_by_hand() -> None:
    nan = float("nan")
    assert sma(VALUES, 3) == pytest.approx([nan, nan, 4, 13 / 3, 6, 4], nan_ok=True)
    assert ema(VALUES, 3) == pytest.approx([nan, nan, 4, 3.5, 6.25, 3.125], nan_ok=True)
    assert wilder(VALUES, 3) == pytest.approx([nan, nan, 4, 11 / 3, 49 / 9, 98 / 27], nan_ok=True)


def test_a_period_of_one_is_the_series_itself() -> None:
    for average in (sma, ema, wilder):
        assert average(VALUES, 1).tolist() == VALUES.tolist()


def test_two_values_at_once_are_two_steps() -> None:
    once = blend(5.0, 7.0, 0.3)
    assert blend_two(5.0, 7.0, -2.0, 0.3) == pytest.approx((once, blend(once, -2.0, 0.3)), rel=1e-15)


@pytest.mark.parametrize("shape", [(200,), (200, 3)])
def test_lines_are_simple_averages_one_after_the_other(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(1).normal(100, 1, shape)
    drawn = lines(values)
    assert drawn.shape == (4, *shape) and LINES == (10, 30, 90, 180)
    for line, period in zip(drawn, LINES, strict=True):
        assert line.tobytes() == sma(values, period).tobytes()
    assert lines(values, [5]).shape == (1, *shape)
