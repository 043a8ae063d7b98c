"""The order a decision becomes: on the grid, on the side that is met, and named after its run alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.facts.verdicts import Decision, Direction
from core.market.instruments import Instrument
from core.risk.ordering import Slip, entry_order, exit_order
from core.risk.view import RiskView
from tests.core.risk.examples import DECISION, QUOTE, view

SLIP = Slip("run-1", "open", "paper-1", Instrument("IBM", "US", "USD", Decimal("0.05")))


def seen(bid: str | None, ask: str | None) -> RiskView:
    sides = {"bid": Decimal(bid) if bid else None, "ask": Decimal(ask) if ask else None}
    return view(quote=structs.replace(QUOTE, **sides), recent=())


def wanting(direction: Direction) -> Decision:
    return structs.replace(DECISION, direction=direction, invalidation=Decimal("180"))


@pytest.mark.parametrize(("direction", "side", "limit"), [("long", "buy", "184.15"), ("short", "sell", "184.00")])
def test_an_entry_is_a_limit_on_the_tick_that_still_meets_the_other_side(
    direction: Direction, side: str, limit: str
) -> None:
    order = entry_order(SLIP, wanting(direction), Decimal(3), seen("184.02", "184.12"))
    assert order is not None
    assert (order.side, order.kind, order.limit, order.invalidation) == (side, "limit", Decimal(limit), Decimal("180"))


@given(st.decimals("1", "999", places=4), st.sampled_from(["long", "short"]))
def test_the_limit_is_on_the_grid_less_than_a_tick_beyond_the_price(price: Decimal, direction: Direction) -> None:
    order = entry_order(SLIP, wanting(direction), Decimal(1), seen(str(price), str(price)))
    assert order is not None and order.limit is not None
    beyond = order.limit - price if direction == "long" else price - order.limit
    assert 0 <= beyond < SLIP.instrument.tick and order.limit % SLIP.instrument.tick == 0


def test_where_the_mix_leaves_room_an_entry_goes_to_the_market_with_the_price_that_refutes_it() -> None:
    order = entry_order(SLIP, wanting("long"), Decimal(3), view(recent=(True, True, True)))
    assert order is not None
    assert (order.kind, order.limit, order.invalidation) == ("market", None, Decimal("180"))


@pytest.mark.parametrize(("direction", "bid", "ask"), [("long", "184", None), ("short", None, "184")])
def test_without_a_price_on_the_side_it_needs_there_is_no_order(
    direction: Direction, bid: str | None, ask: str | None
) -> None:
    assert entry_order(SLIP, wanting(direction), Decimal(3), seen(bid, ask)) is None


@pytest.mark.parametrize(("held", "side"), [("5", "sell"), ("-5", "buy")])
def test_an_exit_is_a_market_order_against_the_holding(held: str, side: str) -> None:
    order = exit_order(SLIP, Decimal(held), Decimal(2))
    assert (order.side, order.kind, order.quantity, order.limit) == (side, "market", Decimal(2), None)


def test_the_same_run_leg_and_account_always_give_the_same_name_and_another_leg_another() -> None:
    again = exit_order(SLIP, Decimal(5), Decimal(1))
    assert again.client_id == exit_order(SLIP, Decimal(-5), Decimal(9)).client_id
    assert again.client_id != exit_order(structs.replace(SLIP, leg="exit"), Decimal(5), Decimal(1)).client_id
