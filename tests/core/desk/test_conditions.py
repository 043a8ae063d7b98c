"""What the bars of the last hour say."""

from decimal import Decimal

import pytest

from core.desk.conditions import LEAST, WINDOW, conditions
from core.market.bars import Bar
from core.market.instants import MINUTE


def bars(*closes: str, begin: int = 0) -> list[Bar]:
    prices = [Decimal(close) for close in closes]
    return [
        Bar(at=begin + number * MINUTE, open=price, high=price, low=price, close=price)
        for number, price in enumerate(prices)
    ]


def test_a_price_that_stands_still_has_neither_volatility_nor_trend_nor_range() -> None:
    assert conditions(bars(*["100"] * LEAST), 1, 0) == dict.fromkeys(
        ["volatility_pct", "trend_pct", "range_pct"], Decimal(0)
    )


def test_the_figures_are_what_their_formulas_say() -> None:
    swinging = ["100", "101"] * 10
    figures = conditions(bars(*swinging), 1, 0)
    assert (figures["trend_pct"], figures["range_pct"]) == (Decimal("1.0000"), Decimal("0.9901"))
    assert float(figures["volatility_pct"] or 0) == pytest.approx(
        100 * ((10 * 0.01**2 + 9 * (1 / 101) ** 2) / 19 * 252 * 390) ** 0.5, abs=1e-4
    )


def test_longer_bars_are_annualised_by_their_length() -> None:
    swinging = bars(*["100", "101"] * 10)
    minute, quarter = (float(conditions(swinging, minutes, 0)["volatility_pct"] or 0) for minutes in (1, 4))
    assert minute == pytest.approx(2 * quarter, rel=1e-6)


def test_only_the_last_hour_of_the_session_counts() -> None:
    before = bars("500", "90", begin=-2 * MINUTE)
    early, late = ["200"] * 5, ["100"] * WINDOW
    assert conditions([*before, *bars(*early, *late)], 1, 0)["range_pct"] == 0


def test_too_few_bars_say_nothing_at_all() -> None:
    assert set(conditions(bars(*["100"] * (LEAST - 1)), 1, 0).values()) == {None}
    assert set(conditions(bars(*["100"] * LEAST), 1, MINUTE).values()) == {None}
