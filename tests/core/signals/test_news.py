"""A headline as an event: whom it is about, what it carries, and that one story is told once."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.market.instruments import Instrument
from core.signals.headlines import HeadlineRules, detect, universe
from core.signals.news import Headline, event_of, is_late, told, tone_of
from tests.core.signals.test_triggers import START, quote

RULES = HeadlineRules()
IBM = Instrument("IBM", "XNYS", "USD", Decimal("0.01"), name="International Business Machines")
KNOWN = universe([IBM])
TOLD = Headline(text="IBM  Beats\u200b Estimates", source="tape", at=START, received=START, sequence=3)


def event(headline: Headline = TOLD, **own: str | None) -> SignalGenerated:
    (mention,) = detect(headline.text, KNOWN, RULES)
    figures = {name: None if value is None else Decimal(value) for name, value in own.items()}
    return event_of(headline, mention, IBM, quote(0, "200"), figures)


def test_its_words_go_into_the_text_of_the_event_normalised_and_nowhere_else() -> None:
    made = event(rsi="61", osma=None).event
    assert made.text == ("IBM Beats Estimates",)
    assert (made.kind, made.key, made.source, made.sequence) == ("headline", "XNYS:IBM", "tape", 3)
    assert (made.figures["news_score"], made.figures["rsi"], made.figures["bid"]) == (
        Decimal("0.6"),
        61,
        Decimal("199.99"),
    )
    assert "osma" not in made.figures


def test_without_a_quote_it_carries_its_tone_and_what_is_known() -> None:
    (mention,) = detect(TOLD.text, KNOWN, RULES)
    made = event_of(TOLD, mention, IBM, None, {"rsi": None})
    assert made.event.figures == {"news_score": Decimal("0.6")}


def test_the_same_words_of_one_day_are_the_same_event_whoever_brings_them() -> None:
    again = structs.replace(TOLD, text="IBM beats  estimates", source="other", at=START + MINUTE, sequence=9)
    assert event(again).run == event().run
    assert event(structs.replace(TOLD, text="IBM beats estimates again")).run != event().run
    assert event(structs.replace(TOLD, at=START + 90 * 1440 * MINUTE)).run != event().run, "another quarter's estimates"


def test_a_tone_that_was_told_is_quiet_until_the_cool_down_is_over_and_the_other_is_not() -> None:
    good, bad = event(), event(structs.replace(TOLD, text="IBM misses estimates"))
    assert (tone_of(good), tone_of(bad)) == (1, -1)
    quiet = told((0, 0), good, RULES, START)
    assert quiet == (0, START + 30 * MINUTE)
    assert told(quiet, bad, RULES, START + MINUTE) == (START + 31 * MINUTE, START + 30 * MINUTE)


@pytest.mark.parametrize(
    "changes", [{"figures": {}}, {"figures": {"news_score": Decimal(0)}}, {"kind": "breakout"}, {"text": ()}]
)
def test_an_event_that_no_headline_of_ours_made_has_no_tone(changes: dict[str, Any]) -> None:
    foreign = SignalGenerated(structs.replace(event().event, **changes), event().run)
    assert tone_of(foreign) == 0 == tone_of(SignalGenerated(event().event, "asked by a person"))
    assert told((0, 0), foreign, RULES, START) == (0, 0)


@pytest.mark.parametrize(("minutes", "late"), [(-1.01, True), (-1, False), (10, False), (10.01, True)])
def test_what_the_market_has_long_read_is_late(minutes: float, late: bool) -> None:
    assert is_late(structs.replace(TOLD, received=START + round(minutes * MINUTE)), RULES) == late


@pytest.mark.parametrize(
    ("field", "value"), [("stale_minutes", 0), ("cooldown_minutes", 1441), ("threshold", Decimal(2))]
)
def test_rules_out_of_range_are_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be from"):
        HeadlineRules(**{field: value})
