"""What holds for every batch indicator: TA-Lib's values, one answer for series and panel, no look ahead, stated NaN."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quant.indicators import averages, candles, gauges, momentum, osma, panel, volatility, windows
from core.quant.indicators.candles import Candles
from core.quant.kernel import Floats
from tests.core.quant.histories_of_bars import recorded_bars
from tests.core.quant.indicators.known import TABLE, Indicator, daily, late, symbol, until, walk
from tests.core.quant.indicators.known import panel as side_by_side
from tests.core.quant.tapes import uncompiled

every = pytest.mark.parametrize("indicator", TABLE.values(), ids=list(TABLE))
known = pytest.mark.parametrize(
    "indicator", [one for one in TABLE.values() if one.theirs], ids=[name for name, one in TABLE.items() if one.theirs]
)
windowed = pytest.mark.parametrize("name", ["sma", "bollinger"])
recursive = pytest.mark.parametrize("name", ["ema", "osma", "macd", "rsi", "atr", "sar", "fused rsi"])

HISTORIES = {
    "random": walk(700),
    "recorded bars": recorded_bars(5),
    "recorded days": symbol(daily(), 0),
    "late": late(walk(200, 2), 37),
    "high": walk(300, 3, level=1e9),
    "low": walk(300, 4, level=1e-6),
    "just enough": until(walk(100, 5), 34),
    "too few": until(walk(100, 5), 13),
    "one": until(walk(100, 5), 1),
}


def level(bars: Candles) -> float:
    return float(np.nanmax(bars.close))


def assert_same(ours: tuple[Floats, ...], theirs: tuple[Floats, ...], near: float) -> None:
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.shape == other.shape
        assert np.array_equal(np.isnan(mine), np.isnan(other))
        assert np.allclose(mine, other, rtol=1e-9, atol=near, equal_nan=True)


@known
@pytest.mark.parametrize("bars", HISTORIES.values(), ids=list(HISTORIES))
def test_values_and_first_index_are_those_of_ta_lib(indicator: Indicator, bars: Candles) -> None:
    assert indicator.theirs
    # TA-Lib's bands come from plain sums of squares: there it is the less exact side.
    assert_same(indicator.ours(bars), tuple(indicator.theirs(bars)), 1e-11 * level(bars) ** indicator.power)


@every
def test_a_symbol_of_a_panel_is_the_symbol_alone_whenever_it_begins(indicator: Indicator) -> None:
    symbols = [until(late(walk(90, seed), wait), 90) for seed, wait in enumerate((0, 7, 7, 45, 56, 57, 89, 90))]
    together = indicator.ours(side_by_side(*symbols))
    for place, alone in enumerate(symbols):
        assert_same(tuple(part[:, place] for part in together), indicator.ours(alone), 1e-11)


@every
def test_recorded_days_of_ten_stocks_are_the_same_side_by_side_and_alone(indicator: Indicator) -> None:
    together = indicator.ours(daily())
    for place in range(10):
        assert_same(tuple(part[:, place] for part in together), indicator.ours(symbol(daily(), place)), 1e-11)


@every
@given(st.integers(0, 80), st.integers(0, 2**31))
def test_the_future_never_changes_the_past(indicator: Indicator, cut: int, seed: int) -> None:
    bars = walk(80, seed)
    for whole, begun in zip(indicator.ours(bars), indicator.ours(until(bars, cut)), strict=True):
        assert whole[:cut].tobytes() == begun.tobytes()


@every
@given(st.integers(-20, 20), st.integers(0, 2**31))
def test_another_unit_of_price_gives_another_unit_of_the_answer(indicator: Indicator, octaves: int, seed: int) -> None:
    bars, factor = walk(80, seed), 2.0**octaves
    scaled = indicator.ours(Candles(*(column * factor for column in bars)))
    expected = tuple(part * factor**indicator.power for part in indicator.ours(bars))
    assert_same(scaled, expected, 1e-12 * factor**indicator.power)


@pytest.mark.parametrize("name", ["osma", "rsi", "true range", "atr"])
def test_a_shift_of_all_prices_changes_nothing(name: str) -> None:
    bars = walk(200)
    shifted = TABLE[name].ours(Candles(*(column + 50 for column in bars)))
    assert_same(shifted, TABLE[name].ours(bars), 1e-10)


@every
def test_nothing_in_nothing_out(indicator: Indicator) -> None:
    for shape in ((0,), (0, 3), (5, 0)):
        empty = np.empty(shape)
        assert [part.shape for part in indicator.ours(Candles(empty, empty, empty, empty))] == [shape] * len(
            indicator.ours(walk(1))
        )


@every
def test_a_symbol_that_never_trades_is_nan_throughout(indicator: Indicator) -> None:
    absent = np.full(60, np.nan)
    assert all(np.isnan(part).all() for part in indicator.ours(Candles(absent, absent, absent, absent)))


@windowed
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_gap_leaves_a_window_with_its_value(name: str, value: float) -> None:
    bars, gap = walk(120), walk(120)
    gap.close[50] = value
    with np.errstate(invalid="ignore"):
        alone, together = TABLE[name].ours(gap), TABLE[name].ours(side_by_side(gap, bars))
    for told in (alone, [part[:, 0] for part in together]):
        for part, whole in zip(told, TABLE[name].ours(bars), strict=True):
            assert np.flatnonzero(~np.isfinite(part)).tolist() == [*range(19), *range(50, 70)]
            assert part[70:] == pytest.approx(whole[70:], rel=1e-12)


@recursive
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", [3, 60])
def test_a_gap_stays_in_a_recursion(name: str, value: float, row: int) -> None:
    gap = walk(120)
    for column in gap:
        column[row] = value
    with np.errstate(invalid="ignore"):
        for told in (TABLE[name].ours(gap), [part[:, 0] for part in TABLE[name].ours(side_by_side(gap, walk(120)))]):
            for part, whole in zip(told, TABLE[name].ours(walk(120)), strict=True):
                assert not np.isfinite(part[row:]).any()
                assert part[:row] == pytest.approx(whole[:row], nan_ok=True)


def test_each_missing_column_of_a_bar_is_seen() -> None:
    for place in range(1, 4):
        bars = walk(60)
        bars[place][40] = np.nan
        assert np.isnan(TABLE["atr"].ours(bars)[0][41:]).all()
        assert np.isnan(TABLE["true range"].ours(bars)[0][41 if place == 3 else 40])
        assert np.isnan(TABLE["sar"].ours(bars)[0][40:]).all() == (place < 3)


def test_flat_and_worthless_and_negative_prices_have_an_answer() -> None:
    for price in (0.0, -5.0, 7.0):
        flat = np.full(60, price)
        bars = Candles(flat, flat, flat, flat)
        assert TABLE["osma"].ours(bars)[0][33:] == pytest.approx(0, abs=1e-12)
        assert not TABLE["atr"].ours(bars)[0][14:].any()
        assert all((part[19:] == price).all() for part in TABLE["bollinger"].ours(bars))
        assert np.isnan(TABLE["rsi"].ours(bars)[0]).all() and np.isnan(TABLE["fused rsi"].ours(bars)[0]).all()
        assert np.isfinite(TABLE["realised"].ours(bars)[0][20:]).all() == (price > 0)


AVERAGES = [averages.sma, averages.ema, averages.wilder]
OF_CLOSES = [osma.osma, osma.macd, momentum.rsi, volatility.bollinger]
OF_BARS = [volatility.true_range, volatility.atr, gauges.gauges]


@pytest.mark.parametrize(
    "bars", [walk(75), side_by_side(walk(75), until(late(walk(75, 2), 9), 75))], ids=["series", "panel"]
)
def test_kernels_say_the_same_uncompiled(bars: Candles) -> None:
    columns: list[tuple[Any, tuple[Any, ...]]] = [(entry, (bars.close, 5)) for entry in AVERAGES]
    columns += [(entry, (bars.close,)) for entry in OF_CLOSES]
    columns += [(entry, (bars.high, bars.low, bars.close)) for entry in OF_BARS]
    columns += [(candles.parabolic_sar, (bars.high, bars.low)), (candles.heikin_ashi, (bars,))]
    for entry, arguments in columns:
        assert_same(flat(uncompiled(entry)(*arguments)), flat(entry(*arguments)), 1e-11)


def flat(answer: object) -> tuple[Floats, ...]:
    return tuple(part for one in answer for part in flat(one)) if isinstance(answer, tuple) else (np.asarray(answer),)


def test_rare_steps_say_the_same_uncompiled() -> None:
    starts = np.array([5, 2, 9])
    assert [uncompiled(panel.next_stop)(starts, row, 9) for row in range(8)] == [3, 3, 3, 6, 6, 6, 9, 9]
    assert uncompiled(panel.first_row)(np.array([np.nan, np.nan])) == panel.first_row(np.array([np.nan, np.nan])) == 2
    assert uncompiled(windows.deviation_of)(-1e-30) == windows.deviation_of(-1e-30) == 0.0
