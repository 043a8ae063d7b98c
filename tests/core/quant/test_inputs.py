"""What is refused at the door, by name, and what an `out` must be."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.errors import BadInput
from core.quant.indicators.averages import ema, lines, sma, wilder
from core.quant.indicators.candles import Candles, heikin_ashi, parabolic_sar
from core.quant.indicators.gauges import Gauges, Settings, gauges
from core.quant.indicators.momentum import rsi
from core.quant.indicators.osma import Spans, macd, osma
from core.quant.indicators.volatility import Bands, atr, bollinger, realised_volatility, true_range
from core.quant.inputs import room
from core.quant.kernel import Floats

GOOD = np.linspace(1.0, 2.0, 60)
OF_SERIES: dict[str, Callable[[Any], object]] = {
    "sma": lambda values: sma(values, 5),
    "ema": lambda values: ema(values, 5),
    "wilder": lambda values: wilder(values, 5),
    "lines": lines,
    "osma": osma,
    "macd": macd,
    "rsi": rsi,
    "bollinger": bollinger,
    "realised": realised_volatility,
    "true range": lambda values: true_range(values, values, values),
    "atr": lambda values: atr(values, values, values),
    "heikin-ashi": lambda values: heikin_ashi(Candles(values, values, values, values)),
    "sar": lambda values: parabolic_sar(values, values),
    "gauges": lambda values: gauges(values, values, values),
}
WRONG = {
    "a list": ([1.0, 2.0], "numpy array, found list"),
    "whole numbers": (np.arange(60), "float64, found int64"),
    "single precision": (GOOD.astype(np.float32), "float64, found float32"),
    "a number": (np.array(1.0), "found 0 dimensions"),
    "a cube": (np.ones((2, 3, 4)), "found 3 dimensions"),
    "every second value": (GOOD[::2], "contiguous"),
    "a column": (np.ones((60, 2))[:, 0], "contiguous"),
    "symbol-major": (np.ones((60, 2)).T, "contiguous"),
    "newest first": (GOOD[::-1], "contiguous"),
}


@pytest.mark.parametrize("indicator", OF_SERIES.values(), ids=list(OF_SERIES))
@pytest.mark.parametrize(("values", "why"), WRONG.values(), ids=list(WRONG))
def test_what_is_not_a_series_is_refused_by_name(indicator: Callable[[Any], object], values: Any, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        indicator(values)


@pytest.mark.parametrize("period", [0, -1, 2.0, True, None, "14"])
def test_a_period_is_a_whole_number_of_at_least_one(period: Any) -> None:
    asked: list[Callable[[], object]] = [
        lambda: sma(GOOD, period),
        lambda: ema(GOOD, period),
        lambda: wilder(GOOD, period),
        lambda: lines(GOOD, [3, period]),
        lambda: osma(GOOD, Spans(signal=period)),
        lambda: macd(GOOD, Spans(fast=period)),
        lambda: rsi(GOOD, period),
        lambda: bollinger(GOOD, period),
        lambda: realised_volatility(GOOD, period),
        lambda: atr(GOOD, GOOD, GOOD, period),
        lambda: gauges(GOOD, GOOD, GOOD, Settings(rsi=period)),
    ]
    for ask in asked:
        with pytest.raises(BadInput, match="whole number of at least 1, found"):
            ask()


def test_a_period_beyond_the_series_and_beyond_memory_is_nan() -> None:
    for period in (61, 10**15):
        answers = [
            sma(GOOD, period), ema(GOOD, period), rsi(GOOD, period), atr(GOOD, GOOD, GOOD, period),
            *bollinger(GOOD, period), osma(GOOD, Spans(12, period, 9)), realised_volatility(GOOD, period),
        ]  # fmt: skip
        panel = np.ascontiguousarray(np.column_stack([GOOD, GOOD]))
        answers += [sma(panel, period), ema(panel, period), rsi(panel, period), atr(panel, panel, panel, period)]
        assert all(np.isnan(answer).all() for answer in answers)


def test_other_settings_out_of_range_are_refused() -> None:
    for spans in (Spans(26, 12, 9), Spans(12, 12, 9)):
        with pytest.raises(BadInput, match="fast: must be below slow"):
            osma(GOOD, spans)
    for number in (0.0, -1.0, np.nan, np.inf):
        for ask in (
            lambda number=number: bollinger(GOOD, 20, number),
            lambda number=number: realised_volatility(GOOD, 20, number),
            lambda number=number: parabolic_sar(GOOD, GOOD, number),
        ):
            with pytest.raises(BadInput, match="above zero and finite"):
                ask()
    with pytest.raises(BadInput, match="at most the maximum"):
        parabolic_sar(GOOD, GOOD, 0.3, 0.2)
    with pytest.raises(BadInput, match="at least one line"):
        lines(GOOD, [])


def test_columns_of_different_length_are_refused_with_their_shapes() -> None:
    with pytest.raises(BadInput, match=r"high \(60,\), low \(60,\), close \(59,\)"):
        atr(GOOD, GOOD, GOOD[1:])
    with pytest.raises(BadInput, match="one shape"):
        heikin_ashi(Candles(GOOD, GOOD, GOOD, GOOD[1:]))


def test_an_out_that_does_not_fit_is_refused() -> None:
    frozen = np.zeros(60)
    frozen.flags.writeable = False
    wrong: tuple[tuple[Any, str], ...] = (
        (np.zeros(59), "shape"),
        (np.zeros((60, 1)), "shape"),
        (np.zeros(60, np.float32), "float64"),
        (np.zeros(120)[::2], "contiguous"),
        (frozen, "read-only"),
        (GOOD, "overlap"),
    )
    for out, why in wrong:
        with pytest.raises(BadInput, match=why):
            osma(GOOD, out=out)


def test_two_outs_may_not_be_the_same_memory() -> None:
    twice, own = np.zeros(60), [np.zeros(60) for _ in range(6)]
    with pytest.raises(BadInput, match="overlap"):
        bollinger(GOOD, out=Bands(own[0], twice, twice))
    with pytest.raises(BadInput, match="overlap"):
        gauges(GOOD, GOOD, GOOD, out=Gauges(own[0], twice, twice, Bands(*own[3:])))


@pytest.mark.parametrize("shape", [(60,), (60, 3)])
def test_the_answer_stands_in_the_out_and_no_input_is_touched(shape: tuple[int, ...]) -> None:
    values: Floats = np.random.default_rng(1).normal(100, 1, shape)
    bars, before = (values + 1, values - 1, values), values.copy()
    asked: list[Callable[[Floats | None], Floats]] = [
        lambda out: sma(values, 5, out),
        lambda out: ema(values, 5, out),
        lambda out: wilder(values, 5, out),
        lambda out: osma(values, out=out),
        lambda out: rsi(values, out=out),
        lambda out: atr(*bars, out=out),
        lambda out: true_range(*bars, out=out),
        lambda out: realised_volatility(values, out=out),
        lambda out: parabolic_sar(*bars[:2], out=out),
    ]
    for ask in asked:
        out = np.full(shape, 7.0)
        assert ask(out) is out
        assert out.tobytes() == ask(None).tobytes()
    assert values.tobytes() == before.tobytes()


def test_the_fused_answer_stands_in_its_outs() -> None:
    outs = [np.full(60, 7.0) for _ in range(6)]
    given = Gauges(outs[0], outs[1], outs[2], Bands(*outs[3:]))
    assert gauges(GOOD, GOOD, GOOD, out=given) == given
    fresh = gauges(GOOD, GOOD, GOOD)
    assert [one.tobytes() for one in (*given[:3], *given.bands)] == [
        one.tobytes() for one in (*fresh[:3], *fresh.bands)
    ]


def test_a_new_array_is_made_where_none_is_given() -> None:
    assert room(None, GOOD).shape == GOOD.shape
    assert not np.shares_memory(room(None, GOOD), GOOD)
