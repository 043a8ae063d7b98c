"""Lots: examples with figures by hand, and the laws that no sequence of fills may break."""

from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.facts.orders import Side
from core.market.instruments import Money
from core.trading.positions import Lot, Position, book, flat, unrealised

FLAT = flat("IBM", "US", "USD")


class Fill(NamedTuple):
    side: Side
    quantity: Decimal
    price: Decimal

    @property
    def paid(self) -> Decimal:
        return self.quantity * self.price * (1 if self.side == "buy" else -1)


def booked(*fills: Fill, start: Position = FLAT) -> tuple[Position, Decimal]:
    position, realised = start, Decimal(0)
    for fill in fills:
        result = book(position, *fill)
        position, realised = result.position, realised + result.realised.amount
    return position, realised


def buy(quantity: int, price: str) -> Fill:
    return Fill("buy", Decimal(quantity), Decimal(price))


def sell(quantity: int, price: str) -> Fill:
    return Fill("sell", Decimal(quantity), Decimal(price))


FILLS = st.lists(
    st.builds(
        Fill,
        st.sampled_from(["buy", "sell"]),
        st.decimals("0.001", 500, places=3),
        st.decimals("0.01", 900, places=2),
    ),
    max_size=12,
)
MARKS = st.decimals("0.01", 900, places=2)


@pytest.mark.parametrize(
    ("fills", "quantity", "average", "realised"),
    [
        ((), 0, None, "0"),
        ((buy(10, "100"),), 10, "100", "0"),
        ((buy(10, "100"), buy(10, "110")), 20, "105", "0"),
        ((buy(10, "100"), sell(4, "110")), 6, "100", "40"),
        ((buy(10, "100"), sell(10, "90")), 0, None, "-100"),
        ((sell(10, "100"),), -10, "100", "0"),
        ((sell(10, "100"), buy(4, "90")), -6, "100", "40"),
        ((buy(10, "100"), sell(25, "110")), -15, "110", "100"),
        ((sell(10, "100"), buy(25, "110")), 15, "110", "-100"),
        ((buy(10, "100"), buy(10, "120"), sell(15, "130")), 5, "120", "350"),
    ],
    ids=[
        "nothing",
        "one purchase",
        "two purchases",
        "a part sold",
        "all sold at a loss",
        "a short sale",
        "a part of it bought back",
        "sold through zero",
        "bought through zero",
        "the oldest lot goes first",
    ],
)
def test_a_holding_is_what_its_fills_make_of_it(
    fills: tuple[Fill, ...], quantity: int, average: str | None, realised: str
) -> None:
    position, gained = booked(*fills)
    assert position.quantity == quantity
    assert position.average == (None if average is None else Decimal(average))
    assert gained == Decimal(realised)


def test_profit_is_counted_on_what_was_sold_not_on_what_was_held() -> None:
    result = book(Position("IBM", "US", "USD", (Lot(Decimal(146), Decimal(50)),)), "sell", Decimal(15), Decimal(60))
    assert result.realised == Money(Decimal(150), "USD")
    assert result.position.quantity == 131


def test_a_holding_knows_its_key_and_currency() -> None:
    position, _ = booked(buy(1, "5"))
    assert (position.key, unrealised(position, Decimal(7)).currency) == ("US:IBM", "USD")


def test_an_open_loss_of_a_short_sale_is_negative() -> None:
    position, _ = booked(sell(10, "100"))
    assert unrealised(position, Decimal(103)).amount == -30


@given(FILLS, MARKS)
def test_cash_and_holdings_change_only_by_profit(fills: list[Fill], mark: Decimal) -> None:
    position, realised = booked(*fills)
    cash = -sum((fill.paid for fill in fills), Decimal(0))
    assert cash + position.quantity * mark == realised + unrealised(position, mark).amount


@given(FILLS)
def test_quantities_add_up_and_lots_have_one_sign(fills: list[Fill]) -> None:
    position, _ = booked(*fills)
    assert position.quantity == sum((f.quantity * (1 if f.side == "buy" else -1) for f in fills), Decimal(0))
    assert all((lot.quantity > 0) == (position.quantity > 0) and lot.quantity for lot in position.lots)


@given(FILLS, FILLS.filter(bool), st.decimals("0.1", "0.9", places=1))
def test_a_fill_in_two_parts_is_the_same_fill(before: list[Fill], fills: list[Fill], part: Decimal) -> None:
    start, _ = booked(*before)
    last = fills[0]
    halves = (last._replace(quantity=last.quantity * part), last._replace(quantity=last.quantity * (1 - part)))
    assert booked(*halves, start=start) == booked(last, start=start)


@given(FILLS)
def test_closing_everything_leaves_nothing_open(fills: list[Fill]) -> None:
    position, realised = booked(*fills)
    if not position.quantity:
        return
    closing = Fill("sell" if position.quantity > 0 else "buy", abs(position.quantity), Decimal(50))
    done, gained = booked(closing, start=position)
    assert (done.lots, done.average) == ((), None)
    assert gained == unrealised(position, Decimal(50)).amount
    assert realised + gained == -sum((fill.paid for fill in [*fills, closing]), Decimal(0))
