"""Money keeps its currency, prices are positive and finite, orders lie on the grid."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.instruments import LARGEST_PRICE, Instrument, Money, bounded, listing, positive

AMOUNTS = st.decimals(-(10**9), 10**9, places=4)
PRICES = st.decimals("0.01", 10**6, places=4)
IBM = Instrument("IBM", "US", "USD", Decimal("0.01"), Decimal(1), "International Business Machines")


@given(AMOUNTS, AMOUNTS)
def test_money_of_one_currency_adds_and_subtracts_exactly(one: Decimal, other: Decimal) -> None:
    assert Money(one, "USD") + Money(other, "USD") - Money(other, "USD") == Money(one, "USD")
    assert -Money(one, "USD") + Money(one, "USD") == Money(Decimal(0), "USD")


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(BadInput, match="cannot combine USD with KRW"):
        Money(Decimal(1), "USD") + Money(Decimal(1), "KRW")
    with pytest.raises(BadInput, match="cannot combine KRW with USD"):
        Money(Decimal(1), "KRW") - Money(Decimal(1), "USD")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_money_that_is_not_finite_does_not_exist(amount: str) -> None:
    with pytest.raises(BadInput, match="amount: money must be finite"):
        Money(Decimal(amount), "USD")


def test_money_is_shown_rounded_half_to_even_and_keeps_every_digit_itself() -> None:
    money = Money(Decimal("1234.565"), "USD")
    assert str(money) == "1,234.56 USD"
    assert money.amount == Decimal("1234.565")
    assert money.times(Decimal("0.5")) == Money(Decimal("617.2825"), "USD")


@pytest.mark.parametrize("value", ["0", "-0.01", "NaN", "sNaN", "Infinity", "1000000000.01"])
def test_a_price_is_positive_finite_and_not_absurd(value: str) -> None:
    with pytest.raises(BadInput, match="bid: must be above 0 and at most 1000000000"):
        positive("bid", Decimal(value))
    assert positive("bid", LARGEST_PRICE) == LARGEST_PRICE


@pytest.mark.parametrize("value", ["0.99", "2.01", "NaN"])
def test_a_figure_out_of_range_is_named_with_its_value_and_bounds(value: str) -> None:
    with pytest.raises(BadInput, match=rf"factor: must be from 1 to 2, found '{value}'"):
        bounded("factor", Decimal(value), Decimal(1), Decimal(2))
    assert bounded("factor", Decimal(2), Decimal(1), Decimal(2)) == 2


@given(PRICES, st.decimals(0, 10**6, places=3))
def test_lots_never_round_up_and_ticks_round_to_the_nearest(price: Decimal, quantity: Decimal) -> None:
    whole = IBM.whole_lots(quantity)
    assert 0 <= quantity - whole < IBM.lot and whole % IBM.lot == 0
    assert abs(IBM.on_tick(price) - price) <= IBM.tick / 2 and IBM.on_tick(price) % IBM.tick == 0


def test_an_instrument_is_known_by_market_and_symbol_and_prices_in_its_currency() -> None:
    assert IBM.key == listing("US", "IBM") == "US:IBM"
    assert IBM.worth(Decimal("182.50"), Decimal(4)) == Money(Decimal("730.00"), "USD")


def test_a_grid_of_zero_is_refused() -> None:
    with pytest.raises(BadInput, match="tick: must be above 0"):
        Instrument("IBM", "US", "USD", Decimal(0))
