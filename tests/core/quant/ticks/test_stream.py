"""One path for ticks: the same bits through every door, clear refusals, and the same figures uncompiled."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.ticks import figures, ticking
from core.quant.ticks.layout import MINUTE, SECOND
from core.quant.ticks.stream import Stream, as_ticks
from core.quant.ticks.terms import StreamTerms
from core.quant.ticks.ticking import Records
from core.quant.ticks.verdicts import Verdict
from tests.core.quant.tapes import NOON, bits, nasty, one_by_one, recorded, uncompiled, walk

NAMES = ["A", "B", "C"]


def stream() -> Stream:
    return Stream(NAMES, StreamTerms(depth=20), {"B": NOON + np.arange(-3, 30) * 37 * MINUTE})


@given(nasty(), st.integers(1, 40))
def test_a_batch_chunks_and_single_ticks_give_the_same_bits(ticks: Records, size: int) -> None:
    whole, chunks, single = stream(), stream(), stream()
    seen = whole.batch(ticks)
    pieces = [chunks.batch(ticks[at : at + size]) for at in range(0, ticks.size, size)]
    assert seen.tolist() == [verdict for piece in pieces for verdict in piece.tolist()] == one_by_one(single, ticks)
    assert bits(whole._rows) == bits(chunks._rows) == bits(single._rows)


def test_a_recorded_morning_gives_the_same_bits_through_every_door() -> None:
    ticks = recorded()
    whole, chunks, single = Stream(["IBM"]), Stream(["IBM"]), Stream(["IBM"])
    seen = whole.batch(ticks)
    for at in range(0, ticks.size, 256):
        chunks.batch(ticks[at : at + 256])
    assert one_by_one(single, ticks) == seen.tolist()
    assert bits(whole._rows) == bits(chunks._rows) == bits(single._rows)


@given(nasty(), st.integers(0, 120))
def test_what_comes_later_changes_no_verdict_and_no_figure_of_before(ticks: Records, cut: int) -> None:
    early, late = stream(), stream()
    assert early.batch(ticks[:cut]).tolist() == late.batch(ticks)[:cut].tolist()
    again = stream()
    again.batch(ticks[:cut])
    assert bits(early._rows) == bits(again._rows)


@given(nasty(), st.sampled_from([0.25, 2.0, 1024.0]))
def test_in_another_unit_of_money_nothing_but_the_unit_changes(ticks: Records, factor: float) -> None:
    ticks = ticks[~(ticks["price"] > 1e6)]
    scaled = ticks.copy()
    scaled["price"] *= factor
    plain, other = stream(), stream()
    assert plain.batch(ticks).tolist() == other.batch(scaled).tolist()
    now = NOON + 10 * MINUTE
    for name in NAMES:
        mine, theirs = plain.snapshot(name, now), other.snapshot(name, now)
        for figure in ("price", "osma", "atr", "middle", "upper", "lower", "vwap"):
            value = getattr(mine, figure)
            assert getattr(theirs, figure) == (None if value is None else value * factor)
        for figure in ("rsi", "momentum", "surge", "divergence", "quality", "breakout", "changes_pct", "counts"):
            assert getattr(theirs, figure) == getattr(mine, figure)


def test_uncompiled_kernels_give_the_same_rows_and_figures() -> None:
    ticks = walk(260, symbols=3, seconds=20, seed=5)
    ticks["price"][::17] = np.nan
    ticks["volume"][::5] = np.nan
    ticks["price"][100:104] *= 1.2
    ticks["at"][60::50] -= MINUTE
    compiled, plain = stream(), stream()
    seen = compiled.batch(ticks)
    verdicts = np.empty_like(seen)
    assert uncompiled(ticking.follow)(plain._rows, plain._days, ticks, verdicts) == -1
    assert verdicts.tolist() == seen.tolist()
    single = stream()
    take = uncompiled(ticking.single)
    assert [take(single._row[NAMES[name]], single._days, *rest) for name, *rest in ticks.tolist()] == seen.tolist()
    assert bits(single._rows) == bits(plain._rows)
    read = uncompiled(figures.read)
    for name in NAMES:
        ours, theirs = (np.empty(figures.CHANGES + 7) for _ in "ab")
        compiled._read(compiled._row[name], int(ticks["at"][-1]), ours)
        read(plain._row[name], int(ticks["at"][-1]), theirs)
        assert theirs == pytest.approx(ours, rel=1e-9, abs=1e-12, nan_ok=True)


def test_an_unknown_symbol_is_refused_by_name_and_no_row_moves() -> None:
    known = stream()
    before = bits(known._rows)
    ticks = walk(10)
    for stranger in (3, -1, 2**62):
        ticks["symbol"][7] = stranger
        with pytest.raises(BadInput, match=f"0 to 2, found {stranger} at 7"):
            known.batch(ticks)
    assert uncompiled(ticking.follow)(known._rows, known._days, ticks, np.empty(10, np.int64)) == 7
    for call in (lambda: known.tick("D", NOON, 1, 1.0), lambda: known.snapshot("D", NOON), lambda: known.index("D")):
        with pytest.raises(BadInput, match="'D' is not in this stream of 3"):
            call()
    assert bits(known._rows) == before


@pytest.mark.parametrize(
    "ticks", [[], np.zeros(3), walk(8)[::2], walk(8).reshape(2, 4), np.zeros(2, [("price", "f8")]), None]
)
def test_what_are_no_ticks_is_refused(ticks: Any) -> None:
    with pytest.raises(BadInput, match="ticks"):
        stream().batch(ticks)


@pytest.mark.skipif(not hasattr(ticking.single, "overloads"), reason="uncompiled, nothing looks at the types")
@pytest.mark.parametrize("given", [(None, 1, 1.0, 1.0), (1, 1, "high", 1.0), (2**70, 1, 1.0, 1.0), (1, 1, 1.0, None)])
def test_a_tick_of_something_else_is_refused_and_moves_nothing(given: Any) -> None:
    known = stream()
    before = bits(known._rows)
    with pytest.raises(BadInput, match="A: time, sequence, price and volume must be numbers"):
        known.tick("A", *given)
    assert bits(known._rows) == before


@pytest.mark.parametrize(
    ("column", "found"),
    [(0, [0.5]), (1, [1.0]), (3, ["high"]), (4, [[1.0]]), (3, [1.0, 2.0]), (2, [None]), (2, [2**63]), (4, [True])],
)
def test_columns_that_are_no_ticks_are_refused(column: int, found: Any) -> None:
    columns: list[Any] = [[0], [1], [1], [1.0], [1.0]]
    columns[column] = found
    with pytest.raises(BadInput):
        as_ticks(*columns)


def test_no_ticks_are_fine() -> None:
    nothing = as_ticks([], [], [], [], [])
    assert stream().batch(nothing).tolist() == []


@pytest.mark.parametrize("symbols", [[], ["A", "A"]])
def test_symbols_are_some_and_each_once(symbols: list[str]) -> None:
    with pytest.raises(BadInput, match="symbols"):
        Stream(symbols)


@pytest.mark.parametrize(
    "days", [{"D": [1, 2]}, {"A": [1]}, {"A": [2, 1]}, {"A": [1, 1]}, {"A": [1.0, 2.0]}, {"A": [[1, 2]]}]
)
def test_tables_of_days_are_rising_instants_of_known_symbols(days: Any) -> None:
    with pytest.raises(BadInput, match="days"):
        Stream(["A"], None, days)


@pytest.mark.parametrize(
    "terms",
    [
        {"frames": ()},
        {"frames": (5, 1)},
        {"frames": (5, 5)},
        {"frames": (0, 5)},
        {"frames": (1, 7)},
        {"frames": (2, 5)},
        {"frames": (1, 2880)},
        {"depth": 19},
        {"confirm": 0},
        {"gap_seconds": 0},
        {"sigmas": 1.0},
        {"sigmas": float("nan")},
        {"calm_pct": -0.1},
        {"first_pct": 0.0},
        {"surge_ratio": 0.5},
        {"full_pct": 0.0},
        {"quality_floor": 101.0},
    ],
)
def test_terms_are_ranged_and_name_what_is_wrong(terms: Any) -> None:
    with pytest.raises(BadInput, match=next(iter(terms))):
        StreamTerms(**terms)


@pytest.mark.parametrize("now", [-1, 2**62, 2**80])
def test_a_snapshot_is_of_an_instant(now: int) -> None:
    with pytest.raises(BadInput, match="now"):
        stream().snapshot("A", now)


def test_a_verdict_says_whether_the_tick_was_taken() -> None:
    assert Verdict(0).taken and Verdict.SHIFT.taken and Verdict.UNSIZED.taken
    assert not any(kind.taken for kind in (Verdict.LATE, Verdict.REPEATED, Verdict.UNUSABLE, Verdict.OUTLIER))


def test_a_symbol_has_an_index_and_records_use_it() -> None:
    known = stream()
    known.batch(as_ticks([known.index("C")], [NOON + SECOND], [0], [50.0], [1.0]))
    assert (known.snapshot("C", NOON).price, known.snapshot("A", NOON).price) == (50.0, None)
