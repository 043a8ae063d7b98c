"""Codes are categories, and a move must be larger than its tolerance to be one."""

import numpy as np
import pytest
import talib

from core.errors import BadInput
from core.quant.indicators.candles import Candles, heikin_ashi
from core.quant.timeframes.directions import colours, earlier, headings, in_atr, in_ticks, told
from tests.core.quant.histories_of_bars import level, random_bars, recorded_bars


def test_a_move_shows_a_direction_only_beyond_its_tolerance() -> None:
    moves = np.array([0.3, -0.3, 0.2, -0.2, 0.0, np.nan, np.inf, 0.3])
    tolerance = np.array([0.2] * 7 + [np.nan])
    assert headings(moves, tolerance).tolist() == [1, 2, 3, 3, 3, 0, 0, 0]


def test_without_a_tolerance_only_equal_prices_wait() -> None:
    assert headings(np.array([1e-12, 0.0, -1e-12]), level(3)).tolist() == [1, 3, 2]


def test_tolerances_are_in_ticks_or_in_average_ranges() -> None:
    assert in_ticks(3, 0.01, 2) == pytest.approx([0.03, 0.03], rel=1e-15)
    bars = recorded_bars()
    assert in_atr(0.1, bars) == pytest.approx(0.1 * talib.ATR(bars.high, bars.low, bars.close, 14), nan_ok=True)
    for wrong in (0, -1, np.nan, np.inf):
        with pytest.raises(BadInput):
            in_ticks(wrong, 0.01, 2)
        with pytest.raises(BadInput):
            in_atr(wrong, bars)


def test_a_candle_that_closes_on_its_open_keeps_the_colour_before_it() -> None:
    opening, close = np.array([1.0, 1, 2, 2, np.nan, 3, 3]), np.array([1.0, 2, 2, 1, 1, 3, 4])
    assert colours(Candles(opening, close, opening, close)).tolist() == [0, 1, 1, 2, 0, 0, 1]


def test_colours_are_the_same_whether_the_series_is_seen_whole_or_grows() -> None:
    bars = random_bars(200, 5)
    whole = colours(heikin_ashi(bars))
    for cut in range(201):
        assert colours(heikin_ashi(Candles(*(column[:cut].copy() for column in bars)))).tolist() == whole[:cut].tolist()


def test_earlier_codes_and_told_ones() -> None:
    codes = np.array([1, 2, 3, 0])
    assert [earlier(codes).tolist(), earlier(codes, 9).tolist()] == [[0, 1, 2, 3], [0, 0, 0, 0]]
    assert told(codes).tolist() == [True, True, False, False]


def test_panels_and_odd_shapes_are_refused() -> None:
    panel = np.zeros((3, 2))
    with pytest.raises(BadInput, match="one symbol"):
        headings(panel, panel)
    with pytest.raises(BadInput, match="one shape"):
        headings(np.zeros(3), np.zeros(2))
    with pytest.raises(BadInput, match="float64"):
        headings(np.zeros(3, int), np.zeros(3))
