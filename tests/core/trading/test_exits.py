"""Stops and targets: which candidate wins, on which side of the quote it is judged, and that a stop never loosens."""

from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.quotes import Quote
from core.trading.exits import Due, Protection, due, protect, tighten

LONG, SHORT = Decimal(10), Decimal(-10)
CENT = Decimal("0.01")


class Terms(NamedTuple):
    stop_pct: Decimal
    target_pct: Decimal | None


TERMS = Terms(Decimal("-1.5"), Decimal("3"))


def price(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def quote(bid: str | None = None, ask: str | None = None, last: str | None = None) -> Quote:
    return Quote(
        symbol="IBM",
        market="US",
        bid=price(bid),
        ask=price(ask),
        last=price(last),
        at=1,
        received=1,
        source="test",
        sequence=1,
        provenance="synthetic",
    )


@pytest.mark.parametrize(
    ("held", "invalidation", "stop"),
    [
        (LONG, None, "98.50"),
        (LONG, "99.20", "99.20"),
        (LONG, "95", "98.50"),
        (LONG, "101", "98.50"),
        (LONG, "100", "98.50"),
        (LONG, "99.999", "98.50"),
        (LONG, "99.201", "99.21"),
        (LONG, "NaN", "98.50"),
        (LONG, "Infinity", "98.50"),
        (LONG, "-5", "98.50"),
        (SHORT, None, "101.50"),
        (SHORT, "100.80", "100.80"),
        (SHORT, "105", "101.50"),
        (SHORT, "99", "101.50"),
        (SHORT, "100.809", "100.80"),
        (SHORT, "NaN", "101.50"),
    ],
)
def test_the_nearest_valid_stop_wins_and_nonsense_is_ignored(
    held: Decimal, invalidation: str | None, stop: str
) -> None:
    assert protect(held, Decimal(100), TERMS, price(invalidation), CENT).stop == Decimal(stop)


@pytest.mark.parametrize(
    ("held", "average", "stop", "target"),
    [(LONG, "33.33", "32.84", "34.32"), (SHORT, "33.33", "33.82", "32.34")],
)
def test_levels_are_rounded_to_the_tick_towards_an_earlier_exit(
    held: Decimal, average: str, stop: str, target: str
) -> None:
    assert protect(held, Decimal(average), TERMS, None, CENT) == Protection(Decimal(stop), Decimal(target))


def test_a_posture_without_a_target_sets_none() -> None:
    assert protect(LONG, Decimal(100), Terms(Decimal(-1), None), None, CENT) == Protection(Decimal(99), None)


@pytest.mark.parametrize(
    ("held", "average", "terms", "field"),
    [
        ("0", "100", TERMS, "quantity"),
        ("10", "0", TERMS, "average"),
        ("10", "100", Terms(Decimal("1.5"), None), "stop_pct"),
        ("10", "100", Terms(Decimal("NaN"), None), "stop_pct"),
        ("10", "100", Terms(Decimal(-1), Decimal(-3)), "target_pct"),
    ],
)
def test_terms_that_make_no_sense_are_named(held: str, average: str, terms: Terms, field: str) -> None:
    with pytest.raises(BadInput, match=field):
        protect(Decimal(held), Decimal(average), terms, None, CENT)


GUARD = Protection(Decimal(98), Decimal(103))
SHORT_GUARD = Protection(Decimal(102), Decimal(97))


@pytest.mark.parametrize(
    ("held", "protection", "seen", "expected"),
    [
        (LONG, GUARD, quote(bid="98", ask="98.1"), Due("stop", Decimal(98), Decimal(98))),
        (LONG, GUARD, quote(bid="97.2", ask="98.1"), Due("stop", Decimal("97.2"), Decimal(98))),
        (LONG, GUARD, quote(bid="98.1", ask="98.2"), None),
        (LONG, GUARD, quote(bid="103", ask="103.1"), Due("target", Decimal(103), Decimal(103))),
        (LONG, GUARD, quote(bid="102.9", ask="103.1"), None),
        (LONG, GUARD, quote(ask="97"), None),
        (LONG, GUARD, quote(ask="99", last="97.9"), Due("stop", Decimal("97.9"), Decimal(98))),
        (LONG, GUARD, quote(bid="99", last="90"), None),
        (LONG, GUARD, quote(), None),
        (SHORT, SHORT_GUARD, quote(bid="101", ask="102"), Due("stop", Decimal(102), Decimal(102))),
        (SHORT, SHORT_GUARD, quote(bid="102.5", ask="101.9"), None),
        (SHORT, SHORT_GUARD, quote(bid="96", ask="97"), Due("target", Decimal(97), Decimal(97))),
        (SHORT, SHORT_GUARD, quote(bid="103"), None),
        (SHORT, SHORT_GUARD, quote(bid="99", last="102"), Due("stop", Decimal(102), Decimal(102))),
        (LONG, Protection(Decimal(98), None), quote(bid="500"), None),
        (Decimal(0), GUARD, quote(bid="1", ask="1"), None),
    ],
)
def test_a_level_is_reached_on_the_side_that_would_be_executed(
    held: Decimal, protection: Protection, seen: Quote, expected: Due | None
) -> None:
    assert due(held, protection, seen) == expected


@pytest.mark.parametrize("stop", ["97.99", "98", "NaN", "Infinity", "0", "-3"])
def test_a_stop_that_is_no_nearer_or_no_price_is_not_taken(stop: str) -> None:
    assert tighten(LONG, GUARD, Decimal(stop)) is None


def test_a_nearer_stop_is_taken_and_the_target_stays() -> None:
    assert tighten(LONG, GUARD, Decimal("98.01")) == Protection(Decimal("98.01"), Decimal(103))
    assert tighten(SHORT, SHORT_GUARD, Decimal("101.99")) == Protection(Decimal("101.99"), Decimal(97))
    assert tighten(SHORT, SHORT_GUARD, Decimal("102.01")) is None
    assert tighten(Decimal(0), GUARD, Decimal(99)) is None


HELD = st.sampled_from([LONG, SHORT])
PRICES = st.decimals("0.5", 900, places=4)
WILD = st.one_of(PRICES, st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal(0), Decimal(-1)]))


@given(HELD, PRICES, st.lists(WILD, max_size=8))
def test_a_stop_never_loosens(held: Decimal, average: Decimal, stops: list[Decimal]) -> None:
    protection = protect(held, average, TERMS, None, CENT)
    for stop in stops:
        nearer = tighten(held, protection, stop) or protection
        assert nearer.stop >= protection.stop if held > 0 else nearer.stop <= protection.stop
        protection = nearer


@given(HELD, PRICES, st.one_of(st.none(), WILD))
def test_no_idea_puts_the_stop_further_away_than_the_posture(
    held: Decimal, average: Decimal, invalidation: Decimal | None
) -> None:
    posture = protect(held, average, TERMS, None, CENT)
    with_idea = protect(held, average, TERMS, invalidation, CENT)
    assert with_idea.stop >= posture.stop if held > 0 else with_idea.stop <= posture.stop
    assert with_idea.stop > 0 and with_idea.stop % CENT == 0 and with_idea.target == posture.target


@given(HELD, st.decimals(5, 900, places=2), st.decimals("0.5", "1.5", places=3))
def test_stop_and_target_are_both_reached_by_some_price(held: Decimal, average: Decimal, factor: Decimal) -> None:
    protection = protect(held, average, TERMS, None, CENT)
    seen = str(average * factor)
    reached = due(held, protection, quote(bid=seen, ask=seen))
    move = (factor - 1) * (1 if held > 0 else -1) * 100
    expected = "stop" if move <= TERMS.stop_pct else "target" if TERMS.target_pct and move >= TERMS.target_pct else None
    if expected is not None:
        assert reached is not None and reached.reason == expected
