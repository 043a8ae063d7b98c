"""When a holding is near its stop or target, and that each is told once until the price has moved away."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.signals.nearness import Holding, NearRules, detect
from core.signals.waking import Latch
from core.trading.exits import Protection
from tests.core.signals.test_triggers import SHIPPED, START, quote

RULES = NearRules(within_pct=Decimal(20), release_pct=Decimal(50), cooldown_minutes=60)


def held(quantity: int = 10, average: str = "100", stop: str = "90", target: str | None = "120") -> Holding:
    protection = Protection(Decimal(stop), None if target is None else Decimal(target))
    return Holding(Decimal(quantity), Decimal(average), protection)


NEW = Latch()
LONG, SHORT = held(), held(-10, stop="110", target="80")


def told(prices: list[str], holding: Holding | None = LONG, latch: Latch = NEW) -> list[SignalGenerated]:
    """What the bids of a long holding, or the asks of a short one, have said a minute apart."""
    found = []
    for minute, price in enumerate(prices):
        sides = {"bid": Decimal(price), "ask": Decimal(price)}
        latch, signal = detect(quote(minute, price, **sides), holding, latch, RULES)
        found += [signal] if signal else []
    return found


def test_the_shipped_rules_are_the_defaults() -> None:
    assert msgspec.convert(tomllib.loads(SHIPPED.read_text())["signals"]["exit_near"], NearRules) == NearRules()


@pytest.mark.parametrize(
    ("holding", "far", "near", "level"),
    [
        (LONG, "92.01", "92.00", ("stop", "90")),
        (LONG, "115.99", "116.00", ("target", "120")),
        (SHORT, "107.99", "108.00", ("stop", "110")),
        (SHORT, "84.01", "84.00", ("target", "80")),
    ],
)
def test_a_level_is_near_from_the_last_fifth_of_the_way_on(
    holding: Holding, far: str, near: str, level: tuple[str, str]
) -> None:
    assert told([far], holding) == []
    (signal,) = told([near], holding)
    figures, (name, price) = signal.event.figures, level
    assert (signal.event.kind, figures["way_left_pct"], figures[name]) == ("exit_near", 20, Decimal(price))
    assert figures["reference"] == 100 and figures["change_pct"] == Decimal(near) - 100
    assert ("stop" in figures) != ("target" in figures)


def test_a_level_stays_near_until_half_of_the_way_is_left() -> None:
    trembling = ["91", "93", "91", "94.9", "91"]
    assert len(told(trembling)) == 1
    away = ["91", *["95.1"] * 60, "91"]
    assert len(told(away)) == 2
    assert len(told(["91", "95.1", "91"])) == 1, "its cool-down is not over"
    assert len(told(["91", "117"])) == 2, "the target is another side"


def test_a_level_that_is_reached_is_the_business_of_the_exits() -> None:
    assert told(["90", "89", "121"]) == []
    assert len(told(["91", "90", "91"])) == 1


def test_a_stop_that_secures_a_gain_is_near_nothing() -> None:
    assert told(["100.5", "101"], held(stop="100")) == []
    assert told(["102.1"], held(stop="102")) == []


def test_without_a_target_only_the_stop_can_be_near() -> None:
    assert [signal.event.figures["way_left_pct"] for signal in told(["119", "91"], held(target=None))] == [10]


def test_the_price_is_that_at_which_the_holding_could_be_left() -> None:
    wide = quote(0, "95", bid=Decimal(91), ask=Decimal(99))
    assert detect(wide, LONG, Latch(), RULES)[1] is not None
    assert detect(wide, SHORT, Latch(), RULES)[1] is None
    last = quote(0, "95", bid=None, ask=None, last=Decimal(91))
    assert detect(last, LONG, Latch(), RULES)[1] is not None
    assert detect(quote(0, "95", bid=None, ask=None), LONG, Latch(-1), RULES) == (Latch(-1), None)


def test_nothing_held_is_near_nothing_and_a_new_holding_is_told_anew_after_the_cool_down() -> None:
    quiet = Latch(-1, (START + 60 * MINUTE, 0))
    assert detect(quote(1, "91"), None, quiet, RULES) == (Latch(0, quiet.quiet), None)
    assert told(["91"], LONG, Latch(0, quiet.quiet)) == []
    assert told(["91"], LONG, Latch(0, (START, 0))) != []


@given(
    st.integers(-50, 50).filter(bool),
    st.integers(1_000, 20_000),
    st.tuples(st.integers(1, 900), st.integers(1, 900)),
    st.lists(st.integers(-1_000, 1_000), min_size=1, max_size=60),
    st.sampled_from([Decimal("0.01"), Decimal(7), Decimal(1000)]),
)
def test_it_depends_on_shares_of_the_way_alone(
    quantity: int, average: int, levels: tuple[int, int], moves: list[int], scale: Decimal
) -> None:
    """Scaling all prices changes nothing that is told, and a short holding mirrors a long one."""
    sign = 1 if quantity > 0 else -1
    prices = [max(1, average + move) for move in moves]

    def story(scale: Decimal, sign: int) -> list[tuple[Any, Any]]:
        middle = Decimal(average)
        protection = Protection((middle - sign * levels[0]) * scale, (middle + sign * levels[1]) * scale)
        latch, found = Latch(), []
        for minute, price in enumerate(prices):
            at = (middle + sign * (Decimal(price) - middle)) * scale
            if at <= 0:
                continue
            seen = quote(minute, "1", bid=at, ask=at)
            latch, signal = detect(
                seen, Holding(Decimal(sign * abs(quantity)), middle * scale, protection), latch, RULES
            )
            found += [(minute, signal.event.figures["way_left_pct"])] if signal else []
        return found

    assert story(Decimal(1), sign) == story(scale, sign)
    for minute, left in story(Decimal(1), sign):
        assert 0 <= left <= 20
        nearest = min(Fraction(abs(abs(prices[minute] - average) - level), level) for level in levels)
        assert nearest <= Fraction(1, 5)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("within_pct", Decimal(0), "must be from 1 to 99"),
        ("release_pct", Decimal(101), "must be from 1 to 100"),
        ("release_pct", Decimal(20), "must be above within_pct, 20"),
        ("cooldown_minutes", 0, "must be from 1 to 1440"),
    ],
)
def test_rules_out_of_range_are_refused(field: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: {said}.*, found '?{value}"):
        NearRules(**{field: value})
