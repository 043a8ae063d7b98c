"""The fused answer is that of the four, also where one of them has not begun or has met a gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quant.indicators.candles import Candles
from core.quant.indicators.gauges import Settings, gauges
from core.quant.indicators.momentum import rsi
from core.quant.indicators.osma import Spans, osma
from core.quant.indicators.volatility import atr, bollinger
from core.quant.kernel import Floats
from tests.core.quant.indicators.known import late, panel, until, walk


def fused(bars: Candles, settings: Settings) -> tuple[Floats, ...]:
    answer = gauges(bars.high, bars.low, bars.close, settings)
    return answer.osma, answer.rsi, answer.atr, *answer.bands


def apart(bars: Candles, settings: Settings) -> tuple[Floats, ...]:
    return (
        osma(bars.close, settings.spans),
        rsi(bars.close, settings.rsi),
        atr(bars.high, bars.low, bars.close, settings.atr),
        *bollinger(bars.close, settings.bands, settings.width),
    )


def assert_same(bars: Candles, settings: Settings) -> None:
    for one, other in zip(fused(bars, settings), apart(bars, settings), strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-11, nan_ok=True)


@given(
    st.tuples(st.integers(1, 8), st.integers(1, 12), st.integers(1, 9)),
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40)),
    st.integers(0, 60),
)
def test_any_settings_on_any_length(spans: tuple[int, int, int], periods: tuple[int, int, int], count: int) -> None:
    settings = Settings(Spans(spans[0], spans[0] + spans[1], spans[2]), *periods, 1.5)
    assert_same(until(walk(60), count), settings)


@pytest.mark.parametrize("column", [1, 2, 3])
@pytest.mark.parametrize("row", [0, 1, 2, 20, 50])
def test_a_gap_in_one_column_touches_only_what_reads_it(column: int, row: int) -> None:
    bars = walk(90)
    bars[column][row] = np.nan
    assert_same(bars, Settings())


def test_a_panel_is_served_too() -> None:
    assert_same(until(panel(late(walk(80), 0), until(late(walk(80, 2), 15), 80)), 80), Settings())
