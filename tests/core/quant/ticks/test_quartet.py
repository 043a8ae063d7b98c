"""Four figures: TA-Lib's values from its first index on, the laws of their formulas, one result for every door."""

from typing import Any

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.kernel import Floats
from core.quant.ticks import quartet
from core.quant.ticks.quartet import Quartet
from tests.core.quant.tapes import recorded, uncompiled

PRICES = recorded()["price"].copy()


def random_bars(count: int, seed: int = 3) -> tuple[Floats, Floats, Floats]:
    draw = np.random.default_rng(seed)
    closes = 100 * np.exp(np.cumsum(draw.normal(0, 1e-3, count)))
    return closes + draw.random(count), closes - draw.random(count), closes


def reference(highs: Floats, lows: Floats, closes: Floats) -> Floats:
    upper, middle, _ = talib.BBANDS(closes, 20, 2, 2)
    osma = talib.MACD(closes, 12, 26, 9)[2]
    strength, ranges = talib.RSI(closes, 14), talib.ATR(highs, lows, closes, 14)
    return np.column_stack([osma, strength, ranges, middle, (upper - middle) / 2])


@pytest.mark.parametrize("bars", [random_bars(3_000), (PRICES, PRICES, PRICES)], ids=["random bars", "recorded ticks"])
def test_values_and_first_index_are_those_of_ta_lib(bars: tuple[Floats, Floats, Floats]) -> None:
    ours, theirs = Quartet().batch(*bars), reference(*bars)
    assert (np.isnan(ours) == np.isnan(theirs)).all()
    # TA-Lib's deviation comes from plain sums of squares: it is the less exact side there.
    scales = [np.abs(theirs[33:, 0]).max(), 100.0, theirs[33:, 2].min(), bars[2].min(), bars[2].min()]
    assert np.nanmax(np.abs(ours - theirs) / scales, axis=0) == pytest.approx(0, abs=1e-9)


def test_the_deviation_is_that_of_the_window_to_the_last_digits() -> None:
    windows = np.lib.stride_tricks.sliding_window_view(PRICES, 20)
    assert Quartet().batch(PRICES, PRICES, PRICES)[19:, 4] == pytest.approx(windows.std(axis=1), rel=1e-9, abs=1e-12)


def test_one_by_one_in_chunks_and_at_once_agree_to_the_last_bit() -> None:
    highs, lows, closes = random_bars(700)
    whole, pieces, single = Quartet(), Quartet(), Quartet()
    figures = whole.batch(highs, lows, closes)
    chunks = [pieces.batch(highs[at : at + 64], lows[at : at + 64], closes[at : at + 64]) for at in range(0, 700, 64)]
    steps = []
    for bar in zip(highs.tolist(), lows.tolist(), closes.tolist(), strict=True):
        assert single.tick(*bar)
        steps.append(single.figures)
    assert figures.tobytes() == np.vstack(chunks).tobytes() == np.array(steps).tobytes()
    assert whole.row.tobytes() == pieces.row.tobytes() == single.row.tobytes()


@given(st.integers(1, 120), st.integers(0, 2**31))
def test_what_comes_later_changes_nothing_before(cut: int, seed: int) -> None:
    bars = random_bars(160, seed)
    until = Quartet().batch(*(column[:cut].copy() for column in bars))
    assert until.tobytes() == Quartet().batch(*bars)[:cut].tobytes()


@given(st.floats(0.01, 100), st.floats(-50, 1_000), st.integers(0, 2**31))
def test_scaling_and_shifting_the_price_does_to_the_figures_what_the_formulas_say(
    factor: float, shift: float, seed: int
) -> None:
    bars = random_bars(120, seed)
    plain, moved = Quartet().batch(*bars), Quartet().batch(*(column * factor + shift for column in bars))
    expected = plain * [factor, 1, factor, factor, factor] + [0, 0, 0, shift, 0]
    assert moved == pytest.approx(expected, rel=1e-7, abs=1e-9 * (factor * 100 + abs(shift)), nan_ok=True)


def test_a_bar_with_a_hole_moves_nothing_and_the_next_goes_on() -> None:
    highs, lows, closes = random_bars(60)
    holed = [np.insert(column, 40, np.nan if at else 1.0) for at, column in enumerate((highs, lows, closes))]
    figures = Quartet().batch(*holed)
    assert np.isnan(figures[40]).all()
    assert np.delete(figures, 40, 0).tobytes() == Quartet().batch(highs, lows, closes).tobytes()
    single = Quartet()
    assert [single.tick(1.0, bad, 1.0) for bad in (np.nan, np.inf, -np.inf)] == [False, False, False]
    assert single.row[quartet.COUNT] == 0


def test_a_price_that_never_moved_has_no_rsi_and_no_deviation_and_a_true_range_of_zero() -> None:
    flat = np.full(400, 184.05)
    osma, strength, ranges, middle, deviation = Quartet().batch(flat, flat, flat)[-1]
    assert np.isnan(strength) and ranges == 0 and deviation == 0
    assert middle == pytest.approx(184.05, rel=1e-15) and osma == pytest.approx(0, abs=1e-12)


def test_a_price_that_stopped_moving_loses_its_rsi_instead_of_dividing_dust() -> None:
    stopped = np.concatenate([PRICES[:100], np.full(1_000, PRICES[99])])
    assert np.isnan(Quartet().batch(stopped, stopped, stopped)[-1, quartet.RSI - quartet.OSMA])


def test_window_sums_do_not_drift() -> None:
    draw = np.random.default_rng(0)
    long = np.concatenate([1e6 + draw.random(5_000), 100 + draw.random(20)])
    assert Quartet().batch(long, long, long)[-1, 4] == pytest.approx(long[-20:].std(), rel=1e-6)
    quiet = np.concatenate([long, 100 + draw.random(40)])
    assert Quartet().batch(quiet, quiet, quiet)[-1, 4] == pytest.approx(quiet[-20:].std(), rel=1e-12)


@pytest.mark.parametrize(
    "bars",
    [
        (PRICES, PRICES, PRICES[:-1]),
        (PRICES, PRICES, PRICES.astype(np.float32)),
        (PRICES.reshape(50, 50),) * 3,
        (PRICES, PRICES, PRICES.tolist()),
    ],
)
def test_what_is_no_series_is_refused(bars: tuple[Floats, Floats, Floats]) -> None:
    with pytest.raises(BadInput):
        Quartet().batch(*bars)


def test_the_answer_goes_into_the_callers_array_if_it_fits() -> None:
    out = np.empty((PRICES.size, 5))
    assert Quartet().batch(PRICES, PRICES, PRICES, out) is out
    wrongs: list[Any] = [out[:-1], out[:, :4].copy(), out.astype(np.float32), out.T]
    for wrong in wrongs:
        with pytest.raises(BadInput):
            Quartet().batch(PRICES, PRICES, PRICES, wrong)
    out.flags.writeable = False
    with pytest.raises(BadInput):
        Quartet().batch(PRICES, PRICES, PRICES, out)


def test_series_may_lie_anyhow_in_memory() -> None:
    copied = PRICES[::-3].copy()
    out = np.empty((5, copied.size)).T
    assert Quartet().batch(*(PRICES[::-3],) * 3, out).tobytes() == Quartet().batch(*(copied,) * 3).tobytes()


def test_an_empty_batch_and_a_single_bar_are_fine() -> None:
    nothing = np.empty(0)
    assert Quartet().batch(nothing, nothing, nothing).shape == (0, 5)
    assert np.isnan(Quartet().batch(*(np.array([1.0]),) * 3)).all()
    with pytest.raises(TypeError):
        Quartet().tick("high", 1.0, 1.0)  # type: ignore[arg-type]


def test_uncompiled_kernels_give_the_same_figures() -> None:
    bars = random_bars(120)
    plain = np.zeros(quartet.WIDTH + 5)
    out = np.empty((120, 5))
    uncompiled(quartet.walk)(plain, bars, out)
    assert out == pytest.approx(Quartet().batch(*bars), rel=1e-9, abs=1e-12, nan_ok=True)
    single = np.zeros(quartet.WIDTH + 5)
    assert [uncompiled(quartet.single)(single, *bar) for bar in zip(*bars, strict=True)] == [True] * 120
    assert single == pytest.approx(plain, rel=1e-12, nan_ok=True)
    uncompiled(quartet.walk)(single, (np.array([np.nan]),) * 3, out[:1])
    assert np.isnan(out[0]).all()
