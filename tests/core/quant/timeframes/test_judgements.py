"""Dokyaku, momi and overshoot: each rule by hand, against a plain reading of the sheet, and their laws."""

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.indicators.candles import Candles, heikin_ashi
from core.quant.timeframes import judgements
from core.quant.timeframes.directions import in_atr
from core.quant.timeframes.judgements import dokyaku, momi, overshoot, pins, settle
from tests.core.quant.histories_of_bars import (
    candles,
    level,
    random_bars,
    recorded_bars,
    scaled,
    until,
    upside_down,
)
from tests.core.quant.tapes import uncompiled

seeds = st.integers(0, 2**31)
SWAPPED = np.array([0, 2, 1, 3])


def plainly(bars: Candles, tolerance: float) -> list[int]:
    """Dokyaku as the sheet's sentences say it, bar by bar."""
    average = heikin_ashi(bars)
    mean, actual, colour, codes = average.close, bars.close, 0, []
    shades: list[int] = []
    for close, opening in zip(average.close, average.open, strict=True):
        colour = 1 if close > opening else 2 if close < opening else colour
        shades.append(colour)

    def towards(before: float, now: float) -> int:
        return 1 if now - before > tolerance else 2 if before - now > tolerance else 3

    held, has_waited = 0, False
    for i in range(len(mean)):
        if i < 2:
            codes.append(0)
            continue
        mhih, mjih = towards(mean[i - 1], mean[i]), towards(actual[i - 1], mean[i])
        mmhmh, mmjmh = towards(mean[i - 2], mean[i - 1]), towards(actual[i - 2], mean[i - 1])
        confirmed = shades[i] if len({*shades[i - 2 : i + 1]}) == 1 else 0
        given = mhih if mhih == mjih != 3 else mmhmh if mmhmh == mmjmh else 3
        jj = towards(actual[i - 1], actual[i])
        if given != 3 and jj not in (3, given):
            given = confirmed or 3
        if held and given not in (3, held):
            body = sorted((bars.open[i], bars.close[i]))
            wick = max(bars.high[i] - body[1], body[0] - bars.low[i])
            is_pin = bars.high[i] > bars.low[i] and wick >= 2 / 3 * (bars.high[i] - bars.low[i])
            if mmhmh == mmjmh == confirmed == held:
                given = held
            elif is_pin and not has_waited:
                given, has_waited = 3, True
        if given != 3:
            held, has_waited = given, False
        codes.append(given)
    return codes


@pytest.mark.parametrize("tolerance", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_dokyaku_is_what_the_sheet_says(seed: int, tolerance: float) -> None:
    bars = random_bars(150, seed)
    assert dokyaku(bars, level(150, tolerance)).tolist() == plainly(bars, tolerance)


def test_dokyaku_of_recorded_bars_is_what_the_sheet_says() -> None:
    bars = recorded_bars()
    assert dokyaku(bars, level(len(bars.close))).tolist() == plainly(bars, 0.0)


@pytest.mark.parametrize(
    ("held", "waited", "given", "anchored", "pin", "expected"),
    [
        (1, 1, 0, 0, 0, (0, 0, 0)),
        (1, 1, 3, 0, 1, (3, 1, 1)),
        (0, 0, 2, 0, 1, (2, 2, 0)),
        (1, 1, 1, 0, 1, (1, 1, 0)),
        (1, 0, 2, 1, 1, (1, 1, 0)),
        (1, 0, 2, 2, 0, (2, 2, 0)),
        (1, 0, 2, 0, 1, (3, 1, 1)),
        (1, 1, 2, 0, 1, (2, 2, 0)),
    ],
    ids=["missing", "waiting", "first", "same", "suppressed", "free", "pin waits", "pin waits once"],
)
def test_a_turn_is_suppressed_waits_or_passes(
    held: int, waited: int, given: int, anchored: int, pin: int, expected: tuple[int, int, int]
) -> None:
    assert settle(held, waited, given, anchored, pin) == expected
    assert uncompiled(settle)(held, waited, given, anchored, pin) == expected


def test_a_pin_bar_has_a_wick_of_two_thirds() -> None:
    bars = candles([(1, 4, 1, 2), (1, 4, 1, 2.1), (4, 4, 1, 3), (2, 2, 2, 2), (np.nan, 4, 1, 2)])
    assert pins(bars).tolist() == [1, 0, 1, 0, 0]


def test_a_straight_rise_is_up_from_the_third_bar_and_a_flat_line_waits() -> None:
    rise = candles([(i, i + 1, i, i + 1) for i in range(8)])
    assert dokyaku(rise, level(8)).tolist() == [0, 0, 1, 1, 1, 1, 1, 1]
    flat = candles([(5, 5, 5, 5)] * 5)
    assert dokyaku(flat, level(5)).tolist() == [0, 0, 3, 3, 3]
    assert dokyaku(rise, in_atr(0.1, rise)).tolist() == [0] * 8


def test_a_missing_bar_is_not_judged_and_forgets_the_direction() -> None:
    bars = random_bars(40, 1)
    bars.close[20] = np.nan
    codes = dokyaku(bars, level(40))
    assert codes[20:23].tolist() == [0, 0, 0] and (codes[23:] > 0).all()


@given(seeds, st.integers(0, 80))
def test_later_bars_change_nothing_before(seed: int, cut: int) -> None:
    bars = random_bars(80, seed)
    width = level(80, 1.5)
    early = until(bars, cut)
    assert dokyaku(early, width[:cut].copy()).tolist() == dokyaku(bars, width)[:cut].tolist()
    assert momi(early, width[:cut].copy(), 5).tolist() == momi(bars, width, 5)[:cut].tolist()
    room = overshoot(bars.close, bars.open, width)
    assert overshoot(early.close, early.open, width[:cut].copy()).codes.tolist() == room.codes[:cut].tolist()


@given(seeds, st.sampled_from([0.25, 8.0, 1024.0]))
def test_turned_upside_down_every_direction_turns_and_scaled_none_does(seed: int, factor: float) -> None:
    bars, tolerance = random_bars(60, seed), level(60, 0.25)
    codes = dokyaku(bars, tolerance)
    assert dokyaku(scaled(bars, factor), tolerance * factor).tolist() == codes.tolist()
    turned = upside_down(bars)
    assert dokyaku(turned, tolerance).tolist() == SWAPPED[codes].tolist()
    assert momi(turned, tolerance * 8, 6).tolist() == momi(bars, tolerance * 8, 6).tolist()
    ranges = level(60, 0.5)
    room, turned_room = overshoot(bars.close, bars.open, ranges), overshoot(turned.close, turned.open, ranges)
    assert turned_room.codes.tolist() == SWAPPED[room.codes].tolist()


def test_momi_is_the_range_of_the_last_bars_and_ends_when_it_has_widened() -> None:
    bars = recorded_bars()
    spans = talib.MAX(bars.high, 15) - talib.MIN(bars.low, 15)
    width = in_atr(3.0, bars)
    codes = momi(bars, width, 15)
    assert codes.tolist() == np.where(spans < width, 3, 0).tolist()
    assert {0, 3} == set(codes.tolist())
    rows = [(5.0, 5.1, 4.9, 5.0)] * 4 + [(5.0, 9.0, 4.9, 9.0)] + [(9.0, 9.1, 8.9, 9.0)] * 4
    assert momi(candles(rows), level(9, 0.5), 3).tolist() == [0, 0, 3, 3, 0, 0, 0, 3, 3]


def test_momi_of_a_width_that_equals_the_range_or_of_missing_bars_is_none() -> None:
    rows = [(5.0, 6.0, 5.0, 5.0)] * 6
    assert momi(candles(rows), level(6, 1.0), 2).tolist() == [0] * 6
    rows[3] = (5.0, np.nan, 5.0, 5.0)
    assert momi(candles(rows), level(6, 1.5), 2).tolist() == [0, 3, 3, 0, 0, 3]
    assert momi(candles(rows), level(6, 1.5), 7).tolist() == [0] * 6


def test_overshoot_looks_at_the_bar_before_and_at_two_average_bars() -> None:
    close, target = np.array([10.0, 10, 10, 10, 10]), np.array([12.0, 11.9, 8.0, np.nan, 12.0])
    codes, remaining = overshoot(close, target, level(5, 1.0))
    assert codes.tolist() == [0, 1, 0, 2, 0]
    assert remaining == pytest.approx([np.nan, 2.0, 1.9, 2.0, np.nan], nan_ok=True)
    assert overshoot(close, target, level(5)).codes.tolist() == [0] * 5
    assert overshoot(close, target, level(5, -1.0)).codes.tolist() == [0] * 5


def test_what_cannot_be_judged_is_refused_and_an_empty_series_is_fine() -> None:
    empty = until(random_bars(5, 0), 0)
    nothing = np.empty(0)
    assert dokyaku(empty, nothing).size == momi(empty, nothing, 3).size == 0
    assert overshoot(nothing, nothing, nothing).codes.size == 0
    bars = random_bars(5, 0)
    for wrong in (0, -1, 2.5, True):
        with pytest.raises(BadInput):
            momi(bars, level(5), wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        dokyaku(bars, level(4))
    with pytest.raises(BadInput):
        overshoot(bars.close, bars.close, bars.close, least=0.0)


def test_uncompiled_loops_give_the_same_codes() -> None:
    draw = np.random.default_rng(2)
    given, anchored, pin = (draw.integers(0, top, 60) for top in (4, 3, 2))
    compiled, plain = np.empty(60, np.int64), np.empty(60, np.int64)
    judgements._turns(given, anchored, pin, compiled)
    uncompiled(judgements._turns)(given, anchored, pin, plain)
    assert compiled.tolist() == plain.tolist()
    bars = random_bars(40, 3)
    spans = [level(40), level(40)]
    for loop, out in zip((judgements._spans, uncompiled(judgements._spans)), spans, strict=True):
        loop(bars.high, bars.low, out, 4)
    assert spans[0].tolist() == spans[1].tolist()
