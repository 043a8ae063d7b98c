"""Going and returning: a run by hand, against a plain reading of the sheet, and upside down."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.quant.indicators.candles import Candles, heikin_ashi
from core.quant.timeframes import ikikaeri as module
from core.quant.timeframes.directions import colours
from core.quant.timeframes.ikikaeri import GO_GO, GO_RETURN, RETURN_BACK, RETURN_GO, ikikaeri, swing
from tests.core.quant.histories_of_bars import candles, random_bars, recorded_bars, scaled, until, upside_down
from tests.core.quant.tapes import uncompiled

seeds = st.integers(0, 2**31)
SWAPPED = np.array([0, 2, 1])
MIRRORED = np.array([0, RETURN_BACK, GO_RETURN, RETURN_GO, GO_GO])


def plainly(bars: Candles) -> list[tuple[int, int]]:
    """Direction and phase as the sheet's sentences say them, run by run."""
    average = heikin_ashi(bars)
    shades = colours(average).tolist()
    told, begin = [], 0
    for i, colour in enumerate(shades):
        if colour == 0:
            told.append((0, 0))
            continue
        if i == 0 or colour != shades[i - 1]:
            begin = i
        sign = 1 if colour == 1 else -1
        reaches = (bars.high if colour == 1 else bars.low)[begin : i + 1] * sign
        newest = max(j for j in range(len(reaches)) if j == 0 or reaches[j] > max(reaches[:j]))
        beyond = [sign * (bars.close[j] - average.open[begin]) < 0 for j in range(begin + newest, i + 1)]
        told.append((3 - colour if any(beyond) else colour, 1 if begin + newest == i else 2))
    return told


def test_directions_and_phases_are_what_the_sheet_says() -> None:
    for bars in (recorded_bars(), *(random_bars(120, seed) for seed in range(6))):
        found = ikikaeri(bars)
        assert list(zip(found.directions.tolist(), found.phases.tolist(), strict=True)) == plainly(bars)


def test_swings_compare_the_runs_that_have_ended() -> None:
    bars = recorded_bars()
    shades, swings = colours(heikin_ashi(bars)).tolist(), ikikaeri(bars).swings.tolist()
    turns = [i for i in range(1, len(shades)) if shades[i] != shades[i - 1]]
    edges = [0, *turns]
    runs = [(shades[a], max(bars.high[a:b]), min(bars.low[a:b])) for a, b in zip(edges, turns, strict=False)]
    for i, at in enumerate(turns):
        peaks = [high for colour, high, _ in runs[: i + 1] if colour == 1][-2:]
        troughs = [low for colour, _, low in runs[: i + 1] if colour == 2][-2:]
        if len(peaks) + len(troughs) < 4:
            assert swings[at] == 0
        else:
            code = {(True, True): 1, (True, False): 2, (False, True): 3, (False, False): 4}
            assert swings[at] == code[peaks[1] > peaks[0], troughs[1] > troughs[0]]
    assert {swings[i] == swings[i - 1] for i in range(1, len(swings)) if i not in turns} == {True}
    assert set(swings) == {0, 1, 2, 3, 4}


def test_a_falling_run_goes_with_new_lows_returns_without_and_switches_beyond_its_start() -> None:
    rows = [(10, 10, 8.5, 9), (9, 9, 8, 8), (8, 8.5, 8, 8.2), (8, 12, 7.9, 9.6), (6, 6, 5, 5)]
    found = ikikaeri(candles(rows))
    assert colours(heikin_ashi(candles(rows)))[:3].tolist() == [2, 2, 2]
    assert found.phases[:3].tolist() == [1, 1, 2]
    assert found.directions[:3].tolist() == [2, 2, 2]


def test_a_close_beyond_the_start_switches_until_a_new_extreme() -> None:
    row = np.array(module.NEW_ROW)
    steps = [
        ((10.0, 9.0, 9.5, 9.8), 1, 2),
        ((10.0, 8.0, 9.9, 9.0), 1, 1),
        ((10.0, 8.0, 9.0, 9.0), 2, 1),
        ((10.0, 7.0, 9.0, 9.0), 1, 2),
    ]
    for bar, phase, direction in steps:
        assert (module.advance(row, 2, bar), module.direction(row)) == (phase, direction)


def test_equal_extremes_are_neither_new_nor_higher() -> None:
    row = np.array(module.NEW_ROW)
    assert [module.advance(row, 1, (10.0, 9.0, 9.5, 9.0)) for _ in range(2)] == [1, 2]
    row[module.PEAK :] = (5.0, 5.0, 4.0, 4.0)
    assert swing(row) == RETURN_BACK


@given(seeds, st.integers(0, 60), st.sampled_from([0.25, 64.0]))
def test_later_bars_and_the_scale_change_nothing_and_upside_down_turns_all(seed: int, cut: int, factor: float) -> None:
    bars = random_bars(60, seed)
    whole, early, large = (ikikaeri(part) for part in (bars, until(bars, cut), scaled(bars, factor)))
    for full, part, same in zip(whole, early, large, strict=True):
        assert part.tolist() == full[:cut].tolist() and same.tolist() == full.tolist()
    turned = ikikaeri(upside_down(bars))
    assert turned.directions.tolist() == SWAPPED[whole.directions].tolist()
    assert turned.phases.tolist() == whole.phases.tolist()


def test_a_missing_bar_forgets_everything() -> None:
    bars = random_bars(50, 4)
    bars.high[30] = np.nan
    found = ikikaeri(bars)
    assert [codes[30] for codes in found] == [0, 0, 0] and found.swings[31] == 0


def test_uncompiled_it_gives_the_same() -> None:
    bars = random_bars(60, 8)
    bars.low[20] = np.nan
    average = heikin_ashi(bars)
    seen = np.column_stack([bars.high, bars.low, bars.close, average.open])
    out = np.empty((3, 60), np.int64)
    uncompiled(module._follow)(colours(average), seen, np.array(module.NEW_ROW), out)
    assert out.tolist() == np.array(ikikaeri(bars)).tolist()
    assert ikikaeri(until(bars, 0)).swings.size == 0
