"""The fold: what a fact changes, what it leaves, and that cash and holdings follow fills alone."""

from decimal import Decimal
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from core.desk.state import DeskState, equity, evolve
from core.facts.catalogue import Fact
from core.facts.desk import (
    DayOpened,
    DeskOpened,
    OperatingStateChanged,
    PositionUpdated,
    ProtectionSet,
    RunSettled,
)
from core.facts.orders import Order, OrderCancelled, OrderFilled, OrderIntended, OrderPlaced, OrderUnknown, Side
from core.market.instruments import Money
from core.record.envelope import client_id
from core.trading.exits import Protection
from tests.samples import SAMPLES


def usd(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "USD")


OPENED = DeskOpened(
    account="paper-1",
    mode="demo",
    profile="demo",
    cash=usd("100000"),
    posture="guerrilla",
    configuration="c0",
    release="0.1.0",
)


def order(name: str = "one", side: Side = "buy", quantity: str = "10") -> Order:
    return Order(
        client_id=client_id(name, "open", "paper-1"),
        decision=name,
        leg="open",
        account="paper-1",
        symbol="IBM",
        market="US",
        currency="USD",
        side=side,
        quantity=Decimal(quantity),
        kind="market",
    )


def fill(of: Order, quantity: str = "10", price: str = "180", fee: str = "1") -> OrderFilled:
    return OrderFilled(
        client_id=of.client_id,
        fill_id="1",
        symbol="IBM",
        market="US",
        side=of.side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=usd(fee),
        at=1,
    )


def folded(*facts: Fact) -> DeskState:
    return reduce(lambda state, fact: evolve(state, fact, 7), facts, DeskState())


BUY, SELL = order(), order("two", "sell")
BOUGHT = (OPENED, OrderIntended(BUY, "h", "v"), OrderPlaced(BUY.client_id, "b-1"), fill(BUY))


def test_a_desk_begins_with_its_cash_and_a_later_start_repeats_no_cash() -> None:
    assert folded(OPENED).cash == usd("100000")
    again = folded(*BOUGHT, OPENED)
    assert again.cash == usd("98199") and again.held("US:IBM") == 10


def test_only_a_fill_moves_cash_and_holdings() -> None:
    waiting = folded(*BOUGHT[:-1])
    assert (waiting.cash, waiting.positions) == (usd("100000"), {})
    held = PositionUpdated(
        symbol="IBM", market="US", currency="USD", quantity=Decimal(99), average=None, realised=usd("0"), fee=usd("0")
    )
    assert folded(*BOUGHT, held) == folded(*BOUGHT)
    assert folded(*BOUGHT).cash == usd("98199") and folded(*BOUGHT).fees == usd("1")


def test_selling_out_realises_the_gain_and_takes_holding_and_protection_away() -> None:
    guard = ProtectionSet(symbol="IBM", market="US", stop=Decimal(178), target=Decimal(184), reason="fill")
    held = folded(*BOUGHT, guard)
    assert held.protections == {"US:IBM": Protection(Decimal(178), Decimal(184))}
    sold = folded(*BOUGHT, guard, OrderIntended(SELL, "h", "w"), fill(SELL, price="181.5"))
    assert (sold.positions, sold.protections, sold.realised) == ({}, {}, usd("15.0"))
    assert sold.cash == usd("100013.0")


def test_what_is_not_held_cannot_be_protected() -> None:
    guard = ProtectionSet(symbol="SPY", market="US", stop=Decimal(178), target=None, reason="?")
    assert folded(*BOUGHT, guard) == folded(*BOUGHT)


def test_a_fill_of_an_order_nobody_intended_changes_nothing() -> None:
    assert folded(OPENED, fill(BUY)) == folded(OPENED)


def test_an_unknown_order_is_working_until_it_is_settled() -> None:
    intended = (OPENED, OrderIntended(BUY, "h", "v"))
    assert [ticket.state for ticket in folded(*intended, OrderUnknown(BUY.client_id, "silence")).working] == ["unknown"]
    assert folded(*intended, OrderCancelled(BUY.client_id, "asked")).working == ()


def test_a_new_day_forgets_finished_orders_and_keeps_working_ones() -> None:
    second = OrderIntended(SELL, "h", "w")
    morning = folded(*BOUGHT, second, DayOpened("US", "2013-10-07", usd("100000")))
    assert tuple(morning.tickets) == (SELL.client_id,)
    assert morning.day == DayOpened("US", "2013-10-07", usd("100000"))


def test_a_run_is_open_from_its_signal_to_its_outcome() -> None:
    signal = SAMPLES["SIGNAL_GENERATED"]
    started = evolve(folded(OPENED), signal, 42)
    (run,) = started.runs
    assert started.runs == {run: 42}
    assert evolve(started, RunSettled(run, "held", "nothing"), 43).runs == {}
    assert evolve(started, RunSettled("another", "held", "nothing"), 43) == started


def test_the_operating_state_is_the_last_one_said() -> None:
    assert folded(OPENED, OperatingStateChanged("restricted", "x")).operating == "restricted"


def test_equity_needs_a_price_of_everything_held() -> None:
    held = folded(*BOUGHT)
    assert equity(held, {}) is None
    assert equity(held, {"US:IBM": Decimal(181)}) == usd("100009")
    assert equity(DeskState(), {}) is None


STEPS = st.lists(
    st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 50), st.decimals("1", "500", places=2)), max_size=15
)


@given(STEPS, st.decimals("1", "500", places=2))
def test_nothing_is_lost_or_made_up(steps: list[tuple[Side, int, Decimal]], mark: Decimal) -> None:
    facts: list[Fact] = [OPENED]
    for number, (side, quantity, price) in enumerate(steps):
        wanted = order(f"run-{number}", side, str(quantity))
        facts += [OrderIntended(wanted, "h", f"v{number}"), fill(wanted, str(quantity), str(price))]
    state = folded(*facts)
    worth = equity(state, {"US:IBM": mark})
    position = state.positions.get("US:IBM")
    unrealised = (
        sum(((mark - lot.price) * lot.quantity for lot in position.lots), Decimal(0)) if position else Decimal(0)
    )
    assert worth and state.realised and state.fees
    assert worth.amount == 100_000 + state.realised.amount + unrealised - state.fees.amount


def test_every_fact_of_the_catalogue_can_be_folded() -> None:
    for fact in SAMPLES.values():
        assert isinstance(evolve(folded(OPENED), fact, 1), DeskState)
