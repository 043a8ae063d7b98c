"""Bars: what a plain loop over the ticks would build, on every kind of day."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.instants import nanoseconds
from core.quant.kernel import Floats, Ints
from core.quant.ticks.layout import MINUTE, SECOND, WHOLE_DAY
from core.quant.ticks.snapshot import Bars
from core.quant.ticks.stream import Stream, as_ticks
from core.quant.ticks.terms import StreamTerms
from core.quant.ticks.ticking import Records
from core.quant.ticks.verdicts import REFUSED, Verdict
from tests.core.quant.tapes import NOON, nasty, steady, walk

TERMS = StreamTerms(depth=4096, gap_seconds=60)
Table = list[int]


def day_of(at: int, table: Table) -> tuple[int, int]:
    begin = at // WHOLE_DAY * WHOLE_DAY
    before = [edge for edge in table if edge <= at]
    after = [edge for edge in table if edge > at]
    if before and after:
        return before[-1], after[0]
    return max([begin, *before[-1:]]), min([begin + WHOLE_DAY, *after[:1]])


def bar_of(at: int, table: Table, minutes: int) -> tuple[int, int]:
    begin, end = day_of(at, table)
    if minutes == 1440:
        return begin, end
    begin += (at - begin) // (minutes * MINUTE) * minutes * MINUTE
    return begin, min(begin + minutes * MINUTE, end)


def built(ticks: Records, table: Table, minutes: int) -> list[tuple[float, ...]]:
    bars: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for _, at, _, price, volume in ticks.tolist():
        bars.setdefault(bar_of(at, table, minutes), []).append((price, volume))
    return [(*edges, *_summed(inside)) for edges, inside in bars.items()]


def _summed(inside: list[tuple[float, float]]) -> tuple[float, ...]:
    prices = [price for price, _ in inside]
    volumes = [volume for _, volume in inside if volume >= 0]
    return len(inside), prices[0], max(prices), min(prices), prices[-1], sum(volumes) if volumes else np.nan


def all_bars(stream: Stream, symbol: str, minutes: int) -> list[tuple[float, ...]]:
    both = stream.bars(symbol, minutes), stream.forming(symbol, minutes)
    return [row for bars in both for row in zip(*(column.tolist() for column in bars), strict=True)]


def assert_same(ours: list[tuple[float, ...]], theirs: list[tuple[float, ...]]) -> None:
    assert [bar[:7] for bar in ours] == [bar[:7] for bar in theirs]
    assert [bar[7] for bar in ours] == pytest.approx([bar[7] for bar in theirs], rel=1e-12, nan_ok=True)


@given(nasty(), st.sampled_from([[], [-400, 90, 777, 2_000], [10, 20], [40_000, 50_000]]))
def test_every_frame_has_the_bars_of_a_plain_loop(ticks: Records, edges: list[int]) -> None:
    table = [NOON + edge * MINUTE for edge in edges]
    names = ["A", "B", "C"]
    stream = Stream(names, TERMS, {name: table for name in names} if table else None)
    seen = stream.batch(ticks)
    taken = ticks[seen & REFUSED == 0]
    for index, name in enumerate(names):
        for minutes in TERMS.frames:
            assert_same(all_bars(stream, name, minutes), built(taken[taken["symbol"] == index], table, minutes))


def test_only_the_newest_bars_are_kept_and_the_oldest_comes_first() -> None:
    stream = Stream(["A"], StreamTerms(depth=20))
    ticks = walk(600, seconds=20)
    stream.batch(ticks)
    assert_same(all_bars(stream, "A", 1), built(ticks, [], 1)[-21:])
    assert len(stream.bars("A", 1).begins) == 20


def utc(year: int, month: int, day: int, hour: int) -> int:
    return nanoseconds(datetime(year, month, day, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("midnights", "hours"),
    [
        ([utc(2014, 3, 8, 5), utc(2014, 3, 9, 5), utc(2014, 3, 10, 4), utc(2014, 3, 11, 4)], 23),
        ([utc(2014, 11, 1, 4), utc(2014, 11, 2, 4), utc(2014, 11, 3, 5), utc(2014, 11, 4, 5)], 25),
    ],
)
def test_a_day_on_which_clocks_change_is_as_long_as_its_table_says(midnights: Table, hours: int) -> None:
    times = np.arange(midnights[0], midnights[-1], 10 * MINUTE)
    count = times.size
    ticks = as_ticks(np.zeros(count, np.int64), times, np.arange(count), np.full(count, 100.0), np.ones(count))
    stream = Stream(["NY"], TERMS, {"NY": midnights})
    assert np.count_nonzero(stream.batch(ticks) & Verdict.DAY) == 3
    days = stream.bars("NY", 1440)
    assert (days.begins.tolist(), (days.ends - days.begins).tolist()) == (
        midnights[:2],
        [WHOLE_DAY, hours * 60 * MINUTE],
    )
    assert days.ticks.tolist() == [144, hours * 6]
    quarters = stream.bars("NY", 240)
    inside = (quarters.begins >= midnights[1]) & (quarters.begins < midnights[2])
    lengths = ((quarters.ends - quarters.begins)[inside] // (60 * MINUTE)).tolist()
    assert lengths == ([4] * 5 + [3] if hours == 23 else [4] * 6 + [1])


def test_without_a_table_and_outside_of_it_days_are_those_of_utc() -> None:
    opening = NOON + 90 * MINUTE
    stream = Stream(["A", "B"], TERMS, {"A": [opening, opening + WHOLE_DAY]})
    for name in ("A", "B"):
        for day in range(-2, 4):
            stream.tick(name, NOON + day * WHOLE_DAY, day + 2, 100.0, 1.0)
    noons = [NOON // WHOLE_DAY * WHOLE_DAY + day * WHOLE_DAY for day in range(-2, 4)]
    assert stream.bars("B", 1440).begins.tolist() == noons[:5]
    assert stream.bars("A", 1440).begins.tolist() == [*noons[:3], opening, noons[4]]
    assert stream.bars("A", 1440).ends.tolist()[2:4] == [opening, opening + WHOLE_DAY]


def test_the_session_begins_anew_with_the_day_and_the_indicators_do_not() -> None:
    stream = Stream(["A"])
    stream.batch(steady([100.0, 101.0] * 40))
    before = stream.snapshot("A", NOON)
    tomorrow = NOON + WHOLE_DAY
    assert stream.tick("A", tomorrow, 1, 100.5, 30.0) == Verdict.DAY | Verdict.BAR
    after = stream.snapshot("A", tomorrow)
    assert (before.vwap, after.vwap) == pytest.approx((100.5, 100.5))
    assert after.rsi is not None and before.rsi is not None and abs(after.rsi - before.rsi) < 10


def test_vwap_is_weighed_by_volume_and_unknown_without() -> None:
    stream = Stream(["A"])
    for number, (price, volume) in enumerate([(100.0, 0.0), (100.0, np.nan)]):
        stream.tick("A", NOON, number, price, volume)
        assert stream.snapshot("A", NOON).vwap is None
    for number, (price, volume) in enumerate([(100.0, 30.0), (102.0, 10.0), (101.0, np.nan)]):
        stream.tick("A", NOON + SECOND, number, price, volume)
    assert stream.snapshot("A", NOON).vwap == pytest.approx(100.5)


def test_a_silence_inside_a_day_is_a_gap_and_one_over_night_is_a_day() -> None:
    stream = Stream(["A"], StreamTerms(gap_seconds=300))
    kinds = Verdict.GAP | Verdict.DAY
    steps: Mapping[int, Verdict] = {0: Verdict.DAY, 300: Verdict(0), 601: Verdict.GAP, 86_400: Verdict.DAY}
    seen = {seconds: stream.tick("A", NOON + seconds * SECOND, seconds, 100.0, 1.0) & kinds for seconds in steps}
    assert seen == steps


def test_minutes_nobody_traded_in_have_no_bar() -> None:
    stream = Stream(["A"])
    for minute in (0, 1, 7, 8):
        stream.tick("A", NOON + minute * MINUTE, minute, 100.0, 1.0)
    assert ((stream.bars("A", 1).begins - NOON) // MINUTE).tolist() == [0, 1, 7]
    assert ((stream.bars("A", 5).begins - NOON) // MINUTE).tolist() == [0]


def test_an_untouched_symbol_has_no_bars_and_an_unknown_frame_is_refused() -> None:
    stream = Stream(["A"])
    assert [column.size for column in stream.bars("A", 1)] == [0] * 8
    assert [column.size for column in stream.forming("A", 1440)] == [0] * 8
    for question in (stream.bars, stream.forming):
        with pytest.raises(BadInput, match=r"timeframes are \[1, 5, 15"):
            question("A", 2)


def test_bars_that_were_read_do_not_change_with_the_stream() -> None:
    stream = Stream(["A"])
    stream.batch(steady([100.0] * 200))
    bars: Bars = stream.bars("A", 1)
    closes: Floats = bars.closes.copy()
    ticks: Ints = bars.ticks.copy()
    stream.batch(walk(2_000, seconds=60))
    assert (bars.closes == closes).all() and (bars.ticks == ticks).all()
