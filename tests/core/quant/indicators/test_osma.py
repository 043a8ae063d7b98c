"""OsMA in plain Python, in other periods, and what becomes of a trend."""

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from core.quant.indicators.osma import Spans, macd, osma
from core.quant.kernel import Floats
from tests.core.quant.indicators.known import walk


def by_hand(close: list[float], fast: int, slow: int, signal: int) -> list[float]:
    """The formula, word for word, from the first bar on which all of it stands."""
    averages = [sum(close[slow - fast : slow]) / fast, sum(close[:slow]) / slow]
    told = [averages[0] - averages[1]]
    for price in close[slow:]:
        for place, period in enumerate((fast, slow)):
            averages[place] += 2 / (period + 1) * (price - averages[place])
        told.append(averages[0] - averages[1])
    level = sum(told[:signal]) / signal
    answer = [told[signal - 1] - level]
    for line in told[signal:]:
        level += 2 / (signal + 1) * (line - level)
        answer.append(line - level)
    return answer


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**31))
def test_any_periods_follow_the_formula(fast: int, more: int, signal: int, seed: int) -> None:
    spans, close = Spans(fast, fast + more, signal), walk(60, seed).close
    warm = spans.slow + spans.signal - 2
    told = osma(close, spans)
    assert np.isnan(told[:warm]).all()
    assert told[warm:] == pytest.approx(by_hand(close.tolist(), *spans), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("spans", [Spans(5, 35, 5), Spans(60, 90, 180), Spans(2, 3, 2)])
def test_other_periods_are_those_of_ta_lib(spans: Spans) -> None:
    close = walk(500).close
    theirs = talib.MACD(close, *spans)
    for ours, other in zip(macd(close, spans), theirs, strict=True):
        assert np.allclose(ours, other, rtol=1e-9, atol=1e-11, equal_nan=True)


def test_the_histogram_is_the_line_less_its_signal() -> None:
    close: Floats = walk(300).close
    line, signal, histogram = macd(close)
    assert np.allclose(line - signal, histogram, rtol=0, atol=1e-12, equal_nan=True)
    assert np.allclose(histogram, osma(close), rtol=0, atol=1e-12, equal_nan=True)


def test_a_steady_rise_has_no_histogram_and_a_turn_shows_its_side() -> None:
    rise = np.arange(1.0, 301.0)
    assert osma(rise)[-1] == pytest.approx(0, abs=1e-9)
    assert osma(np.concatenate([rise, rise[::-1]]))[301:320].max() < 0
