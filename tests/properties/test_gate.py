"""The gate over every account: it always answers, always the same, never against risk reduction, never past a bound."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.market.instants import SECOND
from core.market.instruments import Money
from core.market.quotes import Grade
from core.record.codec import encode
from core.risk.checks import CHECKS, Request
from core.risk.gate import Cleared, Denied, effect, review
from core.risk.view import RiskView
from tests.core.risk.examples import NOW, ORDER, QUOTE, REQUEST, VIEW, approving, ordering, view
from tests.properties.accounts import amounts, approvals, decisions, orders, prices, requests, views


@given(requests, views)
def test_it_always_answers_and_always_the_same(request: Request, seen: RiskView) -> None:
    first, second = review(request, seen), review(request, seen)
    assert encode(first.ruling) == encode(second.ruling)
    assert len(first.ruling.checks) == len(CHECKS)
    assert first.ruling.cleared == isinstance(first, Cleared) == all(check.held for check in first.ruling.checks)
    if isinstance(first, Denied):
        assert first.check == next(check for check in first.ruling.checks if not check.held)
        assert first.code and first.figure and first.limit and first.sentence


@given(requests, views, st.integers(-60, 60), st.integers(0, 60))
def test_reduction_is_never_blocked_and_what_is_called_reduction_never_flips(
    request: Request, seen: RiskView, held: int, reducing: int
) -> None:
    seen = structs.replace(seen, held=Decimal(held), reducing=Decimal(reducing))
    order, free = request.order, max(abs(held) - reducing, 0)
    shrinks = order.signed * held < 0 and order.quantity <= free
    assert effect(order, seen.held, seen.reducing) == ("reduce" if shrinks else "increase")
    if order.key != seen.key:
        assert isinstance(review(request, seen), Denied)
    elif shrinks:
        assert isinstance(review(request, seen), Cleared)
        after = held + order.signed
        assert abs(after) < abs(held) and after * held >= 0
    elif order.signed * held < 0:
        assert isinstance(review(request, seen), Denied)


@given(orders, decisions, approvals, prices)
def test_nothing_outside_the_envelope_clears(order: object, decision: object, approval: object, ask: Decimal) -> None:
    quote = structs.replace(QUOTE, ask=ask, bid=ask - 1)
    request = Request(order, decision, approval, "b1")  # type: ignore[arg-type]
    if not isinstance(review(request, view(quote=quote)), Cleared):
        return
    assert request.approval is not None and request.decision is not None
    yes = request.approval.verification
    side = "long" if request.order.side == "buy" else "short"
    price = request.order.limit or (ask if side == "long" else ask - 1)
    assert yes.ruling == "approve" and yes.answered < yes.deadline
    assert yes.answered <= NOW < yes.answered + 30 * SECOND
    assert (yes.symbol, yes.briefing) == (request.order.symbol, "b1")
    assert side in yes.directions and side == request.decision.direction
    assert request.decision.action in ("open", "add") and request.decision.confidence >= 80
    assert price * request.order.quantity <= Decimal(2500) * yes.size_factor
    assert abs(price - yes.price) * 200 <= yes.price


@given(amounts(1, 20_000), amounts(0, 2_000), st.integers(1, 24))
def test_the_fat_finger_bound_is_exact(cash: Decimal, pending: Decimal, quantity: int) -> None:
    seen = view(cash=Money(cash, "USD"), pending=Money(pending, "USD"))
    verdict = review(ordering(quantity=Decimal(quantity)), seen)
    within = Fraction(quantity * 100) + Fraction(pending) <= Fraction(cash) * 30 / 100
    assert isinstance(verdict, Cleared) == within
    assert within or verdict.ruling.code == "FAT_FINGER"


@given(amounts(90_000, 110_000), amounts(90_000, 110_000))
def test_the_day_loss_bound_is_exact(start: Decimal, equity: Decimal) -> None:
    verdict = review(ordering(quantity=Decimal(1)), view(equity=Money(equity, "USD"), day_start=Money(start, "USD")))
    within = Fraction(equity) - Fraction(start) >= Fraction(start) * -3 / 100
    assert isinstance(verdict, Cleared) == within
    assert within or verdict.ruling.code == "DAY_LOSS"


@given(requests, views, st.integers(-10_000, 10_000))
def test_data_below_their_floor_let_nothing_in_and_everything_out(request: Request, seen: RiskView, above: int) -> None:
    """Above or below the floor by hundredths; the same order on the same account but for the quality of its data."""
    floor, apart = Decimal(100), Decimal(above) / 100
    graded = structs.replace(seen, quality=Grade(floor + apart, floor))
    ruled, trusted = review(request, graded), review(request, structs.replace(seen, quality=Grade(floor, floor)))
    if above < 0 and ruled.ruling.effect == "increase":
        assert isinstance(ruled, Denied)
        assert isinstance(trusted, Denied) or ruled.code == "DATA_QUALITY"
    else:
        assert ruled.ruling.cleared == trusted.ruling.cleared


@given(views, requests)
def test_tighter_limits_never_clear_what_looser_ones_denied(seen: RiskView, request: Request) -> None:
    tighter = structs.replace(
        seen,
        limits=structs.replace(
            seen.limits, min_confidence=95, fat_finger_pct=Decimal(5), day_loss_pct=Decimal(-1), quote_seconds=1
        ),
    )
    if isinstance(review(request, seen), Denied):
        assert isinstance(review(request, tighter), Denied)


def test_the_ordinary_entry_clears_so_these_properties_are_not_empty() -> None:
    assert isinstance(review(REQUEST, VIEW), Cleared)
    assert isinstance(review(approving(size_factor=Decimal("0.4")), VIEW), Cleared)
    assert ORDER.quantity == 10
