"""A headline as an event: whom it is about, what it carries, and that one story is told once."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.market.instruments import Instrument
from core.signals.headlines import HeadlineRules, detect, universe
from core.signals.news import Headline, event_of, heeded, is_late
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
    told = event(rsi="61", osma=None).event
    assert told.text == ("IBM Beats Estimates",)
    assert (told.kind, told.key, told.source, told.sequence) == ("headline", "XNYS:IBM", "tape", 3)
    assert (told.figures["news_score"], told.figures["rsi"], told.figures["bid"]) == (
        Decimal("0.6"),
        61,
        Decimal("199.99"),
    )
    assert "osma" not in told.figures


def test_without_a_quote_it_carries_its_tone_and_what_is_known() -> None:
    (mention,) = detect(TOLD.text, KNOWN, RULES)
    told = event_of(TOLD, mention, IBM, None, {"rsi": None})
    assert told.event.figures == {"news_score": Decimal("0.6")}


def test_the_same_headline_is_the_same_event_by_its_publishers_identity_or_by_its_words() -> None:
    again = structs.replace(TOLD, text="IBM beats  estimates", source="other", at=START + MINUTE)
    assert event(again).run == event().run
    known = structs.replace(TOLD, identity="n-1")
    assert event(known).run == event(structs.replace(known, text="IBM beats estimates again")).run
    assert event(known).run != event().run


def test_one_story_is_one_event_of_its_tone_until_the_cool_down_is_over() -> None:
    good, bad = event(), event(structs.replace(TOLD, text="IBM misses estimates"))
    quiet = heeded((0, 0), good, RULES, START)
    assert quiet == (0, START + 30 * MINUTE)
    assert heeded(quiet, good, RULES, START + 29 * MINUTE) is None
    assert heeded(quiet, bad, RULES, START + MINUTE) == (START + 31 * MINUTE, START + 30 * MINUTE)
    assert heeded(quiet, good, RULES, START + 30 * MINUTE) == (0, START + 60 * MINUTE)


@pytest.mark.parametrize(("minutes", "late"), [(-1.01, True), (-1, False), (10, False), (10.01, True)])
def test_what_the_market_has_long_read_is_late(minutes: float, late: bool) -> None:
    assert is_late(structs.replace(TOLD, received=START + round(minutes * MINUTE)), RULES) == late


@pytest.mark.parametrize(
    ("field", "value"), [("stale_minutes", 0), ("cooldown_minutes", 1441), ("threshold", Decimal(2))]
)
def test_rules_out_of_range_are_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field}: must be from"):
        HeadlineRules(**{field: value})
