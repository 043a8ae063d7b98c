"""What every broker promises, asked of each one that ships and of the journal in front of it."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import NamedTuple

import pytest

from core.facts.orders import Order, OrderCancelled, OrderFilled
from core.market.instruments import Money
from core.ports.broker import Answer, Broker, Found, Placed, Refused
from tests.tools.brokers.bench import HANDMADE, HandClock, cleared, limit, order, paper, quote, reported
from tools.brokers.journaled import Journaled
from tools.brokers.paper import PaperBroker
from tools.journals.memory import MemoryJournal


class Given(NamedTuple):
    broker: Broker
    market: PaperBroker
    """Where quotes go in."""
    send: Callable[[Order], Awaitable[Answer]]


@pytest.fixture(params=["paper", "journaled"])
def given(request: pytest.FixtureRequest) -> Given:
    clock = HandClock()
    market = paper(clock=clock)
    market.mark(quote(1, "99.98", "100.00"))
    if request.param == "paper":
        return Given(market, market, lambda wanted: market.submit(wanted, HANDMADE))
    journal = MemoryJournal()
    broker = Journaled(market, journal, clock, 1.0)

    async def send(wanted: Order) -> Answer:
        label = str((await journal.head()).position)
        return await broker.submit(wanted, await cleared(journal, wanted, label=label))

    return Given(broker, market, send)


async def test_an_accepted_order_is_placed_under_its_own_name(given: Given) -> None:
    wanted = order()
    answer = await given.send(wanted)
    assert isinstance(answer, Placed) and answer.client_id == wanted.client_id
    assert await given.broker.open_orders() == (wanted,)


async def test_acceptance_is_not_execution(given: Given) -> None:
    await given.send(order())
    assert await given.broker.positions() == {}
    assert await given.broker.cash() == Money(Decimal(100_000), "USD")


async def test_an_execution_arrives_as_a_report_and_changes_cash_and_holding(given: Given) -> None:
    await given.send(order())
    given.market.mark(quote(2, "100.01", "100.03"))
    (fill,) = await reported(given.broker, 1)
    assert isinstance(fill, OrderFilled)
    assert (fill.client_id, fill.price, fill.quantity) == (order().client_id, Decimal("100.03"), Decimal(10))
    assert await given.broker.positions() == {"US:IBM": Decimal(10)}
    assert await given.broker.cash() == Money(Decimal("98999.70"), "USD")
    assert await given.broker.open_orders() == ()


async def test_a_refusal_is_a_value_with_a_reason(given: Given) -> None:
    answer = await given.send(order(symbol="NONE"))
    assert isinstance(answer, Refused) and "unknown instrument" in answer.reason
    assert await given.broker.open_orders() == ()


async def test_the_same_name_never_makes_two_orders(given: Given) -> None:
    await given.send(order())
    await given.send(order())
    assert await given.broker.open_orders() == (order(),)
    given.market.mark(quote(2, "99.98", "100.00"))
    assert await given.broker.positions() == {"US:IBM": Decimal(10)}


async def test_a_cancellation_arrives_as_a_report(given: Given) -> None:
    wanted = limit("90.00")
    await given.send(wanted)
    answer = await given.broker.cancel(wanted.client_id)
    assert isinstance(answer, Placed)
    (cancelled,) = await reported(given.broker, 1)
    assert isinstance(cancelled, OrderCancelled) and cancelled.client_id == wanted.client_id
    assert await given.broker.open_orders() == ()


async def test_what_is_not_working_cannot_be_cancelled(given: Given) -> None:
    assert isinstance(await given.broker.cancel("ABCDEFGH"), Refused)
    await given.send(order())
    given.market.mark(quote(2, "99.98", "100.00"))
    assert isinstance(await given.broker.cancel(order().client_id), Refused)


async def test_an_order_can_be_asked_for_by_its_name(given: Given) -> None:
    assert await given.broker.find(order().client_id) is None
    placed = await given.send(order())
    assert isinstance(placed, Placed)
    working = Found(order().client_id, placed.broker_id, "working", Decimal(0))
    assert await given.broker.find(order().client_id) == working
    given.market.mark(quote(2, "99.98", "100.00", (5, 4)))
    assert await given.broker.find(order().client_id) == Found(
        working.client_id, placed.broker_id, "working", Decimal(4)
    )
    given.market.mark(quote(3, "99.98", "100.00"))
    assert await given.broker.find(order().client_id) == Found(
        working.client_id, placed.broker_id, "filled", Decimal(10)
    )


async def test_a_cancelled_and_a_refused_order_are_found_as_such(given: Given) -> None:
    await given.send(limit("90.00", 1))
    await given.broker.cancel(order(1).client_id)
    await given.send(order(2, symbol="NONE"))
    found = [await given.broker.find(order(number).client_id) for number in (1, 2)]
    assert [known.state if known else None for known in found] == ["cancelled", "rejected"]


async def test_reports_come_in_order_and_a_new_session_misses_none(given: Given) -> None:
    await given.send(order(1))
    await given.send(limit("90.00", 2))
    given.market.mark(quote(2, "99.98", "100.00", (4, 4)))
    given.market.mark(quote(3, "99.98", "100.00", (6, 6)))
    await given.broker.cancel(order(2).client_id)
    first, second = await reported(given.broker, 3), await reported(given.broker, 3)
    assert first == second
    assert [type(report) for report in first] == [OrderFilled, OrderFilled, OrderCancelled]


async def test_a_waiting_reader_is_told_of_what_happens_next(given: Given) -> None:
    waiting = asyncio.create_task(reported(given.broker, 2))
    await given.send(order())
    await asyncio.sleep(0)
    given.market.mark(quote(2, "99.98", "100.00", (4, 4)))
    await asyncio.sleep(0)
    given.market.mark(quote(3, "99.98", "100.00", (6, 6)))
    assert len(await waiting) == 2


async def test_closing_ends_the_reports_and_leaves_the_orders(given: Given) -> None:
    await given.send(limit("90.00"))
    reading = asyncio.create_task(_all(given.broker))
    await asyncio.sleep(0)
    await given.broker.close()
    await given.broker.close()
    async with asyncio.timeout(2):
        assert await reading == 0
    assert await given.broker.open_orders() == (limit("90.00"),)


async def _all(broker: Broker) -> int:
    return len([report async for report in broker.reports()])
