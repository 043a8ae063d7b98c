"""Sizing over every account: it only shrinks, stays under each cap, and the gate agrees with what it sized."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.desk.weighing import Approval
from core.facts.verdicts import Decision
from core.market.instruments import Instrument
from core.risk.gate import Cleared, review
from core.risk.sizing import size
from core.risk.view import RiskView, executable
from tests.core.risk.examples import DECISION, IBM, QUOTE, REQUEST, VIEW, approving, usd
from tests.properties.accounts import amounts, approvals, decisions, moneys, prices, views

lots = st.sampled_from([Decimal(1), Decimal(10), Decimal("0.001"), Decimal("0.3")])


@given(decisions.filter(bool), approvals, lots, views)
def test_every_clamp_only_shrinks_and_the_last_one_is_the_result(
    decision: Decision, approval: Approval | None, lot: Decimal, seen: RiskView
) -> None:
    seen = structs.replace(seen, **{field: None for field in FIGURES if _foreign(seen, field)})
    sized = size(decision, approval, structs.replace(IBM, lot=lot), seen)
    assert sized.quantity >= 0
    steps = [(clamp.before, clamp.after) for clamp in sized.clamps]
    assert all(before > after or before == after == 0 for before, after in steps)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(steps))
    assert not steps or steps[-1][1] == sized.quantity
    if decision.action in ("reduce", "close"):
        assert sized.quantity <= max(abs(seen.held) - seen.reducing, Decimal(0))
    if decision.action in ("tighten", "cancel_pending", "hold"):
        assert sized.quantity == 0


@given(prices, lots, st.sampled_from(["0.01", "0.333", "1"]), moneys(0, 30_000), moneys(0, 30_000), amounts(1, 110_000))
def test_an_entry_stays_under_every_cap_and_the_gate_clears_it(
    ask: Decimal, lot: Decimal, factor: str, pending: object, committed: object, worth: Decimal
) -> None:
    instrument: Instrument = structs.replace(IBM, lot=lot)
    request = approving(size_factor=Decimal(factor), price=ask)
    seen: RiskView = structs.replace(
        VIEW,
        quote=structs.replace(QUOTE, ask=ask, bid=ask),
        pending=pending,
        committed=committed,
        cash=usd(worth),
        equity=usd(worth),
        day_start=usd(worth),
    )
    seen = structs.replace(seen, **{field: None for field in FIGURES if _foreign(seen, field)})
    quantity = size(DECISION, request.approval, instrument, seen).quantity
    if not quantity:
        return
    assert seen.pending is not None and seen.committed is not None
    bought, all_of_it = Fraction(quantity) * Fraction(ask), Fraction(worth)
    assert Fraction(quantity) / Fraction(lot) % 1 == 0
    assert bought <= all_of_it * Fraction(25, 1000) * Fraction(factor)
    assert bought + Fraction(seen.committed.amount) <= all_of_it * Fraction(25, 1000)
    assert bought + Fraction(seen.pending.amount) <= all_of_it * Fraction(30, 100)
    order = structs.replace(REQUEST.order, quantity=quantity)
    assert isinstance(review(structs.replace(request, order=order), seen), Cleared)


@given(decisions.filter(bool), views)
def test_an_exit_that_was_sized_is_always_cleared(decision: Decision, seen: RiskView) -> None:
    leaving = structs.replace(decision, action="close", symbol="IBM")
    quantity = size(leaving, None, IBM, seen).quantity
    if quantity:
        order = structs.replace(REQUEST.order, side="sell" if seen.held > 0 else "buy", quantity=quantity)
        assert isinstance(review(structs.replace(REQUEST, order=order, approval=None, decision=None), seen), Cleared)


def test_the_ordinary_entry_has_a_size_so_these_properties_are_not_empty() -> None:
    assert size(DECISION, REQUEST.approval, IBM, VIEW).quantity == 25
    assert executable("buy", VIEW.quote) == 100


FIGURES = ("cash", "pending", "committed", "equity")


def _foreign(seen: RiskView, field: str) -> bool:
    money = getattr(seen, field)
    return money is not None and money.currency != "USD"
