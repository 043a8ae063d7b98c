"""Every kind of event through the real intake: what wakes the desk, what it carries, and that nobody else is woken."""

from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec import structs

from core.facts.market import PriceTick
from core.facts.models import Role
from core.facts.signals import MarketEvent, SignalGenerated
from core.market.instants import moment
from core.market.quotes import Quote
from core.signals.news import Headline
from runtime.settings import Loaded
from tests.desks import FILLED, HOLD, RISE, Act, Rehearsal, Told, consent, instant, kept, settings, tape
from tools.llm.offline.rules import RulesModel

QUIET = {
    "signals__price_shock__threshold_pct": 50,
    "signals__breakout__margin_pct": 50,
    "signals__osma_turn__turn_bp": 1000,
    "signals__rsi_extreme__upper": 100,
    "signals__rsi_extreme__lower": 0,
}
"""Nothing of these wakes the desk."""


def only(**rules: object) -> Loaded:
    return settings(**(QUIET | rules))


def minutes(count: int, change: dict[int, dict[str, Any]] | None = None) -> list[Quote]:
    """A calm quote of IBM each minute from 13:40 on; `change` says which are not."""
    calm = tape("13:40:00 IBM 184.00 184.02")[0]
    return [
        structs.replace(
            calm,
            at=calm.at + minute * 60 * 10**9,
            received=calm.received + minute * 60 * 10**9,
            sequence=minute + 1,
            **{"volume": Decimal(1000), **(change or {}).get(minute, {})},
        )
        for minute in range(count)
    ]


def moved(by: str) -> dict[str, Any]:
    return {"bid": Decimal("184.00") + Decimal(by), "ask": Decimal("184.02") + Decimal(by)}


def woken(told: Told) -> list[str]:
    return [signal.event.kind for signal in told.all(SignalGenerated)]


STEPS = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
ONCE = {
    "volume_surge": (only(), minutes(50, {45: {"volume": Decimal(7000)}, 46: {"volume": Decimal(7000)}})),
    "rsi_extreme": (
        settings(**(QUIET | {"signals__rsi_extreme__upper": 85, "signals__rsi_extreme__lower": 15})),
        minutes(40, {n: moved(f"{0.01 * [*STEPS, *range(1, 30)][n]:.2f}") for n in range(40)}),
    ),
    "breakout": (
        only(signals__breakout__margin_pct="0.09"),
        minutes(45, {n: moved("0.40") for n in range(40, 45)}),
    ),
}


@pytest.mark.parametrize("kind", ONCE)
def test_one_move_of_a_tape_is_one_event_of_its_kind(tmp_path: Path, kind: str) -> None:
    loaded, quotes = ONCE[kind]
    told = Rehearsal(tmp_path, loaded).play(quotes, consent(**HOLD))
    assert woken(told) == [kind] and told.outcomes == ["held"]
    ((tick,), (signal,)) = told.all(PriceTick), told.all(SignalGenerated)
    assert tick.quote.volume == signal.event.figures["volume"]


def test_a_holding_that_comes_near_its_stop_is_looked_at_again_and_may_be_made_smaller(tmp_path: Path) -> None:
    near = "13:50:00 IBM 183.70 183.72\n13:51:00 IBM 183.71 183.73"
    loaded = settings(signals__price_shock__cooldown_minutes=60)
    reduce = {"action": "reduce", "direction": None, "fraction": "0.5", "invalidation": None}
    told = Rehearsal(tmp_path, loaded).play(
        tape(RISE, FILLED, near, "13:52:00 IBM 183.72 183.74"), [*consent(), *consent(**reduce)]
    )
    assert woken(told) == ["price_shock", "exit_near"]
    figures = told.all(SignalGenerated)[1].event.figures
    assert figures["stop"] == Decimal("183.50") and figures["way_left_pct"] <= 20
    assert told.held == {"US:IBM": Decimal(5)}


def index(at: str, level: str, sequence: int) -> Quote:
    quote = tape(f"{at} VIX - - {level}", source="index")[0]
    return structs.replace(quote, sequence=sequence)


def test_the_index_is_watched_and_not_traded_and_its_crossing_wakes_what_is_held(tmp_path: Path) -> None:
    levels = [index("13:39:00", "14.80", 1), index("13:42:30", "15.30", 2), index("13:42:40", "15.10", 3)]
    quotes = sorted([*tape(RISE, FILLED, "13:43:00 IBM 184.58 184.60"), *levels], key=lambda quote: quote.at)
    told = Rehearsal(tmp_path, settings(signals__vix__symbol="VIX")).play(quotes, [*consent(), *consent(**HOLD)])
    assert woken(told) == ["price_shock", "vix_band"]
    event = told.all(SignalGenerated)[1].event
    assert (event.key, event.figures["vix"], event.figures["vix_edge"]) == ("US:IBM", Decimal("15.30"), 15)
    assert told.all(PriceTick)[1].quote.symbol == "VIX"
    assert [order.key for order in told.sent] == ["US:IBM"] and not told.house.intake.doubted


def test_with_nothing_held_a_crossing_wakes_nobody_and_unnamed_the_index_is_a_stranger(
    tmp_path: Path,
) -> None:
    levels = [index("13:39:00", "14.80", 1), index("13:42:30", "15.30", 2)]
    watched = Rehearsal(tmp_path / "watched", settings(signals__vix__symbol="VIX")).play(levels)
    assert woken(watched) == [] and not watched.house.intake.doubted
    stranger = Rehearsal(tmp_path / "stranger", settings(signals__vix__symbol="VIXEN")).play(levels)
    assert stranger.house.intake.doubted == {"unregistered": 2}


def told_at(at: str, text: str, late: int = 0, source: str = "wire") -> Headline:
    return Headline(text=text, source=source, at=instant(at), received=instant(at) + late * 10**9, sequence=1)


def told_on(at: str, headline: Headline) -> Act:
    return Act(at, lambda house: house.intake.headline(headline))


GOOD, OTHER = "IBM beats estimates and raises guidance", "IBM tops estimates"
CALM = tape("13:41:00 IBM 184.00 184.02")[0]


def test_a_headline_wakes_the_desk_once_with_its_words_and_its_tone(tmp_path: Path) -> None:
    news = [told_at("13:41:00", GOOD), told_at("13:42:00", GOOD), told_at("13:43:00", "Weather is fine")]
    acts = [told_on("13:43:00", each) for each in news]
    seats = dict.fromkeys(get_args(Role), RulesModel())
    quotes = tape("13:40:00 IBM 184.00 184.02", "13:44:00 IBM 184.00 184.02")
    told = Rehearsal(tmp_path).play(quotes, [], acts, models=seats)
    assert woken(told) == ["headline"]
    assert told.outcomes == ["vetoed"] and "the quote is 180000 ms old" in told.settled.reason
    event: MarketEvent = told.all(SignalGenerated)[0].event
    assert event.text == (GOOD,) and event.figures["news_score"] == Decimal("0.6")
    assert not told.all(PriceTick), "no quote brought it"


def test_a_late_headline_and_one_of_a_closed_market_wake_nobody(tmp_path: Path) -> None:
    news = [told_at("13:35:00", GOOD, late=700), told_at("12:00:00", GOOD)]
    acts = [told_on("13:35:00", news[0]), told_on("12:00:00", news[1])]
    told = Rehearsal(tmp_path).play(tape("13:40:00 IBM 184.00 184.02"), [], acts, begin="11:59:00")
    assert woken(told) == []
    assert told.house.intake.doubted == {"late headline": 1, "headline of a closed market": 1}


def test_a_story_that_is_told_again_keeps_no_other_from_being_heard(tmp_path: Path) -> None:
    news = [told_at("13:41:00", GOOD), told_at("14:15:00", GOOD, source="other"), told_at("14:16:00", OTHER)]
    acts = [told_on(at, each) for at, each in zip(("13:41:00", "14:15:00", "14:16:00"), news, strict=True)]
    seats = dict.fromkeys(get_args(Role), RulesModel())
    quotes = tape("13:40:00 IBM 184.00 184.02", "14:17:00 IBM 184.00 184.02")
    told = Rehearsal(tmp_path).play(quotes, [], acts, models=seats)
    assert [signal.event.text for signal in told.all(SignalGenerated)] == [(GOOD,), (OTHER,)]
    assert told.house.intake.repeated == 1


def test_a_desk_that_was_asked_about_a_bare_headline_starts_again(tmp_path: Path) -> None:
    event = MarketEvent(
        kind="headline",
        symbol="IBM",
        market="US",
        at=moment(instant("13:41:00")),
        source="asked",
        sequence=1,
        figures={"bid": Decimal("184.00"), "ask": Decimal("184.02")},
        text=(GOOD,),
    )
    asked = Act("13:41:00", lambda house: house.intake.accept(CALM, SignalGenerated(event, "asked")))
    desk, seats = kept(tmp_path), dict.fromkeys(get_args(Role), RulesModel())
    quotes = tape("13:40:00 IBM 184.00 184.02", "13:42:00 IBM 184.00 184.02")
    assert woken(desk.play(quotes, [], [asked], models=seats)) == ["headline"]
    told = desk.play(tape("13:50:00 IBM 184.00 184.02"), [], [], models=seats, begin="13:49:00")
    assert told.house.intake.received == 1


def test_a_doubted_quote_from_the_future_silences_nobody(tmp_path: Path) -> None:
    calm = minutes(30)
    ahead = structs.replace(
        calm[15], at=instant("19:00:00"), bid=Decimal("184.05"), ask=Decimal("184.00"), sequence=1000
    )
    told = Rehearsal(tmp_path, only()).play([*calm[:16], ahead, *calm[16:]])
    stream, grade = told.house.intake.stream(), told.house.projections.quality("US:IBM")
    assert stream is not None and stream.snapshot("US:IBM", calm[-1].at).ticks == 30
    assert told.house.intake.doubted == {"early": 1}
    assert grade is not None and grade.sufficient


def test_a_side_that_woke_the_desk_stays_quiet_over_a_restart(tmp_path: Path) -> None:
    loaded, quotes = ONCE["volume_surge"]
    desk = kept(tmp_path, loaded)
    desk.play(quotes, consent(**HOLD))
    again = [structs.replace(q, at=q.at + 50 * 60 * 10**9, received=q.received + 50 * 60 * 10**9) for q in quotes]
    assert woken(desk.play(again[:47], begin="14:30:00")) == [], "45 minutes of 60 have passed"
