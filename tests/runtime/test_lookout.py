"""What of a tape of quotes wakes the desk, and that one move is one trigger."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import accumulate, pairwise
from math import sin
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.facts.signals import EventKind, MarketEvent, SignalGenerated
from core.market.instants import MINUTE, moment
from core.market.instruments import Instrument
from core.quant.indicators.osma import osma
from core.quant.ticks.terms import StreamTerms
from core.quant.ticks.verdicts import Verdict
from core.record.envelope import name
from core.signals.headlines import Mention
from core.signals.nearness import Holding
from core.signals.news import Headline, event_of
from core.signals.tickwatch import BreakoutRules, RsiRules, TurnRules
from core.signals.triggers import TriggerRules
from core.signals.waking import side_of
from core.trading.exits import Protection
from runtime.lookout import Lookout
from runtime.settings import SignalSettings
from tests.core.signals.test_triggers import START, quote

NO_TURN, NO_EXTREME = TurnRules(turn_bp=Decimal(1000)), RsiRules(upper=Decimal(100), lower=Decimal(0))
CALM = SignalSettings(osma_turn=NO_TURN, rsi_extreme=NO_EXTREME)
"""Shocks, breakouts and surges only: no OsMA and no RSI of these tapes is so large."""
IBM = "XNYS:IBM"
NO_SHOCK = TriggerRules(threshold_pct=Decimal(50))
TURNS = SignalSettings(price_shock=NO_SHOCK, breakout=BreakoutRules(margin_pct=Decimal(50)), rsi_extreme=NO_EXTREME)
BUSY = SignalSettings(
    price_shock=TriggerRules(threshold_pct=Decimal("0.3"), cooldown_minutes=20),
    breakout=BreakoutRules(margin_pct=Decimal("0.05"), cooldown_minutes=20),
    rsi_extreme=RsiRules(upper=Decimal(70), lower=Decimal(30), cooldown_minutes=20),
    osma_turn=TurnRules(turn_bp=Decimal(1), cooldown_minutes=20),
)
WAVE = [200 + 2 * sin(minute / 20) + 0.08 * (minute % 2) for minute in range(300)]
FLAT = [200 + 0.01 * (minute % 2) for minute in range(30)]
UP = [*FLAT, 200.5]


def found(
    prices: Iterable[float],
    rules: SignalSettings = CALM,
    lookout: Lookout | None = None,
    tell: dict[int, dict[str, Any]] | None = None,
) -> list[str]:
    return [f"{signal.event.kind} {minute}" for minute, signal in told(prices, rules, lookout, tell)]


def told(
    prices: Iterable[float],
    rules: SignalSettings = CALM,
    lookout: Lookout | None = None,
    tell: dict[int, dict[str, Any]] | None = None,
) -> Iterator[tuple[int, SignalGenerated]]:
    """The signals of a price a minute; `tell` changes the quotes of some minutes."""
    lookout = lookout or Lookout(rules, [IBM])
    for minute, price in enumerate(prices):
        signal = lookout.look(quote(minute, f"{price:.4f}", **(tell or {}).get(minute, {})), "2013-10-07", False)
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
    assert found(climbing, without_shocks()) == ["breakout 30"]


def test_a_side_is_quiet_for_its_cool_down_and_the_other_is_not() -> None:
    prices = [*UP, 200.0, 201.0, 200.0, 199.0]
    assert found(prices, without_shocks()) == ["breakout 30", "breakout 34"]


def test_a_quote_that_is_a_shock_too_is_one_move_and_the_shock_is_told() -> None:
    assert found([*FLAT, 203.0, 203.1]) == ["price_shock 30"]


def test_a_slow_wave_turns_osma_once_for_each_half_and_not_at_first() -> None:
    turns = [signal.event.figures["osma"] > 0 for _, signal in told(WAVE, TURNS)]
    assert len(turns) >= 3
    assert all(earlier != later for earlier, later in pairwise(turns))
    assert found([200.0] * 60, TURNS) == []


def test_a_turn_counts_only_once_the_longer_timeframe_has_turned_too() -> None:
    slow = [200 + 8 * sin(minute / 90) + 0.08 * (minute % 2) for minute in range(1200)]
    kinds = [TurnRules(turn_bp=Decimal("0.5"), aligned=frames) for frames in ((), (5,))]
    alone, aligned = (
        [each for each in told(slow, msgspec.structs.replace(TURNS, osma_turn=turn)) if is_turn(each[1])]
        for turn in kinds
    )
    assert [minute for minute, _ in alone] != [minute for minute, _ in aligned] and aligned
    for minute, signal in aligned:
        assert minute >= 34 * 5, "so many bars the longer OsMA needs"
        closes = [slow[last] for last in range(4, minute, 5)][-64:]
        assert (float(osma(np.array(closes))[-1]) > 0) == (signal.event.figures["osma"] > 0)


def test_the_first_quote_after_a_gap_moves_the_latch_and_wakes_nobody() -> None:
    lookout = Lookout(without_shocks(), [IBM])
    assert found(FLAT, lookout=lookout) == []
    assert lookout.look(quote(40, "201.00", sequence=4000), "2013-10-07", True) is None
    assert lookout.look(quote(41, "201.50", sequence=4100), "2013-10-07", False) is None, "the side already holds"
    unmoved = Lookout(without_shocks(), [IBM])
    assert found([*FLAT, 201.0], lookout=unmoved) == ["breakout 30"]


def test_a_tick_the_stream_refuses_moves_no_latch() -> None:
    lookout = Lookout(without_shocks(), [IBM])
    found(FLAT, lookout=lookout)
    assert lookout.look(quote(29, "230.00"), "2013-10-07", False) is None
    assert lookout.stream.snapshot(IBM, START).counts[Verdict.REPEATED] == 1
    signal = lookout.look(quote(30, "200.50"), "2013-10-07", False)
    assert signal is not None and signal.event.kind == "breakout"


def test_the_run_is_named_by_kind_instrument_side_and_window_and_not_by_source() -> None:
    ((minute, signal),) = told(UP)
    assert signal.run == name("breakout", "XNYS:IBM", "up", (START + minute * MINUTE) // (60 * MINUTE))


def test_a_surge_in_volume_is_read_of_the_quotes_that_tell_one() -> None:
    usual: dict[int, dict[str, Any]] = {minute: {"volume": Decimal(1000)} for minute in range(60)}
    ((minute, signal),) = told([200.0] * 60, tell={**usual, 45: {"volume": Decimal(9000)}})
    assert (minute, signal.event.kind) == (45, "volume_surge")
    assert signal.event.figures["volume_ratio"] == 9 and signal.event.figures["volume"] == 9000
    assert list(told([200.0] * 60, tell={45: {"volume": Decimal(9000)}})) == [], "nothing to compare it with"


def test_an_rsi_far_from_its_middle_is_told_with_its_bound() -> None:
    rules = SignalSettings(osma_turn=NO_TURN, breakout=BreakoutRules(margin_pct=Decimal(50)))
    ((minute, signal),) = told([*FLAT, *(200 + 0.02 * step for step in range(20))], rules)
    figures = signal.event.figures
    assert (signal.event.kind, figures["rsi_bound"]) == ("rsi_extreme", 85)
    assert figures["rsi"] >= 85 and minute > 30


def test_a_holding_near_its_stop_is_told_once_although_the_price_trembles() -> None:
    lookout = Lookout(CALM, [IBM])
    holding = Holding(Decimal(10), Decimal(200), Protection(Decimal(199), Decimal(204)))
    signals = [
        lookout.look(quote(minute, price), "2013-10-07", False, holding)
        for minute, price in enumerate(("199.50", "199.20", "199.30", "199.15"))
    ]
    assert [signal and signal.event.kind for signal in signals] == [None, "exit_near", None, None]


def test_doubted_quotes_lower_the_grade_of_the_data_below_the_floor() -> None:
    lookout = Lookout(CALM, [IBM], StreamTerms(quality_floor=60))
    assert lookout.grade(IBM) is None
    found([*FLAT, *FLAT], lookout=lookout)
    good = lookout.grade(IBM)
    assert good is not None and good.sufficient and good.floor == 60
    for number in range(8):
        lookout.doubt(quote(60, "200", sequence=6000 + number))
    bad = lookout.grade(IBM)
    assert bad is not None and not bad.sufficient
    found([200.0], lookout=lookout)
    assert lookout.grade("XNYS:SPY") is None


def test_a_doubted_quote_stops_no_clock_and_counts_once_however_often_it_comes() -> None:
    lookout = Lookout(CALM, [IBM])
    found(FLAT, lookout=lookout)
    ahead = quote(300, "200")
    for _ in range(5):
        lookout.doubt(msgspec.structs.replace(ahead, received=quote(30, "200").at))
    found([*FLAT, *FLAT], lookout=lookout)
    counts = lookout.stream.snapshot(IBM, START).counts
    assert (counts[Verdict.UNUSABLE], counts[Verdict.LATE]) == (1, 29), "of the thirty that came again one is a repeat"
    assert lookout.stream.snapshot(IBM, START).ticks == 60


def test_a_day_begins_where_its_table_says() -> None:
    days = (START - MINUTE, START + 2 * MINUTE, START + 90 * MINUTE)
    lookout = Lookout(CALM, [IBM], days={IBM: days})
    found([200.0] * 5, lookout=lookout)
    assert lookout.stream.snapshot(IBM, START).counts[Verdict.DAY] == 2


STORIES: dict[str, tuple[SignalSettings, list[float], dict[int, dict[str, Any]]]] = {
    "price_shock": (CALM, [*FLAT, 203.0], {}),
    "breakout": (CALM, UP, {}),
    "osma_turn": (TURNS, WAVE, {}),
    "volume_surge": (
        CALM,
        [200.0] * 46,
        {minute: {"volume": Decimal(9000 if minute == 45 else 1000)} for minute in range(46)},
    ),
}


@pytest.mark.parametrize("kind", STORIES)
def test_what_the_record_says_has_woken_the_desk_does_not_wake_it_again_after_a_restart(kind: str) -> None:
    rules, prices, tell = STORIES[kind]
    first = next(told(prices, rules, tell=tell))
    after, forgetful = Lookout(rules, [IBM]), Lookout(rules, [IBM])
    after.recall([first[1]])
    until = first[0] + 1
    assert f"{kind} {first[0]}" in [*found(prices[:until], rules, forgetful, tell)]
    assert f"{kind} {first[0]}" not in [*found(prices[:until], rules, after, tell)]


def test_an_event_of_somebody_elses_making_quiets_nothing() -> None:
    ((_, signal),) = told(UP)
    lookout = Lookout(CALM, [IBM])
    lookout.recall([SignalGenerated(signal.event, "asked by a person")])
    assert found(UP, lookout=lookout) == ["breakout 30"]


@pytest.mark.parametrize("kind", get_args(EventKind))
@pytest.mark.parametrize("figures", [{}, {"news_score": Decimal("0.6")}], ids=["bare", "scored"])
def test_an_event_from_outside_is_recalled_without_a_word_whatever_its_kind(
    kind: EventKind, figures: dict[str, Decimal]
) -> None:
    event = MarketEvent(
        kind=kind, symbol="IBM", market="XNYS", at=moment(START), source="outside", sequence=1, figures=figures
    )
    lookout = Lookout(CALM, [IBM])
    lookout.recall([SignalGenerated(event, name("asked", kind, event.key))])
    assert lookout.hears(headline(), START)
    assert found(UP, lookout=lookout) == ["breakout 30"]


def test_a_headline_that_was_recorded_is_recalled_by_its_tone() -> None:
    lookout = Lookout(CALM, [IBM])
    lookout.recall([headline()])
    assert not lookout.hears(headline(), START + 29 * MINUTE) and lookout.hears(headline(), START + 30 * MINUTE)


def headline() -> SignalGenerated:
    told = Headline(text="IBM beats estimates", source="wire", at=START, received=START)
    share = Instrument("IBM", "XNYS", "USD", Decimal("0.01"))
    return event_of(told, Mention(IBM, "symbol", Decimal("0.6"), ()), share, None, {})


walks = st.lists(st.integers(-60, 60), min_size=60, max_size=240)


@given(walks)
@settings(max_examples=20)
def test_events_of_one_kind_and_side_lie_a_cool_down_apart_and_scaled_prices_tell_the_same(
    steps: list[int],
) -> None:
    prices = [200 + step / 100 for step in accumulate(steps)]
    prices = [max(100.0, min(300.0, price)) for price in prices]
    signals = list(told(prices, BUSY))
    last: dict[tuple[str, str], int] = {}
    for minute, signal in signals:
        side = "up" if side_of(signal, START + minute * MINUTE, 20) > 0 else "down"
        place = (signal.event.kind, side)
        assert minute - last.get(place, -20) >= 20
        last[place] = minute
    scaled = list(told([price * 4 for price in prices], BUSY))
    assert [(minute, signal.event.kind) for minute, signal in scaled] == [
        (minute, signal.event.kind) for minute, signal in signals
    ]


def without_shocks() -> SignalSettings:
    return msgspec.structs.replace(CALM, price_shock=NO_SHOCK)


def is_turn(signal: SignalGenerated) -> bool:
    return signal.event.kind == "osma_turn"
