"""When a range has broken and OsMA has turned, from the figures of one instrument."""

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.quant.ticks.snapshot import Snapshot
from core.quant.ticks.verdicts import Verdict
from core.record.envelope import name
from core.signals.tickwatch import BreakoutRules, Latches, Reading, RsiRules, SurgeRules, TurnRules, WatchRules, detect
from core.signals.waking import Latch
from tests.core.signals.test_triggers import SHIPPED, START, quote

NOTHING = Snapshot(
    symbol="XNYS:IBM",
    at=START,
    ticks=60,
    counts={},
    changes_pct={},
    quality=100.0,
    entries_allowed=True,
    **dict.fromkeys(
        (
            *("price", "osma", "rsi", "atr", "middle", "upper", "lower", "vwap", "realised_volatility_pct"),
            *("momentum", "surge", "breakout", "breakdown", "divergence"),
        )
    ),
)
NEW = Latches()


ALIGNED = WatchRules(osma_turn=TurnRules(aligned=(5, 15)))


def woken(before: Latches, verdict: int = 0, edge: float | None = None, **figures: float | None) -> Any:
    return read(before, Reading(Verdict(verdict), known(**figures), edge))


def known(**figures: float | None) -> Snapshot:
    return structs.replace(NOTHING, **{"price": 201.0, "middle": 200.0, **figures})


def read(before: Latches, reading: Reading, minute: float = 0, rules: WatchRules | None = None) -> Any:
    return detect(quote(minute, "201.00"), reading, before, rules or WatchRules())


def minutes(readings: Iterable[tuple[int, float | None]], kind: str, before: Latches = NEW) -> list[int]:
    """When this kind wakes the desk, given a verdict and the figure of every minute."""
    figure, found = {"volume_surge": "surge", "rsi_extreme": "rsi"}[kind], []
    for minute, (verdict, value) in enumerate(readings):
        before, signal = read(before, Reading(Verdict(verdict), known(**{figure: value})), minute)
        found += [minute] if signal else []
        assert signal is None or signal.event.kind == kind
    return found


def kind(signal: SignalGenerated | None) -> str | None:
    return signal and signal.event.kind


def test_the_shipped_rules_are_the_defaults() -> None:
    table = tomllib.loads(SHIPPED.read_text())["signals"]
    assert msgspec.convert({kind: table[kind] for kind in WatchRules.__struct_fields__}, WatchRules) == WatchRules()


@pytest.mark.parametrize("refused", [Verdict.REPEATED, Verdict.LATE, Verdict.UNUSABLE, Verdict.OUTLIER])
def test_a_tick_that_was_refused_changes_nothing(refused: Verdict) -> None:
    assert woken(NEW, refused | Verdict.BREAKOUT, 200.0) == (NEW, None)


def test_a_breakout_is_as_far_beyond_the_edge_as_the_margin_says() -> None:
    assert kind(woken(NEW, Verdict.BREAKOUT, 200.79)[1]) == "breakout"
    assert woken(NEW, Verdict.BREAKOUT, 200.81) == (NEW, None)
    assert kind(woken(NEW, Verdict.BREAKDOWN, 201.5, middle=202.0)[1]) == "breakout"


def test_a_side_holds_until_the_price_is_back_at_its_mean() -> None:
    held = Latches(breakout=Latch(1, (0, START + MINUTE)))
    assert woken(held, Verdict.BREAKOUT, 200.0) == (held, None)
    released, signal = woken(held, middle=201.0)
    assert (released.breakout, signal) == (Latch(0, held.breakout.quiet), None)
    assert woken(released, Verdict.BREAKOUT, 200.0) == (held, None), "its cool-down is not over"


def test_osma_turns_when_it_reaches_the_other_side_of_zero_and_not_between() -> None:
    first, signal = woken(NEW, osma=-0.07)
    assert (first.osma_turn.side, signal) == (-1, None)
    assert woken(first, osma=0.06) == (first, None)
    after, signal = woken(first, osma=0.0603)
    assert (after.osma_turn.side, kind(signal)) == (1, "osma_turn")


@pytest.mark.parametrize("start", [Verdict.DAY, Verdict.GAP])
def test_the_first_quote_of_a_day_or_after_a_gap_moves_the_latches_and_wakes_nobody(start: Verdict) -> None:
    before = Latches(osma_turn=Latch(-1))
    after, signal = woken(before, start | Verdict.BREAKOUT, 200.0, osma=1.0)
    assert (after.breakout.side, after.osma_turn.side, signal) == (1, 1, None)


def test_both_on_one_quote_are_one_move_and_the_breakout_is_told() -> None:
    before = Latches(osma_turn=Latch(-1))
    after, signal = woken(before, Verdict.BREAKOUT, 200.0, osma=1.0)
    assert (after.breakout.side, after.osma_turn.side, kind(signal)) == (1, 1, "breakout")


BAR = Verdict.BAR
CALM_BARS = [(BAR, 0.9)] * 31
"""Longer than an opening."""


def test_a_volume_of_so_many_times_the_usual_is_a_surge_and_carries_how_many() -> None:
    before = structs.replace(NEW, began=START - 60 * MINUTE)
    assert read(before, Reading(Verdict(0), known(surge=5.99)))[1] is None
    _, signal = read(before, Reading(Verdict(0), known(surge=6.0)))
    assert kind(signal) == "volume_surge"
    assert signal.event.figures["volume_ratio"] == 6
    assert signal.run == name("volume_surge", "XNYS:IBM", "up", START // (60 * MINUTE))


def test_a_surge_lasts_until_a_bar_closes_calm_and_then_its_cool_down_is_over() -> None:
    bars = [(BAR | Verdict.DAY, 0.9), *CALM_BARS, (BAR, 8.0), (BAR, 0.1), (0, 3.0), *[(BAR, 3.0)] * 70]
    assert minutes([*bars, (BAR, 8.0)], "volume_surge") == [32], "no bar has closed with less than twice the usual"
    assert minutes([*bars, (BAR, 1.9), (BAR, 3.0), (BAR, 8.0)], "volume_surge") == [32, 107]
    assert minutes([*bars, (BAR, None), (BAR, None), (BAR, 8.0)], "volume_surge") == [32], "silence is no calm"


def test_volumes_of_an_opening_are_no_surge() -> None:
    opening = [(BAR | Verdict.DAY, 9.0), (BAR, 0.9), (BAR, 0.9), (BAR, 9.0)]
    assert minutes([*opening, *CALM_BARS], "volume_surge") == []
    assert minutes([*opening, *CALM_BARS, (BAR, 9.0)], "volume_surge") == [35]


@pytest.mark.parametrize(("extreme", "released"), [((84.9, 85.0), 70.0), ((15.1, 15.0), 30.0)])
def test_an_rsi_is_extreme_from_its_bound_on_and_lets_go_nearer_the_middle(
    extreme: tuple[float, float], released: float
) -> None:
    before, reached = extreme
    nearer = released + (1 if released > 50 else -1)
    assert minutes([(0, before), (0, reached), (0, nearer), (0, reached)], "rsi_extreme") == [1]
    later = [(0, nearer)] * 60
    assert minutes([(0, reached), *later, (0, reached)], "rsi_extreme") == [0]
    assert minutes([(0, reached), *later, (0, released), (0, reached)], "rsi_extreme") == [0, 62]


def test_both_ends_of_an_rsi_are_sides_of_their_own() -> None:
    assert minutes([(0, 90.0), (0, 10.0)], "rsi_extreme") == [0, 1]


@pytest.mark.parametrize("leads", [(0.1, -0.1), (-0.1, -0.1), (None, 0.1)])
def test_a_turn_that_a_longer_timeframe_does_not_share_is_none_until_it_does(leads: tuple[float | None, ...]) -> None:
    before = Latches(osma_turn=Latch(-1))
    after, signal = read(before, Reading(Verdict(0), known(osma=1.0), leads=leads), rules=ALIGNED)
    assert (after.osma_turn, signal) == (before.osma_turn, None)
    after, signal = read(after, Reading(Verdict(0), known(osma=1.0), leads=(0.1, 0.1)), rules=ALIGNED)
    assert (after.osma_turn.side, kind(signal)) == (1, "osma_turn")


def test_of_all_kinds_on_one_quote_the_first_of_the_list_is_told_and_the_others_remember() -> None:
    before = structs.replace(NEW, began=START - 60 * MINUTE, osma_turn=Latch(-1))
    after, signal = woken(before, Verdict.BREAKOUT, 200.0, osma=1.0, surge=9.0, rsi=90.0)
    assert kind(signal) == "breakout"
    assert [getattr(after, each).side for each in WatchRules.__struct_fields__] == [1, 1, 1, 1]
    _, signal = read(before, Reading(Verdict(0), known(osma=1.0, surge=9.0, rsi=90.0)))
    assert kind(signal) == "volume_surge"


@given(st.lists(st.floats(0, 100), max_size=200))
def test_one_stretch_is_one_extreme_and_a_cool_down_lies_between_two_of_one_side(line: list[float]) -> None:
    woken_at = minutes([(0, rsi) for rsi in line], "rsi_extreme")
    sides = [(minute, line[minute] > 50) for minute in woken_at]
    for side in (True, False):
        own = [minute for minute, high in sides if high == side]
        assert all(later - earlier >= 60 for earlier, later in pairwise(own))
        for earlier, later in pairwise(own):
            assert any((rsi <= 70 if side else rsi >= 30) for rsi in line[earlier:later])


@pytest.mark.parametrize(
    ("rules", "field", "value"),
    [
        (SurgeRules, "ratio", Decimal(1)),
        (SurgeRules, "opening_minutes", 241),
        (RsiRules, "upper", Decimal("100.1")),
        (RsiRules, "lower", Decimal(51)),
        (RsiRules, "release", Decimal(0)),
        (BreakoutRules, "margin_pct", Decimal(-1)),
        (BreakoutRules, "cooldown_minutes", 0),
        (TurnRules, "turn_bp", Decimal(0)),
        (TurnRules, "cooldown_minutes", 1441),
    ],
)
def test_rules_out_of_range_are_refused(rules: Any, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be from .* found '{value}'"):
        rules(**{field: value})


def test_a_surge_lets_go_below_where_it_begins() -> None:
    with pytest.raises(ValueError, match=r"release_ratio: must be below ratio, 6\.0, found 6"):
        SurgeRules(release_ratio=Decimal(6))
