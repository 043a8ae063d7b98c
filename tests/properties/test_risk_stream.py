"""A stream of entries, exits, fills, cancellations and price moves, against a model that only counts.

The model keeps no rules of its own beyond arithmetic: what it would let leave must be exactly what the gate lets leave,
so what is held and under way always fits the posture and the cash, and no exit can flip a holding.
"""

from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

from core.desk.posture import CEILING, Postures
from core.desk.state import DeskState, evolve
from core.desk.weighing import Approval
from core.facts.desk import DayOpened, DeskOpened
from core.facts.orders import Order, OrderCancelled, OrderFilled, OrderIntended, OrderPlaced
from core.market.quotes import Quote
from core.record.envelope import client_id
from core.risk.checks import Request
from core.risk.gate import Cleared, review
from core.risk.limits import Limits
from core.risk.view import Moment, look
from tests.core.risk.examples import DECISION, GOOD, NOW, ORDER, QUOTE, VERIFICATION, usd

SYMBOLS = ("IBM", "SPY", "AAPL", "GE")
symbols, sides = st.sampled_from(SYMBOLS), st.sampled_from(["buy", "sell"])
quantities = st.integers(1, 30).map(Decimal)


class Model:
    """What a bookkeeper would know: signed holdings, cash, what is under way, the price of each symbol."""

    def __init__(self) -> None:
        self.cash = Decimal(100_000)
        self.held = dict.fromkeys(SYMBOLS, Decimal(0))
        self.prices = dict.fromkeys(SYMBOLS, Decimal(100))
        self.working: dict[str, tuple[Order, Decimal]] = {}
        self.kinds: list[str] = []

    def equity(self) -> Decimal:
        return self.cash + sum(self.held[symbol] * self.prices[symbol] for symbol in SYMBOLS)

    def leaving(self, symbol: str) -> Decimal:
        held = self.held[symbol]
        mine = [(order, left) for order, left in self.working.values() if order.symbol == symbol]
        return sum((left for order, left in mine if order.signed * held < 0), Decimal(0))

    def entering(self, symbol: str) -> Decimal:
        all_of_it = sum(left for order, left in self.working.values() if order.symbol == symbol)
        return all_of_it - min(self.leaving(symbol), abs(self.held[symbol]))

    def pending(self) -> Decimal:
        return sum((self.entering(symbol) * self.prices[symbol] for symbol in SYMBOLS), Decimal(0))

    def occupied(self) -> set[str]:
        return {symbol for symbol in SYMBOLS if self.held[symbol] or self.entering(symbol)}

    def may_enter(self, order: Order) -> bool:
        symbol, terms = order.symbol, CEILING["guerrilla"]
        price, worth = self.prices[symbol], order.quantity * self.prices[symbol]
        whole = worth + (abs(self.held[symbol]) + self.entering(symbol)) * price
        return (
            whole * 100 <= self.equity() * terms.entry_pct
            and (self.pending() + worth) * 100 <= self.cash * 30
            and len(self.occupied() | {symbol}) <= terms.max_positions
            and self.equity() >= 97_000
            and (order.kind == "limit" or self.kinds[-9:].count("limit") * 100 >= 90 * (len(self.kinds[-9:]) + 1))
        )

    def fill(self, order: Order, quantity: Decimal) -> None:
        signed = quantity if order.side == "buy" else -quantity
        self.held[order.symbol] += signed
        self.cash -= signed * self.prices[order.symbol]
        left = self.working.pop(order.client_id)[1] - quantity
        if left:
            self.working[order.client_id] = (order, left)


class RiskStream(RuleBasedStateMachine):
    """The real gate over the real fold, beside the model."""

    @initialize()
    def open_the_desk(self) -> None:
        self.model, self.count = Model(), 0
        opened = DeskOpened(
            account="paper",
            mode="paper",
            profile="paper",
            cash=usd(100_000),
            posture="guerrilla",
            configuration="c",
            release="0",
        )
        self.state = evolve(DeskState(), opened, NOW)
        self.state = evolve(self.state, DayOpened("XNYS", "2013-10-07", usd(100_000)), NOW)

    @rule(symbol=symbols, side=sides, quantity=quantities, limited=st.booleans())
    def order(self, symbol: str, side: Any, quantity: Decimal, limited: bool) -> None:
        self.count += 1
        run = f"run{self.count}"
        terms: dict[str, Any] = {"kind": "limit", "limit": self.model.prices[symbol]} if limited else {}
        order = structs.replace(ORDER, symbol=symbol, side=side, quantity=quantity, decision=run, **terms)
        order = structs.replace(order, client_id=client_id(run, "entry", "paper"))
        verdict = review(self._request(order), look(self.state, order.key, self._moment(), Postures(), Limits()))
        held = self.model.held[symbol]
        if order.signed * held >= 0:
            assert isinstance(verdict, Cleared) == self.model.may_enter(order)
        else:
            assert isinstance(verdict, Cleared) == (quantity <= abs(held) - self.model.leaving(symbol))
        if isinstance(verdict, Cleared):
            self.model.working[order.client_id] = (order, quantity)
            if verdict.ruling.effect == "increase":
                self.model.kinds.append(order.kind)
            self._record(
                verdict.ruling, OrderIntended(order, verdict.ruling.order_hash, run), OrderPlaced(order.client_id, run)
            )

    @precondition(lambda self: self.model.working)
    @rule(data=st.data())
    def fill(self, data: st.DataObject) -> None:
        order, left = self.model.working[data.draw(st.sampled_from(sorted(self.model.working)))]
        quantity = data.draw(st.integers(1, int(left)))
        self.count += 1
        filled = OrderFilled(
            client_id=order.client_id,
            fill_id=str(self.count),
            symbol=order.symbol,
            market=order.market,
            side=order.side,
            quantity=Decimal(quantity),
            price=self.model.prices[order.symbol],
            fee=usd(0),
            at=NOW,
        )
        self.model.fill(order, Decimal(quantity))
        self._record(filled)

    @precondition(lambda self: self.model.working)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.working)))
        del self.model.working[name]
        self._record(OrderCancelled(name, "a test"))

    @precondition(lambda self: all(order.kind == "market" for order, _ in self.model.working.values()))
    @rule(symbol=symbols, price=st.integers(50, 200))
    def move(self, symbol: str, price: int) -> None:
        self.model.prices[symbol] = Decimal(price)

    @invariant()
    def the_fold_and_the_model_agree(self) -> None:
        assert self.state.cash == usd(self.model.cash)
        for symbol in SYMBOLS:
            assert self.state.held(f"XNYS:{symbol}") == self.model.held[symbol]

    def _moment(self) -> Moment:
        return Moment(NOW, False, True, {f"XNYS:{symbol}": self._quote(symbol) for symbol in SYMBOLS}, GOOD)

    def _quote(self, symbol: str) -> Quote:
        price = self.model.prices[symbol]
        quote: Quote = structs.replace(QUOTE, symbol=symbol, bid=price, ask=price, last=price)
        return quote

    def _request(self, order: Order) -> Request:
        """A commander and a verifier who agree to everything: only the gate stands in the way."""
        direction: Any = "long" if order.side == "buy" else "short"
        decision = structs.replace(DECISION, symbol=order.symbol, direction=direction)
        price = self.model.prices[order.symbol]
        yes = structs.replace(VERIFICATION, symbol=order.symbol, directions=("long", "short"), price=price)
        return Request(order, decision, Approval(yes, NOW + 1), "b1")

    def _record(self, *facts: Any) -> None:
        for fact in facts:
            self.state = evolve(self.state, fact, NOW)


TestRiskStream = RiskStream.TestCase
TestRiskStream.settings = settings(max_examples=40, stateful_step_count=40)


def test_a_burst_of_entries_on_the_same_instant_stays_within_what_the_first_left() -> None:
    machine = RiskStream()
    machine.open_the_desk()
    for symbol in SYMBOLS * 13:
        machine.order(symbol, "buy", Decimal(7), True)
    assert len(machine.model.occupied()) == 3
    assert machine.model.pending() == 3 * 2 * 700
