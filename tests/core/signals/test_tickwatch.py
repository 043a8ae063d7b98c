"""When a range has broken and OsMA has turned, from the figures of one instrument."""

import tomllib
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import structs

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.quant.ticks.snapshot import Snapshot
from core.quant.ticks.verdicts import Verdict
from core.signals.tickwatch import BreakoutRules, Latch, Latches, Reading, TurnRules, detect
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


def woken(before: Latches, verdict: int = 0, edge: float | None = None, **figures: float | None) -> Any:
    known = structs.replace(NOTHING, **{"price": 201.0, "middle": 200.0, **figures})
    reading = Reading(Verdict(verdict), known, edge)
    return detect(quote(0, "201.00"), reading, before, BreakoutRules(), TurnRules())


def kind(signal: SignalGenerated | None) -> str | None:
    return signal and signal.event.kind


def test_the_shipped_rules_are_the_defaults() -> None:
    table = tomllib.loads(SHIPPED.read_text())["signals"]
    assert msgspec.convert(table["breakout"], BreakoutRules) == BreakoutRules()
    assert msgspec.convert(table["osma_turn"], TurnRules) == TurnRules()


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


@pytest.mark.parametrize(
    ("rules", "field", "value"),
    [
        (BreakoutRules, "margin_pct", Decimal(-1)),
        (BreakoutRules, "cooldown_minutes", 0),
        (TurnRules, "turn_bp", Decimal(0)),
        (TurnRules, "cooldown_minutes", 1441),
    ],
)
def test_rules_out_of_range_are_refused(rules: Any, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be from .* found '{value}'"):
        rules(**{field: value})
