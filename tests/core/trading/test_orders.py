"""The order table: every pair of state and happening, and the orders in which the world really reports."""

from decimal import Decimal
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.facts.orders import (
    Order,
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderNotPlaced,
    OrderPlaced,
    OrderRejected,
    OrderUnknown,
)
from core.market.instruments import Money
from core.trading.orders import LIVE, OrderFact, OrderState, Ticket, advance, draft

NAME = "ABCDEFGH"
ORDER = Order(
    client_id=NAME,
    decision="run-1",
    leg="entry",
    account="paper-1",
    symbol="IBM",
    market="US",
    currency="USD",
    side="buy",
    quantity=Decimal(10),
    kind="market",
)
INTENDED = Ticket(ORDER, "run-1.verdict", "intended")
PLACED = OrderPlaced(NAME, "b-1")
REJECTED = OrderRejected(NAME, "no")
UNKNOWN = OrderUnknown(NAME, "silence")
ABSENT = OrderNotPlaced(NAME, "asked twice")
CANCELLED = OrderCancelled(NAME, "on request")


def fill(quantity: int, number: int = 1) -> OrderFilled:
    return OrderFilled(
        client_id=NAME,
        fill_id=f"b-1.{number}",
        symbol="IBM",
        market="US",
        side="buy",
        quantity=Decimal(quantity),
        price=Decimal(100),
        fee=Money(Decimal(0), "USD"),
        at=1,
    )


def after(*facts: OrderFact) -> Ticket:
    ticket = INTENDED
    for fact in facts:
        ticket = advance(ticket, fact)
    return ticket


WALKS: list[tuple[str, tuple[OrderFact, ...], OrderState, int]] = [
    ("an order that nobody answered yet", (), "intended", 0),
    ("an acknowledged order", (PLACED,), "working", 0),
    ("a fill after the acknowledgement", (PLACED, fill(10)), "filled", 10),
    ("fills in parts", (PLACED, fill(4), fill(6, 2)), "filled", 10),
    ("a part and no more", (PLACED, fill(4)), "partial", 4),
    ("a fill before the acknowledgement", (fill(10), PLACED), "filled", 10),
    ("a part before the acknowledgement", (fill(4), PLACED, fill(6, 2)), "filled", 10),
    ("the rest cancelled", (PLACED, fill(4), CANCELLED), "cancelled", 4),
    ("a part after the cancellation", (PLACED, CANCELLED, fill(4)), "cancelled", 4),
    ("the whole after the cancellation", (PLACED, CANCELLED, fill(10)), "filled", 10),
    ("the acknowledgement after the cancellation", (CANCELLED, PLACED), "cancelled", 0),
    ("a cancellation after the fill", (PLACED, fill(10), CANCELLED), "filled", 10),
    ("a second acknowledgement", (PLACED, OrderPlaced(NAME, "b-2")), "working", 0),
    ("a second cancellation", (PLACED, CANCELLED, CANCELLED), "cancelled", 0),
    ("a refusal", (REJECTED,), "rejected", 0),
    ("a refusal by the exchange after the acknowledgement", (PLACED, REJECTED), "rejected", 0),
    ("the rest refused", (PLACED, fill(4), REJECTED), "cancelled", 4),
    ("a part of a refused order", (REJECTED, fill(4)), "partial", 4),
    ("a fill of a refused order", (REJECTED, fill(10)), "filled", 10),
    ("silence", (UNKNOWN,), "unknown", 0),
    ("silence, then found working", (UNKNOWN, PLACED), "working", 0),
    ("silence, then a fill", (UNKNOWN, fill(10)), "filled", 10),
    ("silence, then a part", (UNKNOWN, fill(4)), "partial", 4),
    ("silence, then found cancelled", (UNKNOWN, CANCELLED), "cancelled", 0),
    ("silence, then found refused", (UNKNOWN, REJECTED), "rejected", 0),
    ("silence, then found absent", (UNKNOWN, ABSENT), "not_placed", 0),
    ("absent, then booked late", (UNKNOWN, ABSENT, PLACED), "working", 0),
    ("absent, then filled late", (UNKNOWN, ABSENT, fill(10)), "filled", 10),
    ("absent, then filled late in parts", (UNKNOWN, ABSENT, fill(4), fill(6, 2)), "filled", 10),
    ("never sent", (ABSENT,), "not_placed", 0),
    ("silence after the acknowledgement", (PLACED, UNKNOWN), "working", 0),
    ("absent after the acknowledgement", (PLACED, ABSENT), "working", 0),
    ("silence after a refusal", (REJECTED, UNKNOWN), "rejected", 0),
    ("more executed than ordered", (PLACED, fill(7), fill(7, 2)), "filled", 14),
    ("more executed after the whole", (PLACED, fill(10), fill(1, 2)), "filled", 11),
]


@pytest.mark.parametrize(("facts", "state", "filled"), [pytest.param(*walk, id=name) for name, *walk in WALKS])
def test_reports_in_any_order_end_where_they_should(
    facts: tuple[OrderFact, ...], state: OrderState, filled: int
) -> None:
    ticket = after(*facts)
    assert (ticket.state, int(ticket.filled)) == (state, filled)


def test_every_state_is_reached() -> None:
    assert {after(*facts).state for _, facts, _, _ in WALKS} == set(get_args(OrderState))


@pytest.mark.parametrize("state", get_args(OrderState))
def test_what_is_not_a_move_changes_nothing(state: OrderState) -> None:
    ticket = Ticket(ORDER, "run-1.verdict", state, Decimal(3))
    legal = {
        "intended": {"OrderPlaced", "OrderRejected", "OrderUnknown", "OrderNotPlaced", "OrderCancelled"},
        "working": {"OrderRejected", "OrderCancelled"},
        "partial": {"OrderPlaced", "OrderRejected", "OrderCancelled"},
        "filled": {"OrderPlaced"},
        "cancelled": {"OrderPlaced"},
        "rejected": set(),
        "unknown": {"OrderPlaced", "OrderRejected", "OrderNotPlaced", "OrderCancelled"},
        "not_placed": {"OrderPlaced", "OrderCancelled"},
    }
    for fact in (PLACED, REJECTED, UNKNOWN, ABSENT, CANCELLED):
        changed = advance(ticket, fact) != ticket
        assert changed == (type(fact).__name__ in legal[state]), (state, fact)


def test_a_fact_about_another_order_changes_nothing() -> None:
    assert advance(INTENDED, OrderPlaced("ZZZZZZZZ", "b-9")) == INTENDED


def test_the_acknowledgement_brings_the_brokers_name_of_the_order() -> None:
    assert after(fill(4), PLACED).broker_id == "b-1"
    assert after(PLACED, OrderPlaced(NAME, "b-2")).broker_id == "b-1"


def test_an_order_that_may_still_execute_is_live_and_an_unknown_one_counts() -> None:
    live = {state for state in get_args(OrderState) if Ticket(ORDER, "v", state).live}
    assert live == LIVE == {"intended", "working", "partial", "unknown"}


MOVES = st.lists(
    st.one_of(st.sampled_from([PLACED, REJECTED, UNKNOWN, ABSENT, CANCELLED]), st.integers(1, 12).map(fill)),
    max_size=12,
)


@given(MOVES)
def test_no_fill_is_ever_lost_whatever_else_is_reported(facts: list[OrderFact]) -> None:
    ticket = after(*facts)
    assert ticket.filled == sum(fact.quantity for fact in facts if isinstance(fact, OrderFilled))
    assert ticket.remaining == max(10 - ticket.filled, 0)
    assert (ticket.state == "filled") == (ticket.remaining == 0)


@given(MOVES)
def test_a_filled_order_stays_filled(facts: list[OrderFact]) -> None:
    done = after(fill(10))
    for fact in facts:
        done = advance(done, fact)
    assert done.state == "filled"


def test_a_fact_about_an_order_is_named_after_its_cause() -> None:
    intended = draft(INTENDED, OrderIntended(ORDER, "hash", "run-1.verdict"), 5)
    assert (intended.id, intended.stream, intended.causation) == (
        "run-1.verdict.intent",
        f"order:{NAME}",
        "run-1.verdict",
    )
    drafts = [draft(INTENDED, fact, 5) for fact in (PLACED, REJECTED, UNKNOWN, ABSENT, CANCELLED, fill(4, 2))]
    assert [entry.id.removeprefix(f"{NAME}.") for entry in drafts] == [
        "placed",
        "rejected",
        "unknown",
        "not_placed",
        "cancelled",
        "fill.b-1.2",
    ]
    assert {(entry.correlation, entry.causation, entry.at) for entry in drafts} == {
        ("run-1", "run-1.verdict.intent", 5)
    }


def test_the_table_knows_every_state_for_every_execution() -> None:
    for state, quantity in product(get_args(OrderState), (1, 12)):
        ticket = advance(Ticket(ORDER, "v", state, Decimal(10 if state == "filled" else 0)), fill(quantity))
        assert ticket.filled >= quantity
