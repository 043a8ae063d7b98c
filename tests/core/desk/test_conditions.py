"""What the bars of the last hour say."""

from decimal import Decimal

import pytest
from msgspec import structs

from core.desk.conditions import conditions
from core.market.bars import Bar
from core.market.instants import MINUTE


def bars(*closes: str, begin: int = 0) -> list[Bar]:
    prices = [Decimal(close) for close in closes]
    return [
        Bar(at=begin + number * MINUTE, open=price, high=price, low=price, close=price)
        for number, price in enumerate(prices)
    ]


def end(known: list[Bar], minutes: int = 1) -> int:
    """When the last of them closed."""
    return known[-1].at + minutes * MINUTE


def test_a_price_that_stands_still_has_neither_volatility_nor_trend_nor_range() -> None:
    still = bars(*["100"] * 20)
    assert conditions(still, 1, 0, end(still)) == dict.fromkeys(
        ["volatility_pct", "trend_pct", "range_pct"], Decimal(0)
    )


def test_the_figures_are_what_their_formulas_say() -> None:
    swinging = bars(*["100", "101"] * 10)
    figures = conditions(swinging, 1, 0, end(swinging))
    assert (figures["trend_pct"], figures["range_pct"]) == (Decimal("1.0000"), Decimal("0.9901"))
    assert float(figures["volatility_pct"] or 0) == pytest.approx(
        100 * ((10 * 0.01**2 + 9 * (1 / 101) ** 2) / 19 * 252 * 390) ** 0.5, abs=1e-4
    )


def test_longer_bars_are_annualised_by_their_length() -> None:
    swinging = bars(*["100", "101"] * 10)
    minute, quarter = (
        float(conditions(swinging, minutes, 0, end(swinging))["volatility_pct"] or 0) for minutes in (1, 4)
    )
    assert minute == pytest.approx(2 * quarter, rel=0.1)


def test_only_the_last_hour_of_the_session_counts() -> None:
    before = bars("500", "90", begin=-2 * MINUTE)
    known = bars(*["200"] * 5, *["100"] * 60)
    assert conditions([*before, *known], 1, 0, end(known))["range_pct"] == 0


def test_too_few_bars_of_the_last_hour_say_nothing_at_all() -> None:
    few, enough = bars(*["100"] * 19), bars(*["100"] * 20)
    assert set(conditions(few, 1, 0, end(few)).values()) == {None}
    assert set(conditions(enough, 1, MINUTE, end(enough)).values()) == {None}
    assert set(conditions(enough, 1, 0, end(enough) + 41 * MINUTE).values()) != {None}
    assert set(conditions(enough, 1, 0, end(enough) + 42 * MINUTE).values()) == {None}


@pytest.mark.parametrize("minutes", [5, 15, 60, 240])
def test_with_long_bars_a_few_are_enough(minutes: int) -> None:
    long = [structs.replace(bar, at=bar.at * minutes) for bar in bars("100", "101", "100")]
    assert set(conditions(long[:1], minutes, 0, end(long, minutes)).values()) == {None}
    known = [structs.replace(bar, at=bar.at * minutes) for bar in bars("100", "101", "100", "101")]
    assert conditions(known, minutes, 0, end(known, minutes))["range_pct"] == Decimal("0.9901")
