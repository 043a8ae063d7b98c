"""What of a tape of quotes wakes the desk, and that one move is one trigger."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from math import sin
from typing import Any

import msgspec

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.quant.ticks.verdicts import Verdict
from core.record.envelope import name
from core.signals.tickwatch import BreakoutRules, Latch, Latches, TurnRules
from runtime.lookout import Lookout
from runtime.settings import SignalSettings
from tests.core.signals.test_triggers import START, quote

CALM = SignalSettings(osma_turn=TurnRules(turn_bp=Decimal(1000)))
"""Breakouts only: no OsMA of these tapes is so large."""
FLAT = [200 + 0.01 * (minute % 2) for minute in range(30)]
UP = [*FLAT, 200.5]


def found(prices: Iterable[float], rules: SignalSettings = CALM, lookout: Lookout | None = None) -> list[str]:
    return [f"{signal.event.kind} {minute}" for minute, signal in told(prices, rules, lookout)]


def told(
    prices: Iterable[float], rules: SignalSettings = CALM, lookout: Lookout | None = None
) -> Iterator[tuple[int, SignalGenerated]]:
    lookout = lookout or Lookout(rules, ["XNYS:IBM"])
    for minute, price in enumerate(prices):
        signal = lookout.look(quote(minute, f"{price:.4f}"), "2013-10-07", False)
        if signal is not None:
            yield minute, signal


def test_a_price_beyond_its_range_by_the_margin_is_a_breakout_in_both_directions() -> None:
    assert found(UP) == ["breakout 30"]
    assert found([*FLAT, 199.5]) == ["breakout 30"]
    assert found([*FLAT, 200.2]) == []


def test_before_twenty_bars_there_is_no_range_to_break() -> None:
    assert found([*FLAT[:15], 200.5]) == []


def test_the_event_carries_the_level_that_broke_and_the_figures_of_the_moment() -> None:
    ((_, signal),) = told(UP)
    figures = signal.event.figures
    assert (figures["breakout_level"], figures["bid"]) == (Decimal("200.01"), Decimal("200.49"))
    assert figures["change_pct"] > 0 and figures["reference"] == Decimal("200.03")
    assert figures["rsi"] > 50 and figures["atr"] > 0 and "osma" not in figures


def test_one_move_is_one_breakout_until_the_price_is_back_at_its_mean() -> None:
    climbing = [*UP, *(200.5 + 0.25 * step for step in range(1, 20))]
    shocks = SignalSettings(osma_turn=CALM.osma_turn, price_shock=quiet_shocks())
    assert found(climbing, shocks) == ["breakout 30"]


def test_a_side_is_quiet_for_its_cool_down_and_the_other_is_not() -> None:
    prices = [*UP, 200.0, 201.0, 200.0, 199.0]
    assert found(prices, SignalSettings(osma_turn=CALM.osma_turn, price_shock=quiet_shocks())) == [
        "breakout 30",
        "breakout 34",
    ]


def test_a_quote_that_is_a_shock_too_is_one_move_and_the_shock_is_told() -> None:
    assert found([*FLAT, 203.0, 203.1]) == ["price_shock 30"]


def test_a_slow_wave_turns_osma_once_for_each_half_and_not_at_first() -> None:
    rules = SignalSettings(price_shock=quiet_shocks(), breakout=BreakoutRules(margin_pct=Decimal(50)))
    wave = [200 + 2 * sin(minute / 20) for minute in range(300)]
    turns = [signal.event.figures["osma"] > 0 for _, signal in told(wave, rules)]
    assert len(turns) >= 3
    assert all(earlier != later for earlier, later in pairwise(turns))
    assert found([200.0] * 60, rules) == []


def test_the_first_quote_after_a_gap_moves_the_latch_and_wakes_nobody() -> None:
    lookout = Lookout(CALM, ["XNYS:IBM"])
    assert found(FLAT, lookout=lookout) == []
    later = quote(40, "201.00", sequence=4000)
    assert lookout.look(later, "2013-10-07", True) is None
    assert lookout._latches["XNYS:IBM"] == Latches(breakout=Latch(side=1))


def test_a_tick_the_stream_refuses_moves_no_latch() -> None:
    lookout = Lookout(CALM, ["XNYS:IBM"])
    found(FLAT, lookout=lookout)
    before = lookout._latches["XNYS:IBM"]
    assert lookout.look(quote(29, "230.00"), "2013-10-07", False) is not None, "a shock is the other trigger's business"
    assert lookout._latches["XNYS:IBM"] is before
    assert lookout.stream.snapshot("XNYS:IBM", START).counts[Verdict.REPEATED] == 1


def test_the_run_is_named_by_kind_instrument_side_and_window_and_not_by_source() -> None:
    ((minute, signal),) = told(UP)
    assert signal.run == name("breakout", "XNYS:IBM", "up", (START + minute * MINUTE) // (60 * MINUTE))


def quiet_shocks() -> Any:
    """A price shock no tape here reaches."""
    return msgspec.structs.replace(SignalSettings().price_shock, threshold_pct=Decimal(50))
