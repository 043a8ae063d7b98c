"""The paper broker: when, at what price and how much it executes, what that costs, and what it refuses."""

from decimal import Decimal

import pytest
from msgspec import ValidationError, convert

from core.facts.orders import Order, OrderFilled
from core.market.hours import Session, SessionTable
from core.market.instruments import Money
from core.market.quotes import Quote
from core.ports.broker import Placed, Refused
from tests.tools.brokers.bench import HANDMADE, SECOND, HandClock, limit, order, paper, quote, stop
from tools.brokers.account import Accepted, AccountOpened, Declined
from tools.brokers.paper import PaperBroker
from tools.brokers.venue import PaperTerms


def fills(broker: PaperBroker) -> list[tuple[str, str]]:
    return [(str(fill.quantity), str(fill.price)) for fill in broker.record if isinstance(fill, OrderFilled)]


async def ready(*orders: Order, terms: PaperTerms | None = None) -> PaperBroker:
    broker = paper(terms=terms)
    broker.mark(quote(1, "99.98", "100.00"))
    for wanted in orders:
        assert isinstance(await broker.submit(wanted, HANDMADE), Placed)
    return broker


async def refusal(broker: PaperBroker, wanted: Order) -> str | None:
    answer = await broker.submit(wanted, HANDMADE)
    return answer.reason if isinstance(answer, Refused) else None


@pytest.mark.parametrize(
    ("wanted", "quotes", "expected"),
    [
        (order(), [quote(2, "100.10", "100.20")], [("10", "100.20")]),
        (order(side="sell"), [quote(2, "100.10", "100.20")], [("10", "100.10")]),
        (order(), [quote(2, "100.10", None)], []),
        (order(), [quote(2, "100.10", None), quote(3, None, "100.30")], [("10", "100.30")]),
        (order(side="sell"), [quote(2, None, "100.20")], []),
        (limit("100.05"), [quote(2, "100.00", "100.06")], []),
        (limit("100.05"), [quote(2, "100.00", "100.05")], [("10", "100.05")]),
        (limit("100.05"), [quote(2, "99.00", "99.50")], [("10", "99.50")]),
        (limit("100.05", side="sell"), [quote(2, "100.04", "100.06")], []),
        (limit("100.05", side="sell"), [quote(2, "100.07", "100.08")], [("10", "100.07")]),
        (stop("98.00", side="sell"), [quote(2, "98.01", "98.03")], []),
        (stop("98.00", side="sell"), [quote(2, "98.00", "98.03")], [("10", "98.00")]),
        (stop("98.00", side="sell"), [quote(2, "96.50", "98.03")], [("10", "96.50")]),
        (stop("98.00", side="sell"), [quote(2, None, "97.00")], []),
        (stop("102.00"), [quote(2, "101.90", "101.99")], []),
        (stop("102.00"), [quote(2, "101.90", "102.00")], [("10", "102.00")]),
        (stop("102.00"), [quote(2, "101.90", "103.00")], [("10", "103.00")]),
    ],
)
async def test_it_executes_at_the_side_that_is_really_met(
    wanted: Order, quotes: list[Quote], expected: list[tuple[str, str]]
) -> None:
    broker = await ready(wanted)
    for seen in quotes:
        broker.mark(seen)
    assert fills(broker) == expected


@pytest.mark.parametrize(
    "seen", [quote(1, "90.00", "91.00", sequence=2), quote(1, "99.98", "100.00"), quote(0, "1", "2")]
)
async def test_it_never_executes_on_a_quote_of_the_instant_it_was_submitted_in_or_before(seen: Quote) -> None:
    broker = await ready(order())
    broker.mark(seen)
    assert fills(broker) == []
    broker.mark(quote(2, "99.98", "100.01"))
    assert fills(broker) == [("10", "100.01")]


async def test_a_quote_that_arrives_late_executes_nothing() -> None:
    broker = await ready(limit("99.00"))
    broker.mark(quote(5, "99.98", "100.00"))
    broker.mark(quote(4, "98.00", "98.50"))
    assert fills(broker) == []


async def test_an_instant_that_executed_something_executes_nothing_more() -> None:
    broker = await ready(order(1), order(2))
    broker.mark(quote(2, "99.98", "100.00", (10, 10)))
    broker.mark(quote(2, "99.98", "100.00", (10, 10), sequence=3))
    assert fills(broker) == [("10", "100.00")]
    broker.mark(quote(3, "99.98", "100.01", (10, 10)))
    assert fills(broker) == [("10", "100.00"), ("10", "100.01")]


async def test_a_quote_of_another_instrument_executes_nothing() -> None:
    broker = await ready(order())
    broker.mark(quote(2, "99.98", "100.00", symbol="SPY"))
    assert fills(broker) == []


async def test_it_executes_no_more_than_the_quote_shows() -> None:
    broker = await ready(order())
    broker.mark(quote(2, "99.98", "100.00", (50, 4)))
    broker.mark(quote(3, "99.98", "100.01", (50, 0)))
    broker.mark(quote(4, "99.98", "100.02", (50, 50)))
    assert fills(broker) == [("4", "100.00"), ("6", "100.02")]


async def test_two_orders_share_what_one_quote_shows_the_older_first() -> None:
    broker = await ready(order(1), order(2))
    broker.mark(quote(2, "99.98", "100.00", (50, 14)))
    assert fills(broker) == [("10", "100.00"), ("4", "100.00")]


async def test_terms_may_ignore_what_the_quote_shows() -> None:
    broker = await ready(order(), terms=PaperTerms(liquidity="unlimited"))
    broker.mark(quote(2, "99.98", "100.00", (1, 1)))
    assert fills(broker) == [("10", "100.00")]


async def test_it_executes_whole_lots_only() -> None:
    broker = paper()
    broker.mark(quote(1, "99.98", "100.00", symbol="SPY"))
    await broker.submit(order(symbol="SPY", quantity=Decimal(40)), HANDMADE)
    broker.mark(quote(2, "99.98", "100.00", (9, 9), symbol="SPY"))
    broker.mark(quote(3, "99.98", "100.00", (29, 29), symbol="SPY"))
    assert fills(broker) == [("20", "100.00")]


async def test_a_stop_that_began_to_execute_goes_on_when_the_price_recovers() -> None:
    broker = await ready(stop("98.00", side="sell"))
    broker.mark(quote(2, "97.90", "98.10", (4, 4)))
    broker.mark(quote(3, "99.00", "99.10", (50, 50)))
    assert fills(broker) == [("4", "97.90"), ("6", "99.00")]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (PaperTerms(), ["0", "0"]),
        (PaperTerms(fee_per_order=Decimal(2)), ["2", "0"]),
        (PaperTerms(fee_pct=Decimal("0.1")), ["0.4", "0.6"]),
        (PaperTerms(fee_pct=Decimal("0.1"), fee_minimum=Decimal("0.7")), ["0.7", "0.3"]),
        (PaperTerms(fee_per_order=Decimal(1), fee_minimum=Decimal(5)), ["5", "0"]),
    ],
)
async def test_an_order_costs_the_same_in_one_execution_or_in_two(terms: PaperTerms, expected: list[str]) -> None:
    broker = await ready(order(), terms=terms)
    broker.mark(quote(2, "99.98", "100.00", (4, 4)))
    broker.mark(quote(3, "99.98", "100.00", (6, 6)))
    fees = [fill.fee for fill in broker.record if isinstance(fill, OrderFilled)]
    assert fees == [Money(Decimal(fee), "USD") for fee in expected]
    assert await broker.cash() == Money(Decimal(99_000) - sum(Decimal(fee) for fee in expected), "USD")


@pytest.mark.parametrize("field", ["fee_per_order", "fee_pct", "fee_minimum"])
def test_terms_out_of_range_are_named(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        convert({field: "-1"}, PaperTerms)
    with pytest.raises(ValidationError, match=field):
        convert({field: "1001"}, PaperTerms)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (order(symbol="NONE"), "unknown instrument 'US:NONE'"),
        (order(account="other"), "account 'other' is not this one"),
        (order(currency="EUR"), "currency EUR is not the account's USD"),
        (limit("100.005"), "price 100.005 is off the tick of 0.01"),
        (stop("100.005"), "price 100.005 is off the tick of 0.01"),
        (order(quantity=Decimal("1.5")), "quantity 1.5 is not in lots of 1"),
        (order(symbol="SPY", quantity=Decimal(15)), "quantity 15 is not in lots of 10"),
        (order(symbol="SPY"), "no price of 'US:SPY' has been seen"),
        (order(quantity=Decimal(1001)), "insufficient cash: needs 100100.00, free are 100000"),
        (limit("200.00", quantity=Decimal(501)), "insufficient cash: needs 100200.00, free are 100000"),
        (order(side="sell", quantity=Decimal(1001)), "insufficient cash: needs 100079.98, free are 100000"),
    ],
)
async def test_it_refuses_what_a_venue_would_refuse(wanted: Order, reason: str) -> None:
    broker = await ready()
    assert await refusal(broker, wanted) == reason
    assert isinstance(broker.record[-1], Declined)


async def test_an_account_in_another_currency_refuses_the_instrument() -> None:
    broker = paper(cash=Money(Decimal(1000), "EUR"))
    broker.mark(quote(1, "99.98", "100.00"))
    assert await refusal(broker, order(currency="EUR")) == "currency EUR is not the USD of 'US:IBM'"


async def test_cash_is_counted_with_what_is_still_working_and_with_fees() -> None:
    broker = await ready(limit("90.00", 1, quantity=Decimal(1000)), terms=PaperTerms(fee_per_order=Decimal(10)))
    assert (
        await refusal(broker, order(2, quantity=Decimal(100))) == "insufficient cash: needs 10010.00, free are 9990.00"
    )
    await broker.cancel(order(1).client_id)
    assert await refusal(broker, order(3, quantity=Decimal(100))) is None


async def test_the_proceeds_of_a_short_sale_do_not_pay_for_another() -> None:
    broker = await ready(order(1, side="sell", quantity=Decimal(1000)))
    broker.mark(quote(2, "99.98", "100.00"))
    assert (await broker.cash()).amount == Decimal("199980.00")
    assert await refusal(broker, order(2, side="sell")) == "insufficient cash: needs 999.80, free are 20.00"


async def test_reducing_never_asks_for_cash() -> None:
    broker = await ready(order(1, quantity=Decimal(1000)))
    broker.mark(quote(2, "149.98", "150.00"))
    assert (await broker.cash()).amount == -50_000
    assert await refusal(broker, order(2, quantity=Decimal(1))) == "insufficient cash: needs 150.00, free are -50000.00"
    assert await refusal(broker, order(3, side="sell", quantity=Decimal(1000))) is None


async def test_what_goes_beyond_closing_is_new_exposure() -> None:
    broker = await ready(order(1, quantity=Decimal(1000)))
    broker.mark(quote(2, "149.98", "150.00"))
    assert await refusal(broker, order(2, side="sell", quantity=Decimal(1001))) == (
        "insufficient cash: needs 149.98, free are -50000.00"
    )


async def test_reducing_needs_no_price() -> None:
    broker = await ready(order(1, quantity=Decimal(10)))
    broker.mark(quote(2, "99.98", "100.00"))
    broker.mark(quote(3, None, None))
    assert await refusal(broker, order(2)) == "no price of 'US:IBM' has been seen"
    assert await refusal(broker, order(3, side="sell")) is None


async def test_a_repeated_name_gets_the_first_answer_again() -> None:
    broker = await ready()
    first = [await broker.submit(order(1), HANDMADE), await broker.submit(order(2, symbol="NONE"), HANDMADE)]
    second = [await broker.submit(order(1), HANDMADE), await broker.submit(order(2), HANDMADE)]
    assert first == second
    assert len(await broker.open_orders()) == 1


def hours(opens: int, closes: int) -> dict[str, SessionTable]:
    session = Session("2013-10-04", opens * SECOND, closes * SECOND)
    return {"US": SessionTable("US", (session,), closes * SECOND)}


async def test_a_closed_market_takes_and_executes_nothing() -> None:
    clock = HandClock(5)
    broker = paper(clock=clock, sessions=hours(10, 20))
    broker.mark(quote(5, "99.98", "100.00"))
    assert await refusal(broker, order(1)) == "market US is closed"
    clock.seconds = 19
    assert await refusal(broker, order(2)) is None
    broker.mark(quote(20, "99.98", "100.00"))
    assert fills(broker) == []


async def test_a_market_without_hours_is_closed_where_hours_are_kept() -> None:
    broker = paper(sessions={})
    broker.mark(quote(1, "99.98", "100.00"))
    assert await refusal(broker, order()) == "market US is closed"


async def test_its_record_names_the_verdict_of_every_order() -> None:
    broker = await ready(order(1))
    await broker.submit(order(2, symbol="NONE"), HANDMADE)
    broker.mark(quote(2, "99.98", "100.00"))
    assert [type(entry) for entry in broker.record] == [AccountOpened, Accepted, Declined, OrderFilled]
    assert {e.verdict for e in broker.record if isinstance(e, Accepted | Declined)} == {HANDMADE.verdict}
    assert [e.broker_id for e in broker.record if isinstance(e, Accepted | Declined)] == ["paper-1", "paper-2"]
    assert [e.fill_id for e in broker.record if isinstance(e, OrderFilled)] == ["paper-1.1"]


async def test_after_the_session_nothing_is_taken_or_executed() -> None:
    broker = await ready(order(1))
    await broker.close()
    broker.mark(quote(2, "99.98", "100.00"))
    assert fills(broker) == []
    assert await broker.submit(order(2), HANDMADE) == Refused(order(2).client_id, "the session is closed")
