"""OsMA on T, S, M and L against TA-Lib, and several timeframes merged: expiry, weights, reachability."""

from itertools import permutations

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.ticks.layout import MINUTE
from core.quant.timeframes.tsml import (
    FIVE_FRAMES,
    FRAMES,
    THREE_FRAMES,
    Judgement,
    alignment,
    merge,
    osma_of_frame,
    spans_of,
)
from tests.core.quant.tapes import recorded

PRICES = recorded()["price"].copy()
NOW = 1_000 * MINUTE


def says(frame: str, code: int = 1, strength: float = 0.9, confidence: float = 0.9, age: int = 0) -> Judgement:
    return Judgement(frame, code, strength, confidence, NOW - age * MINUTE)


def everyone(code: int = 1, figure: float = 0.9) -> list[Judgement]:
    return [says(frame, code, figure, figure) for frame in FIVE_FRAMES]


@pytest.mark.parametrize("frame", FRAMES)
def test_osma_of_every_period_is_that_of_ta_lib(frame: str) -> None:
    for line, period in zip(osma_of_frame(PRICES, frame), FRAMES[frame].periods, strict=True):
        theirs = talib.MACD(PRICES, *spans_of(period))[2]
        assert (np.isnan(line) == np.isnan(theirs)).all()
        assert np.nanmax(np.abs(line - theirs)) <= 1e-9 * np.nanmax(np.abs(theirs))


def test_the_periods_of_the_sheet_and_their_spans() -> None:
    assert FRAMES["15M"].periods == (10, 15, 30, 45) and FRAMES["60M"].periods == (60, 90, 180, 360)
    assert spans_of(26) == (12, 26, 9)
    assert [tuple(spans_of(period)) for period in (10, 15, 30, 45)] == [
        (5, 10, 3),
        (7, 15, 5),
        (14, 30, 10),
        (21, 45, 16),
    ]
    for period in range(3, 400):
        assert 1 <= spans_of(period).fast < period and spans_of(period).signal >= 1
    for wrong in (0, 2, -5, 10.0, True):
        with pytest.raises(BadInput):
            spans_of(wrong)  # type: ignore[arg-type]


def test_a_panel_of_closes_gives_the_lines_of_each_symbol() -> None:
    panel = np.ascontiguousarray(np.column_stack([PRICES[:300], PRICES[300:600]]))
    both = osma_of_frame(panel, "5M")
    for symbol in range(2):
        single = osma_of_frame(np.ascontiguousarray(panel[:, symbol]), "5M")
        assert both[:, :, symbol] == pytest.approx(single, rel=1e-9, abs=1e-12, nan_ok=True)


def test_alignment_is_up_only_where_all_four_rose() -> None:
    lines = osma_of_frame(PRICES, "1M")
    codes, moves = alignment(lines), np.diff(lines, axis=1)
    assert (codes[:60] == 0).all() and (codes[60:] > 0).all()
    for code, wanted in ((1, moves > 0), (2, moves < 0)):
        assert ((codes[1:] == code) == wanted.all(axis=0)).all()
    assert alignment(-lines).tolist() == np.array([0, 2, 1, 3])[codes].tolist()
    assert alignment(np.ascontiguousarray(lines[:, :200])).tolist() == codes[:200].tolist()


def test_short_empty_and_unknown_series_have_a_stated_answer() -> None:
    assert np.isnan(osma_of_frame(PRICES[:20].copy(), "60M")).all()
    assert osma_of_frame(np.empty(0), "1M").shape == (4, 0)
    assert alignment(np.empty((4, 0))).size == 0
    with pytest.raises(BadInput, match="2M"):
        osma_of_frame(PRICES, "2M")
    with pytest.raises(BadInput):
        osma_of_frame(PRICES.astype(np.float32), "1M")


def test_both_designs_of_weights_are_whole() -> None:
    assert sum(FIVE_FRAMES.values()) == pytest.approx(1, rel=1e-15)
    assert sum(THREE_FRAMES.values()) == pytest.approx(1, rel=1e-15)


def test_aligned_timeframes_act_and_the_answer_says_who_spoke() -> None:
    answer = merge(everyone(2), NOW)
    assert answer.code == 2 and answer.alignment == 1 and answer.strength == 1
    assert answer.confidence == pytest.approx(0.9)
    assert answer.frames == ("240M", "60M", "15M", "5M", "1M")


@pytest.mark.parametrize(("frame", "minutes"), [("1M", 5), ("5M", 15), ("15M", 30), ("60M", 120), ("240M", 480)])
def test_a_judgement_counts_to_its_last_minute_and_not_from_the_future(frame: str, minutes: int) -> None:
    assert merge([says(frame, age=minutes)], NOW).frames == (frame,)
    assert merge([says(frame, age=minutes)], NOW + 1).frames == ()
    assert merge([says(frame)], NOW - 1).frames == ()


def test_an_expired_judgement_is_the_same_as_an_absent_one() -> None:
    expired = [says("60M", 2, age=121), *(each for each in everyone() if each.frame != "60M")]
    assert merge(expired, NOW) == merge(expired[1:], NOW)


def test_an_absent_timeframe_lowers_the_confidence_and_not_the_strength() -> None:
    full, less = merge(everyone(1, 0.8), NOW), merge(everyone(1, 0.8)[1:], NOW)
    assert less.strength == pytest.approx(full.strength) and less.confidence < full.confidence
    waiting = merge([says("1M", 3, 0.8, 0.8), *everyone(1, 0.8)[1:]], NOW)
    assert waiting.strength < less.strength and waiting.confidence == pytest.approx(full.confidence)


def test_one_sure_timeframe_alone_waits() -> None:
    alone = merge([says("5M", 1, 1.0, 1.0)], NOW)
    assert (alone.code, alone.strength) == (3, 1) and alone.confidence == pytest.approx(0.15)


def test_nobody_present_is_none_and_a_tie_waits() -> None:
    assert merge([], NOW) == (0, 0.0, 0.0, 0.0, ())
    tie = merge([says("15M", 1), says("60M", 2)], NOW)
    assert (tie.code, tie.strength) == (3, 0)


def test_the_threshold_is_within_reach_but_only_just_without_the_boost() -> None:
    assert merge(everyone(1, 0.7), NOW).code == 1
    assert merge(everyone(1, 0.68), NOW).code == 3
    unaligned = [says(frame, 1, 1.0, 1.0) for frame in ("240M", "60M", "15M")]
    others = [says("5M", 3), says("1M", 3)]
    assert merge([*unaligned, *others], NOW).alignment == 0.8
    assert merge([*unaligned, *others], NOW).strength == pytest.approx(0.8)
    assert merge([each._replace(strength=0.87) for each in unaligned] + others, NOW).code == 3


def test_the_order_of_the_judgements_does_not_matter() -> None:
    said = [says("1M", 2, 0.3, 0.7), says("5M", 3, 0.1, 0.9), says("15M", 1, 0.7, 0.6), says("60M", 1), says("240M", 1)]
    assert len({merge(order, NOW) for order in permutations(said)}) == 1


codes, shares = st.integers(0, 3), st.integers(0, 100).map(lambda number: number / 100)


@given(st.lists(st.tuples(codes, shares, shares, st.integers(0, 500)), min_size=5, max_size=5))
def test_turned_round_the_answer_turns_round_and_stays_in_range(said: list[tuple[int, float, float, int]]) -> None:
    judged = [says(frame, *rest) for frame, rest in zip(FIVE_FRAMES, said, strict=True)]
    answer = merge(judged, NOW)
    turned = merge([each._replace(code=(0, 2, 1, 3)[each.code]) for each in judged], NOW)
    assert 0 <= answer.strength <= 1 and 0 <= answer.confidence <= 1 + 1e-12 and 0 <= answer.alignment <= 1
    assert turned.code == (0, 2, 1, 3)[answer.code] and turned.strength == answer.strength
    doubled = merge(judged, NOW, {frame: 4 * weight for frame, weight in FIVE_FRAMES.items()})
    assert doubled == answer


@pytest.mark.parametrize(
    "wrong",
    [
        [says("30M")],
        [says("2M")],
        [says("1M"), says("1M", 2)],
        [says("1M", 4)],
        [says("1M", strength=1.1)],
        [says("1M", confidence=float("nan"))],
    ],
)
def test_what_is_no_judgement_is_refused(wrong: list[Judgement]) -> None:
    with pytest.raises(BadInput):
        merge(wrong, NOW)
    for weight in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(BadInput, match="weights"):
            merge([], NOW, {"1M": weight})
