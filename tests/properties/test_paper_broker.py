"""Random orders, quotes, cancellations and restarts: a plain model of what a broker may do, against what it did."""

import asyncio
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from core.facts.orders import Order, OrderFilled
from core.market.instruments import Money
from core.market.quotes import Quote
from tests.tools.brokers.bench import CASH, HANDMADE, HandClock, order, paper, quote
from tools.brokers.account import Accepted, Entry
from tools.brokers.paper import PaperBroker
from tools.brokers.venue import PaperTerms

Step = Quote | Order | int | Literal["restart"]
"""What happens next; a number cancels the order of that number."""

TERMS = PaperTerms(fee_per_order=Decimal(1), fee_pct=Decimal("0.05"), fee_minimum=Decimal(2))
PRICES = st.integers(9_900, 10_100).map(lambda cents: str(Decimal(cents) / 100))
SIZES = st.one_of(st.none(), st.tuples(st.integers(0, 30), st.integers(0, 30)))


@st.composite
def days(draw: st.DrawFn) -> list[Step]:
    steps: list[Step] = [quote(0, "99.98", "100.00")]
    for moment in range(1, draw(st.integers(5, 25))):
        kind = draw(st.sampled_from(["quote", "quote", "quote", "order", "order", "cancel", "restart"]))
        if kind == "quote":
            sides = draw(st.tuples(st.none() | PRICES, st.none() | PRICES))
            steps.append(quote(draw(st.integers(max(moment - 2, 0), moment)), *sides, draw(SIZES), sequence=moment))
        elif kind == "order":
            steps.append(_order(draw, moment))
        else:
            steps.append(draw(st.integers(1, moment)) if kind == "cancel" else "restart")
    return steps


def _order(draw: st.DrawFn, number: int) -> Order:
    form = draw(st.sampled_from(["market", "limit", "stop"]))
    price = {} if form == "market" else {form: Decimal(draw(PRICES))}
    side, quantity = draw(st.sampled_from(["buy", "sell"])), Decimal(draw(st.integers(1, 600)))
    return order(number, kind=form, side=side, quantity=quantity, **price)


def trade(steps: list[Step], ledger: Path | None) -> PaperBroker:
    return asyncio.run(_trade(steps, ledger))


async def _trade(steps: list[Step], ledger: Path | None) -> PaperBroker:
    broker, latest = paper(terms=TERMS, ledger=ledger, clock=HandClock()), None
    for step in steps:
        if isinstance(step, Quote):
            broker.mark(step)
            if latest is None or (step.at, step.sequence) > (latest.at, latest.sequence):
                latest = step
        elif isinstance(step, Order):
            await broker.submit(step, HANDMADE)
        elif isinstance(step, int):
            await broker.cancel(order(step).client_id)
        elif ledger is not None and latest is not None:
            broker = paper(terms=TERMS, ledger=ledger, clock=HandClock())
            broker.mark(latest)
    return broker


def executions(record: tuple[Entry, ...]) -> Iterator[tuple[Accepted, list[OrderFilled]]]:
    fills = [entry for entry in record if isinstance(entry, OrderFilled)]
    for entry in record:
        if isinstance(entry, Accepted):
            yield entry, [fill for fill in fills if fill.client_id == entry.order.client_id]


@given(days())
def test_cash_and_holdings_are_what_the_executions_and_fees_make_of_them(steps: list[Step]) -> None:
    broker = trade(steps, None)
    cash, held = CASH.amount, Decimal(0)
    for entry in broker.record:
        if isinstance(entry, OrderFilled):
            signed = entry.quantity if entry.side == "buy" else -entry.quantity
            cash, held = cash - signed * entry.price - entry.fee.amount, held + signed
    assert asyncio.run(broker.cash()) == Money(cash, "USD")
    assert asyncio.run(broker.positions()) == ({"US:IBM": held} if held else {})


@given(days())
def test_each_execution_is_of_a_later_quote_at_its_price_and_no_worse_than_the_limit(steps: list[Step]) -> None:
    quotes = [step for step in steps if isinstance(step, Quote)]
    for accepted, fills in executions(trade(steps, None).record):
        wanted = accepted.order
        for fill in fills:
            assert fill.at > accepted.after
            prices = {seen.ask if wanted.side == "buy" else seen.bid for seen in quotes if seen.at == fill.at}
            assert fill.price in prices
            if wanted.limit is not None:
                assert fill.price <= wanted.limit if wanted.side == "buy" else fill.price >= wanted.limit
        if wanted.stop is not None and fills:
            trigger = fills[0].price
            assert trigger >= wanted.stop if wanted.side == "buy" else trigger <= wanted.stop


@given(days())
def test_no_order_is_executed_beyond_its_quantity_and_each_costs_its_fee(steps: list[Step]) -> None:
    for accepted, fills in executions(trade(steps, None).record):
        assert sum(fill.quantity for fill in fills) <= accepted.order.quantity
        value = sum((fill.quantity * fill.price for fill in fills), Decimal(0))
        assert sum((fill.fee.amount for fill in fills), Decimal(0)) == TERMS.fee(value)
        assert all(fill.fee.amount >= 0 for fill in fills)


@given(days())
def test_no_quote_executes_more_than_it_shows(steps: list[Step]) -> None:
    fills = [entry for entry in trade(steps, None).record if isinstance(entry, OrderFilled)]
    for side in ("buy", "sell"):
        for at in {fill.at for fill in fills}:
            taken = sum(fill.quantity for fill in fills if fill.at == at and fill.side == side)
            shown = [
                seen.ask_size if side == "buy" else seen.bid_size
                for seen in steps
                if isinstance(seen, Quote) and seen.at == at
            ]
            assert None in shown or taken <= sum(size for size in shown if size is not None)


@given(days())
def test_the_same_day_gives_the_same_record_however_often_the_process_died(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        interrupted = trade(steps, Path(folder) / "ledger.jsonl")
    assert interrupted.record == trade(steps, None).record
