"""Heikin-Ashi in one piece and piece by piece; the stop that turns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.indicators.candles import Candles, heikin_ashi, parabolic_sar
from tests.core.quant.histories_of_bars import recorded_bars
from tests.core.quant.indicators.known import late, panel, until, walk


def since(bars: Candles, cut: int) -> Candles:
    return Candles(*(column[cut:].copy() for column in bars))


def same(one: Candles, other: Candles) -> bool:
    return all(mine.tobytes() == its.tobytes() for mine, its in zip(one, other, strict=True))


def test_heikin_ashi_by_hand() -> None:
    bars = Candles(*(np.array(column) for column in ([10.0, 12.0], [13.0, 14.0], [9.0, 7.0], [12.0, 13.0])))
    told = heikin_ashi(bars)
    assert told.open.tolist() == [11.0, 11.0]
    assert told.close.tolist() == [11.0, 11.5]
    assert told.high.tolist() == [13.0, 14.0]
    assert told.low.tolist() == [9.0, 7.0]


@pytest.mark.parametrize("bars", [walk(200), until(recorded_bars(10), 200)], ids=["random", "recorded"])
def test_each_of_200_bars_is_the_same_one_by_one_and_in_full(bars: Candles) -> None:
    whole, candle = heikin_ashi(bars), None
    for row in range(200):
        candle = heikin_ashi(since(until(bars, row + 1), row), after=candle)
        assert same(candle, since(until(whole, row + 1), row))


@given(st.integers(1, 59), st.integers(0, 2**31), st.sampled_from([None, 10, 30, 50]))
def test_a_series_cut_anywhere_goes_on_as_if_it_had_not_been(cut: int, seed: int, gap: int | None) -> None:
    bars = walk(60, seed)
    if gap is not None:
        bars.close[gap] = np.nan
    first = heikin_ashi(until(bars, cut))
    assert same(heikin_ashi(since(bars, cut), after=first), since(heikin_ashi(bars), cut))


def test_a_seed_of_the_last_two_bars_would_give_another_colour() -> None:
    bars = walk(200)
    whole, reseeded = heikin_ashi(bars), [heikin_ashi(since(until(bars, row + 1), row - 1)) for row in range(1, 200)]
    colours = np.sign(whole.close - whole.open)[1:]
    others = np.array([np.sign(candle.close[-1] - candle.open[-1]) for candle in reseeded])
    assert (colours != others).any()


def test_a_candle_after_a_gap_begins_anew_and_one_after_infinity_too() -> None:
    for value in (np.nan, np.inf):
        bars = walk(60)
        bars.close[30] = value
        told, begun = heikin_ashi(bars), heikin_ashi(since(bars, 31))
        assert not np.isfinite(told.close[30])
        assert same(since(told, 31), begun)


def test_a_panel_goes_on_from_its_last_candles() -> None:
    bars = until(panel(late(walk(60), 0), until(late(walk(60, 2), 20), 60)), 60)
    first = heikin_ashi(until(bars, 40))
    assert same(heikin_ashi(since(bars, 40), after=first), since(heikin_ashi(bars), 40))


def test_candles_of_other_symbols_or_none_cannot_be_gone_on_from() -> None:
    bars, two = walk(5), panel(walk(5), walk(5))
    for wrong in (until(bars, 0), heikin_ashi(two)):
        with pytest.raises(BadInput, match="after: must hold candles of the same symbols"):
            heikin_ashi(bars, after=wrong)


def test_the_stop_stays_below_a_rise_and_jumps_over_it_when_touched() -> None:
    high = np.concatenate([np.linspace(11, 30, 20), [29.0, 20.0, 15.0]])
    low = high - 1
    stop = parabolic_sar(high, low)
    assert (stop[1:20] < low[1:20]).all() and (np.diff(stop[1:20]) >= 0).all()
    assert stop[21] == 30.0
    assert stop[22] < 30.0


@given(st.integers(0, 2**31))
def test_upside_down_gives_the_stop_upside_down(seed: int) -> None:
    bars = walk(80, seed)
    # A second bar inside the first begins a rise, seen from either side: let the series begin with a clear one.
    high, low = bars.high, bars.low
    high[0], low[0] = low[1] - 1, low[1] - 2
    assert parabolic_sar(-low, -high)[1:] == pytest.approx(-parabolic_sar(high, low)[1:], rel=1e-12)


def test_the_first_stop_is_the_first_low_of_a_rise_and_the_first_high_of_a_fall() -> None:
    assert parabolic_sar(np.array([10.0, 11.0]), np.array([9.0, 10.0]))[1] == 9.0
    assert parabolic_sar(np.array([10.0, 9.0]), np.array([9.0, 8.0]))[1] == 10.0
