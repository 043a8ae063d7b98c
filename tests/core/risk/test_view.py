"""What the gate is shown: everything counted once, orders under way included, and None for what is not known."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from core.desk.posture import CEILING, Postures
from core.desk.state import DeskState
from core.facts.desk import DayOpened
from core.facts.orders import Order
from core.market.quotes import Quote
from core.risk.limits import Limits
from core.risk.view import Moment, RiskView, executable, look, own_price
from core.trading.orders import OrderState, Ticket
from core.trading.positions import Lot, Position
from tests.core.risk.examples import GOOD, KEY, NOW, ORDER, QUOTE, usd

SPY = "XNYS:SPY"
QUOTES: dict[str, Quote] = {
    KEY: QUOTE,
    SPY: structs.replace(QUOTE, symbol="SPY", bid=Decimal(49), ask=Decimal(51), last=None),
}


def order(**changes: Any) -> Order:
    return structs.replace(ORDER, **changes)


def ticket(placed: Order, state: OrderState = "working", filled: int = 0) -> Ticket:
    return Ticket(placed, "verdict", state, Decimal(filled))


def holding(symbol: str, quantity: int, currency: str = "USD") -> dict[str, Position]:
    return {f"XNYS:{symbol}": Position(symbol, "XNYS", currency, (Lot(Decimal(quantity), Decimal(90)),))}


def seen(*tickets: Ticket, key: str = KEY, quotes: dict[str, Quote] = QUOTES, **changes: Any) -> RiskView:
    state = DeskState(
        cash=usd(90_000),
        day=DayOpened("XNYS", "2013-10-07", usd(100_000)),
        tickets={f"T{n}": ticket for n, ticket in enumerate(tickets)},
        posture="guerrilla",
    )
    return look(structs.replace(state, **changes), key, Moment(NOW, False, True, quotes, GOOD), Postures(), Limits())


def test_an_empty_desk_has_nothing_committed_and_all_its_cash() -> None:
    view = seen()
    assert (view.cash, view.pending, view.committed, view.equity) == (usd(90_000), usd(0), usd(0), usd(90_000))
    assert (view.held, view.reducing) == (Decimal(0), Decimal(0))
    assert not view.occupied and not view.intended
    assert (view.terms, view.quote, view.quality, view.now) == (CEILING["guerrilla"], QUOTE, GOOD, NOW)
    assert view.day_start == usd(100_000)


def test_holdings_count_at_the_middle_price() -> None:
    view = seen(positions=holding("IBM", 10) | holding("SPY", -4))
    assert view.equity == usd(90_000) + usd("999.95") - usd(200)
    assert view.committed == usd("999.95")
    assert view.occupied == {KEY, SPY}


@pytest.mark.parametrize("state", ["intended", "working", "partial", "unknown"])
def test_what_remains_of_a_working_entry_counts_whatever_is_known_of_it(state: OrderState) -> None:
    view = seen(ticket(ORDER, state, filled=4))
    assert view.pending == view.committed == usd(600)
    assert view.occupied == {KEY}
    assert view.intended == {("run1", "entry")}


@pytest.mark.parametrize("state", ["filled", "cancelled", "rejected", "not_placed"])
def test_a_finished_order_commits_nothing_but_its_intent_is_remembered(state: OrderState) -> None:
    view = seen(ticket(ORDER, state))
    assert (view.pending, view.occupied) == (usd(0), frozenset())
    assert view.intended == {("run1", "entry")}


def test_pending_orders_count_at_limit_at_stop_or_at_the_executable_price() -> None:
    spy = {"symbol": "SPY"}
    limit = ticket(order(**spy, kind="limit", limit=Decimal(50)))
    stop = ticket(order(**spy, kind="stop", stop=Decimal(52)))
    buy, sale = ticket(order(**spy)), ticket(order(**spy, side="sell"))
    assert seen(limit).pending == usd(500)
    assert seen(stop).pending == usd(520)
    assert seen(buy).pending == usd(510)
    assert seen(sale).pending == usd(490)
    assert seen(limit, stop, buy, sale).pending == usd(2020)
    assert seen(limit, stop, buy, sale).committed == usd(0)


def test_an_order_against_a_holding_reduces_and_commits_only_what_exceeds_it() -> None:
    exit_ = ticket(order(side="sell"))
    assert seen(exit_, positions=holding("IBM", 10)).pending == usd(0)
    assert seen(exit_, positions=holding("IBM", 10)).reducing == Decimal(10)
    assert seen(exit_, positions=holding("IBM", 10), quotes={}).pending == usd(0)
    twice = seen(exit_, exit_, positions=holding("IBM", 12))
    assert (twice.reducing, twice.pending) == (Decimal(20), usd("799.92"))
    cover = seen(ticket(order(side="buy")), positions=holding("IBM", -10))
    assert (cover.held, cover.reducing, cover.pending) == (Decimal(-10), Decimal(10), usd(0))


def test_what_is_not_known_is_none_and_never_zero() -> None:
    no_cash = seen(ticket(ORDER), cash=None)
    assert (no_cash.cash, no_cash.pending, no_cash.committed, no_cash.equity) == (None, None, None, None)
    no_price = seen(ticket(order(symbol="SPY")), quotes={KEY: QUOTE})
    assert (no_price.pending, no_price.committed) == (None, usd(0))
    unpriced = seen(positions=holding("SPY", 1), quotes={KEY: QUOTE})
    assert (unpriced.equity, unpriced.committed) == (None, usd(0))
    assert seen(positions=holding("IBM", 1), quotes={}).committed is None
    assert seen(quotes={}).quote is None
    assert seen(day=None).day_start is None


def test_money_of_another_currency_makes_a_figure_unknown_and_never_fails() -> None:
    foreign = seen(ticket(order(symbol="SPY", currency="JPY")), positions=holding("IBM", 1, "JPY"))
    assert (foreign.pending, foreign.committed, foreign.equity) == (None, None, None)


def test_the_executable_price_is_the_other_side_and_is_not_guessed() -> None:
    one_sided = structs.replace(QUOTE, ask=None)
    assert (executable("buy", QUOTE), executable("sell", QUOTE)) == (Decimal(100), Decimal("99.99"))
    assert executable("buy", one_sided) is None
    assert executable("buy", None) is None
    assert own_price(ORDER, one_sided) is None
    assert own_price(order(kind="limit", limit=Decimal(98)), None) == Decimal(98)
