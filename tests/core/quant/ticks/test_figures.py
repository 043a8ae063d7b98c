"""What is read from a row: closed forms, hand vectors, and None for what is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quant.kernel import Floats
from core.quant.ticks.layout import MINUTE, SECOND, SECONDS
from core.quant.ticks.quartet import Quartet
from core.quant.ticks.snapshot import Snapshot
from core.quant.ticks.stream import Stream, as_ticks
from core.quant.ticks.terms import StreamTerms
from core.quant.ticks.verdicts import Verdict
from tests.core.quant.tapes import NOON, recorded, steady, walk


def minutes(closes: list[float], volumes: list[float], sigmas: float = 100.0) -> Stream:
    """A stream fed with one tick at the begin of each minute; the last bar is forming."""
    stream = Stream(["A"], StreamTerms(first_pct=50, calm_pct=50, sigmas=sigmas))
    for number, (close, volume) in enumerate(zip(closes, volumes, strict=True)):
        stream.tick("A", NOON + number * MINUTE, number, close, volume)
    return stream


def at_the_end(stream: Stream, symbol: str = "A") -> Snapshot:
    latest = stream.snapshot(symbol, 0).at
    assert latest is not None
    return stream.snapshot(symbol, latest)


def test_before_the_first_tick_nothing_is_known_and_nothing_may_be_entered() -> None:
    snapshot = Stream(["A"]).snapshot("A", NOON)
    known = {name for name in snapshot.__struct_fields__ if getattr(snapshot, name) is not None}
    assert known == {"symbol", "ticks", "counts", "changes_pct", "quality", "entries_allowed"}
    assert set(snapshot.changes_pct.values()) == {None}
    assert (snapshot.ticks, snapshot.quality, snapshot.entries_allowed) == (0, 0.0, False)


def test_the_indicators_of_a_symbol_are_those_of_its_taken_ticks() -> None:
    ticks = recorded()
    stream = Stream(["IBM"])
    stream.batch(ticks)
    prices = ticks["price"].copy()
    osma, strength, ranges, middle, deviation = Quartet().batch(prices, prices, prices)[-1]
    read = at_the_end(stream, "IBM")
    assert (read.osma, read.rsi, read.atr, read.middle) == (osma, strength, ranges, middle)
    assert (read.upper, read.lower) == pytest.approx((middle + 2 * deviation, middle - 2 * deviation), rel=1e-15)
    assert read.vwap == pytest.approx(np.average(prices, weights=ticks["volume"]), rel=1e-12)


@pytest.mark.parametrize(("ticks", "unknown"), [(14, "rsi"), (14, "atr"), (19, "middle"), (33, "osma")])
def test_a_figure_is_none_until_it_is_warm_and_never_zero(ticks: int, unknown: str) -> None:
    stream = Stream(["A"])
    prices = [100 + 0.01 * (number % 7) for number in range(ticks + 1)]
    stream.batch(steady(prices[:ticks]))
    assert getattr(at_the_end(stream), unknown) is None
    stream.batch(steady(prices)[ticks:])
    assert getattr(at_the_end(stream), unknown) is not None


def test_realised_volatility_is_the_root_of_the_squared_returns_of_the_last_minute() -> None:
    stream = Stream(["A"])
    ticks = walk(3_000, seconds=0.3)
    stream.batch(ticks)
    second = ticks["at"] // SECOND
    ends = np.append(second[1:] != second[:-1], True) & (second > second[-1] - SECONDS)
    returns = np.diff(np.log(ticks["price"][ends]))
    assert at_the_end(stream).realised_volatility_pct == pytest.approx(100 * np.sqrt((returns**2).sum()), rel=1e-9)


def test_the_last_minute_ends_with_the_instant_of_the_question() -> None:
    stream = Stream(["A"])
    stream.batch(steady([100 + 0.01 * (number % 3) for number in range(60)]))
    last = NOON + 59 * SECOND
    quiet = [stream.snapshot("A", last + later * SECOND).realised_volatility_pct for later in (0, 30, 49, 50, 60, 1000)]
    assert quiet[0] is not None and quiet[1] is not None and quiet[0] > quiet[1]
    assert quiet[2] is not None and quiet[3:] == [None] * 3
    assert stream.snapshot("A", NOON).realised_volatility_pct == quiet[0]


def test_sixty_seconds_of_history_are_kept_with_holes_where_nothing_was_seen() -> None:
    stream = Stream(["A"])
    assert stream.history("A").seconds.size == 0
    times = np.array([0, 0, 1, 5, 62, 64]) * SECOND + NOON
    volumes = np.array([1.0, 2.0, np.nan, 4.0, np.nan, 5.0])
    stream.batch(as_ticks(np.zeros(6, np.int64), times, np.arange(6), np.arange(100.0, 106.0) / 100 + 99, volumes))
    history = stream.history("A")
    assert history.seconds.tolist() == list(range(NOON // SECOND + 5, NOON // SECOND + 65))
    seen = np.flatnonzero(~np.isnan(history.prices)).tolist()
    assert seen == [0, 57, 59]
    assert history.prices[seen].tolist() == [100.03, 100.04, 100.05]
    assert (history.volumes[[0, 59]].tolist(), np.isnan(history.volumes[57])) == ([4.0, 5.0], True)
    stream.tick("A", NOON + 1_000 * SECOND, 9, 100.0, 1.0)
    assert np.count_nonzero(~np.isnan(stream.history("A").prices)) == 1


def test_changes_are_from_the_close_before_the_forming_bar() -> None:
    changes = at_the_end(minutes([100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 110.0], [1.0] * 7)).changes_pct
    assert changes[1] == pytest.approx(100 * (110 / 105 - 1))
    assert changes[5] == pytest.approx(100 * (110 / 104 - 1))
    assert [changes[frame] for frame in (15, 30, 60, 240, 1440)] == [None] * 5


@pytest.mark.parametrize(
    ("closes", "volume", "score"),
    [
        ([100.0, 100.0], 1.0, 50.0),
        ([100.0, 100.25], 1.0, 75.0),
        ([100.0, 90.0], 1.0, 0.0),
        ([100.0] * 16 + [100.5], 1.0, 50 + 50 * (0.4 + 0.3 / 5**0.5 + 0.2 / 15**0.5) / 0.9),
        ([100.0] * 22 + [100.5], 1.0, 50 + 50 * (0.4 + 0.3 / 5**0.5 + 0.2 / 15**0.5 + 0.1 * 0.5)),
        ([100.0] * 22 + [90.0], 9.0, 0.0),
        ([100.0] * 22 + [110.0], 9.0, 100.0),
    ],
)
def test_momentum_weighs_its_known_parts(closes: list[float], volume: float, score: float) -> None:
    volumes = [1.0] * (len(closes) - 1) + [volume]
    assert at_the_end(minutes(closes, volumes)).momentum == pytest.approx(score)


def test_momentum_is_unknown_until_a_bar_has_closed() -> None:
    assert at_the_end(minutes([100.0], [1.0])).momentum is None


@given(st.lists(st.floats(70, 100), min_size=2, max_size=40), st.integers(0, 2**31))
def test_scores_stay_in_their_range(closes: list[float], seed: int) -> None:
    volumes = np.random.default_rng(seed).integers(0, 50, len(closes)).astype(float).tolist()
    read = at_the_end(minutes(closes, volumes))
    assert read.momentum is not None and 0 <= read.momentum <= 100
    assert 0 <= read.quality <= 100
    assert read.divergence is None or -1 <= read.divergence <= 1
    assert read.rsi is None or 0 <= read.rsi <= 100


def test_a_surge_is_the_forming_volume_against_the_mean_of_twenty_bars() -> None:
    stream = minutes([100.0] * 21, [10.0] * 20 + [15.0])
    assert at_the_end(stream).surge == pytest.approx(1.5)
    later = NOON + 20 * MINUTE + SECOND
    assert stream.tick("A", later, 99, 100.0, 4.9) == 0
    assert stream.tick("A", later, 100, 100.0, 0.1) == Verdict.SURGE
    assert stream.snapshot("A", later).surge == pytest.approx(2.0)
    assert stream.snapshot("A", NOON + 21 * MINUTE).surge is None
    assert at_the_end(minutes([100.0] * 20, [10.0] * 20)).surge is None


def test_a_surge_is_measured_against_known_volumes_only() -> None:
    half = [10.0, np.nan] * 10
    assert at_the_end(minutes([100.0] * 21, [*half, 20.0])).surge == pytest.approx(2.0)
    assert at_the_end(minutes([100.0] * 21, [np.nan] * 20 + [20.0])).surge is None
    assert at_the_end(minutes([100.0] * 21, [0.0] * 20 + [20.0])).surge is None
    assert at_the_end(minutes([100.0] * 21, [10.0] * 20 + [np.nan])).surge is None


@pytest.mark.parametrize(
    ("last", "verdict"), [(101.01, Verdict.BREAKOUT), (98.99, Verdict.BREAKDOWN), (101.0, 0), (99.0, 0)]
)
def test_a_breakout_is_beyond_every_price_of_twenty_closed_bars(last: float, verdict: int) -> None:
    stream = minutes([99.0, 101.0] + [100.0] * 18, [1.0] * 20)
    assert (at_the_end(stream).breakout, at_the_end(stream).breakdown) == (None, None)
    assert stream.tick("A", NOON + 20 * MINUTE, 20, last, 1.0) == Verdict.BAR | verdict
    read = at_the_end(stream)
    assert (read.breakout, read.breakdown) == (verdict == Verdict.BREAKOUT, verdict == Verdict.BREAKDOWN)


def correlated(closes: Floats, volumes: Floats) -> float | None:
    return at_the_end(minutes([*closes.tolist(), 100.0], [*volumes.tolist(), 1.0])).divergence


def test_divergence_is_minus_the_correlation_of_close_and_volume() -> None:
    draw = np.random.default_rng(2)
    closes, volumes = 100 + draw.random(20), draw.random(20) * 1_000
    assert correlated(closes, volumes) == pytest.approx(-np.corrcoef(closes, volumes)[0, 1], rel=1e-9)
    assert correlated(closes, 50 * closes) == pytest.approx(-1.0)
    assert correlated(closes, 9_000 - 50 * closes) == pytest.approx(1.0)
    assert correlated(np.full(20, 184.05), volumes) is None
    assert correlated(closes, np.full(20, 0.1)) is None
    assert correlated(closes, np.where(np.arange(20) == 7, np.nan, volumes)) is None
    assert correlated(closes[:19], volumes[:19]) is None


def test_quality_is_the_mean_of_freshness_history_and_warmth() -> None:
    stream = Stream(["A"])
    stream.batch(steady([100 + 0.01 * (number % 7) for number in range(60)]))
    last = NOON + 59 * SECOND
    qualities = [stream.snapshot("A", last + age * SECOND).quality for age in (0, 30, 60, 150, 300, 9_000)]
    parts = [(1.0, 60), (0.9, 30), (0.8, 0), (0.5, 0), (0.0, 0), (0.0, 0)]
    assert qualities == pytest.approx([100 * (fresh + seen / 60 + 1) / 3 for fresh, seen in parts])
    assert stream.snapshot("A", last).entries_allowed
    assert not stream.snapshot("A", last + 61 * SECOND).entries_allowed


def test_bad_ticks_block_entries_until_good_ones_have_outweighed_them() -> None:
    stream = Stream(["A"])
    prices = [100 + 0.01 * (number % 7) for number in range(400)]
    stream.batch(steady(prices[:100]))
    assert at_the_end(stream).entries_allowed
    for number in range(5):
        stream.tick("A", NOON + 100 * SECOND, number, np.nan, 1.0)
    blocked = at_the_end(stream)
    assert blocked.quality == pytest.approx(100 * (1 - 10 * (1 - (127 / 128) ** 5)))
    assert not blocked.entries_allowed
    stream.batch(steady(prices)[101:])
    assert at_the_end(stream).entries_allowed


def test_a_repeated_tick_is_nobodys_fault() -> None:
    stream = Stream(["A"])
    stream.batch(np.repeat(steady([100 + 0.01 * (number % 7) for number in range(100)]), 2))
    assert at_the_end(stream).quality == 100.0


def test_the_floor_is_a_term() -> None:
    strict, lax = Stream(["A"], StreamTerms(quality_floor=100.0)), Stream(["A"], StreamTerms(quality_floor=0.0))
    assert lax.snapshot("A", NOON).entries_allowed and not strict.snapshot("A", NOON).entries_allowed
