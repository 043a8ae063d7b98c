"""The gate, check by check: each denies with its code, its figure and its limit, and bounds are exact on both sides."""

from decimal import Decimal
from typing import NamedTuple

import pytest
from msgspec import structs

from core.desk.posture import CEILING
from core.desk.weighing import Approval
from core.facts.orders import Order
from core.market.instants import SECOND
from core.market.quotes import Grade
from core.record.codec import order_hash
from core.risk.checks import CHECKS, Request
from core.risk.gate import Cleared, Denied, effect, review
from core.risk.limits import version
from core.risk.view import RiskView
from tests.core.risk.examples import (
    APPROVAL,
    ORDER,
    QUOTE,
    REQUEST,
    VERIFICATION,
    VIEW,
    approving,
    deciding,
    ordering,
    usd,
    view,
)


class Forged(Approval, frozen=True):
    """An approval of somebody who overrode what an approval demands."""

    def __post_init__(self) -> None: ...


class Case(NamedTuple):
    code: str
    request: Request
    view: RiskView
    figure: str
    limit: str


OLD = structs.replace(QUOTE, at=VIEW.now - 30 * SECOND - 1)
AHEAD = structs.replace(QUOTE, at=VIEW.now + 1, received=VIEW.now + 1)
JUMPED = structs.replace(QUOTE, ask=Decimal("100.51"))
VETO = structs.replace(VERIFICATION, ruling="veto")

DENIALS = (
    Case("OTHER_INSTRUMENT", ordering(symbol="SPY"), VIEW, "XNYS:SPY", "XNYS:IBM"),
    Case("WOULD_FLIP", ordering(side="sell"), view(held=Decimal(9)), "10", "9"),
    Case("WOULD_FLIP", ordering(side="sell"), view(held=Decimal(15), reducing=Decimal(6)), "10", "9"),
    Case("WOULD_FLIP", REQUEST, view(held=Decimal(-9)), "10", "9"),
    Case("KILL_LATCHED", REQUEST, view(latched=True), "set", "clear"),
    Case("OPERATING_STATE", REQUEST, view(operating="restricted"), "restricted", "normal or limited"),
    Case("OPERATING_STATE", REQUEST, view(operating="safe"), "safe", "normal or limited"),
    Case("OPERATING_STATE", REQUEST, view(operating="shutdown"), "shutdown", "normal or limited"),
    Case("MARKET_CLOSED", REQUEST, view(market_open=False), "closed", "open"),
    Case("MARKET_CLOSED", REQUEST, view(market_open=None), "unknown", "open"),
    Case("QUOTE_MISSING", REQUEST, view(quote=None), "missing", "known"),
    Case("QUOTE_MISSING", REQUEST, view(quote=structs.replace(QUOTE, ask=None)), "missing", "known"),
    Case("QUOTE_MISSING", REQUEST, view(quote=structs.replace(QUOTE, symbol="SPY")), "missing", "known"),
    Case("QUOTE_STALE", REQUEST, view(quote=OLD), "30.000000001 s", "30 s"),
    Case("QUOTE_STALE", REQUEST, view(quote=AHEAD), "-0.000000001 s", "30 s"),
    Case("DATA_QUALITY", REQUEST, view(quality=None), "missing", "known"),
    Case("DATA_QUALITY", REQUEST, view(quality=Grade(Decimal("69.99"), Decimal(70))), "69.99", "70"),
    Case("CASH_MISSING", REQUEST, view(cash=None), "missing", "known"),
    Case("PENDING_MISSING", REQUEST, view(pending=None), "missing", "known"),
    Case("HOLDING_MISSING", REQUEST, view(committed=None), "missing", "known"),
    Case("EQUITY_MISSING", REQUEST, view(equity=None), "missing", "known"),
    Case("DAY_START_MISSING", REQUEST, view(day_start=None), "missing", "known"),
    Case("DECISION_MISSING", structs.replace(REQUEST, decision=None), VIEW, "missing", "known"),
    Case("DECISION_OTHER_ORDER", deciding(action="hold"), VIEW, "hold long XNYS:IBM", "open or add long XNYS:IBM"),
    Case("DECISION_OTHER_ORDER", deciding(symbol="SPY"), VIEW, "open long XNYS:SPY", "open or add long XNYS:IBM"),
    Case("DECISION_OTHER_ORDER", ordering(side="sell"), VIEW, "open long XNYS:IBM", "open or add short XNYS:IBM"),
    Case("CONFIDENCE", deciding(confidence=79), VIEW, "79", "80"),
    Case("APPROVAL_MISSING", structs.replace(REQUEST, approval=None), VIEW, "missing", "Approval"),
    Case("APPROVAL_MISSING", structs.replace(REQUEST, approval=Forged(VETO, 1)), VIEW, "Forged", "Approval"),
    Case("APPROVAL_EXPIRED", approving(answered=VIEW.now - 30 * SECOND), VIEW, "30 s", "30 s"),
    Case("APPROVAL_EXPIRED", approving(answered=VIEW.now + 1, deadline=VIEW.now + 2), VIEW, "-0.000000001 s", "30 s"),
    Case("APPROVAL_BRIEFING", structs.replace(REQUEST, briefing="b2"), VIEW, "b1", "b2"),
    Case("APPROVAL_BRIEFING", structs.replace(REQUEST, briefing=None), VIEW, "b1", "missing"),
    Case("APPROVAL_SYMBOL", approving(symbol="SPY"), VIEW, "XNYS:SPY", "XNYS:IBM"),
    Case("APPROVAL_DIRECTION", approving(directions=("short",)), VIEW, "long", "short"),
    Case("APPROVAL_SIZE", ordering(quantity=Decimal("25.01")), VIEW, "2.5010 %", "2.5 %"),
    Case("APPROVAL_SIZE", approving(size_factor=Decimal("0.3")), VIEW, "1.0000 %", "0.75 %"),
    Case("APPROVAL_PRICE", REQUEST, view(quote=JUMPED), "0.5100 %", "0.50 %"),
    Case("APPROVAL_PRICE", approving(price=Decimal(101)), VIEW, "0.9901 %", "0.50 %"),
    Case("APPROVAL_PRICE", ordering(kind="limit", limit=Decimal(90)), VIEW, "10.0000 %", "0.50 %"),
    Case("POSTURE_SIZE", REQUEST, view(committed=usd("1500.01")), "2.5001 %", "2.5 %"),
    Case("POSTURE_COUNT", REQUEST, view(occupied=frozenset("abcde")), "6", "5"),
    Case("ORDER_MIX", REQUEST, view(recent=()), "0 of 1", "70 %"),
    Case("ORDER_MIX", REQUEST, view(recent=(True, True)), "2 of 3", "70 %"),
    Case("FAT_FINGER", REQUEST, view(pending=usd("26000.01")), "30.0001 %", "30.00 %"),
    Case("FAT_FINGER", REQUEST, view(cash=usd(-5)), "missing", "30.00 %"),
    Case("FAT_FINGER", REQUEST, view(cash=usd(0)), "missing", "30.00 %"),
    Case("DAY_LOSS", REQUEST, view(equity=usd(96_900)), "-3.1000 %", "-3.00 %"),
    Case("DAY_LOSS", REQUEST, view(equity=usd("96999.9999")), "-3.0001 %", "-3.00 %"),
    Case("DAY_LOSS", REQUEST, view(day_start=usd(0)), "missing", "-3.00 %"),
    Case(
        "DUPLICATE_INTENT", REQUEST, view(intended=frozenset({("run1", "entry")})), "run1 entry", "not ordered before"
    ),
)


def denied(request: Request, seen: RiskView) -> Denied:
    verdict = review(request, seen)
    assert isinstance(verdict, Denied)
    return verdict


def test_the_ordinary_entry_is_cleared_with_every_check_recorded_in_order() -> None:
    verdict = review(REQUEST, VIEW)
    assert isinstance(verdict, Cleared)
    ruling = verdict.ruling
    assert (ruling.cleared, ruling.code, ruling.effect) == (True, "CLEARED", "increase")
    assert [check.code for check in ruling.checks] == [row.code for row in CHECKS]
    assert ruling.order_hash == order_hash(ORDER)
    assert ruling.limits_version == version(VIEW.limits)
    assert ruling.expires == VIEW.now + 5 * SECOND


@pytest.mark.parametrize("case", DENIALS, ids=lambda case: case.code)
def test_each_check_denies_with_its_code_figure_and_limit(case: Case) -> None:
    verdict = denied(case.request, case.view)
    assert (verdict.code, verdict.figure, verdict.limit) == (case.code, case.figure, case.limit)
    assert verdict.ruling.code == case.code
    assert verdict.ruling.expires == case.view.now
    assert not verdict.ruling.cleared
    assert verdict.sentence.endswith(".") and "{" not in verdict.sentence


def test_every_check_of_the_table_is_shown_denying() -> None:
    assert {case.code for case in DENIALS} == {row.code for row in CHECKS}


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        (REQUEST, view(operating="limited")),
        (REQUEST, view(quote=structs.replace(QUOTE, at=VIEW.now - 30 * SECOND))),
        (REQUEST, view(quote=structs.replace(QUOTE, at=VIEW.now, received=VIEW.now))),
        (deciding(confidence=80), VIEW),
        (deciding(action="add"), view(held=Decimal(5), committed=usd(500))),
        (approving(answered=VIEW.now, deadline=VIEW.now + 1), VIEW),
        (approving(size_factor=Decimal("0.4")), VIEW),
        (ordering(quantity=Decimal(25)), VIEW),
        (REQUEST, view(quote=structs.replace(QUOTE, ask=Decimal("100.50")))),
        (REQUEST, view(quote=structs.replace(QUOTE, ask=Decimal("99.50"), bid=Decimal("99.50")))),
        (REQUEST, view(committed=usd(1500))),
        (REQUEST, view(occupied=frozenset("abcd"))),
        (REQUEST, view(occupied=frozenset({"a", "b", "c", "d", "XNYS:IBM"}))),
        (REQUEST, view(pending=usd(26_000))),
        (REQUEST, view(equity=usd(97_000))),
        (REQUEST, view(equity=usd(130_000))),
        (REQUEST, view(intended=frozenset({("run1", "exit"), ("run2", "entry")}))),
    ],
)
def test_exactly_on_each_bound_it_passes(wanted: Request, seen: RiskView) -> None:
    assert isinstance(review(wanted, seen), Cleared)


def test_an_account_that_is_nine_tenths_cash_trips_at_a_loss_of_3_1_percent_of_equity() -> None:
    assert denied(REQUEST, view(cash=usd(90_000), equity=usd(96_900), day_start=usd(100_000))).code == "DAY_LOSS"


def test_an_approval_is_bound_by_its_own_expiry_even_when_the_limits_allow_longer() -> None:
    short = structs.replace(REQUEST, approval=Approval(VERIFICATION, VIEW.now))
    assert denied(short, VIEW).code == "APPROVAL_EXPIRED"


def test_an_approval_cannot_outlast_the_limits_by_naming_a_later_expiry() -> None:
    long = structs.replace(REQUEST, approval=Approval(VERIFICATION, VIEW.now + 10**15))
    later = VERIFICATION.answered + 30 * SECOND
    fresh = structs.replace(QUOTE, at=later, received=later)
    assert denied(long, view(now=later, quote=fresh)).code == "APPROVAL_EXPIRED"


def test_an_entry_with_nothing_behind_it_is_denied_on_every_question_about_it() -> None:
    verdict = denied(Request(ORDER), VIEW)
    failed = [check.code for check in verdict.ruling.checks if not check.held]
    assert failed[0] == "DECISION_MISSING"
    assert {code for code in failed if code.startswith("APPROVAL")} == {
        row.code for row in CHECKS if row.code.startswith("APPROVAL")
    }


def test_all_checks_are_recorded_even_when_the_first_denies() -> None:
    verdict = denied(deciding(confidence=10), view(latched=True, market_open=False, equity=usd(1)))
    assert verdict.code == "KILL_LATCHED"
    assert len(verdict.ruling.checks) == len(CHECKS)
    assert {"MARKET_CLOSED", "CONFIDENCE", "DAY_LOSS"} <= {c.code for c in verdict.ruling.checks if not c.held}


@pytest.mark.parametrize("field", ["quote", "cash", "pending", "committed", "equity", "day_start"])
def test_a_missing_figure_is_called_missing_by_every_check_that_needs_it_and_breaks_none(field: str) -> None:
    verdict = denied(REQUEST, view(**{field: None}))
    failed = [check for check in verdict.ruling.checks if not check.held]
    assert failed and {check.figure for check in failed} == {"missing"}


def test_a_check_that_breaks_denies_and_says_which() -> None:
    verdict = denied(ordering(currency="JPY"), VIEW)
    assert verdict.code == "GATE_FAULT"
    assert verdict.limit == "APPROVAL_SIZE"
    assert "cannot combine USD with JPY" in verdict.sentence


def test_a_reducing_order_is_cleared_whatever_else_is_wrong() -> None:
    worst = view(
        held=Decimal(10),
        latched=True,
        operating="shutdown",
        market_open=None,
        quote=None,
        cash=None,
        pending=None,
        committed=None,
        equity=None,
        day_start=None,
        intended=frozenset({("run1", "entry")}),
    )
    verdict = review(Request(structs.replace(ORDER, side="sell")), worst)
    assert isinstance(verdict, Cleared)
    assert verdict.ruling.effect == "reduce"
    assert {check.figure for check in verdict.ruling.checks} == {"reduces the holding"}


def test_a_view_of_another_instrument_cannot_pass_an_entry_off_as_a_reduction() -> None:
    assert denied(ordering(symbol="SPY", side="sell"), view(held=Decimal(100))).code == "OTHER_INSTRUMENT"


@pytest.mark.parametrize(
    ("side", "quantity", "held", "reducing", "expected"),
    [
        ("sell", 10, 10, 0, "reduce"),
        ("sell", 11, 10, 0, "increase"),
        ("sell", 10, 10, 1, "increase"),
        ("sell", 9, 10, 1, "reduce"),
        ("sell", 1, 0, 0, "increase"),
        ("sell", 1, -5, 0, "increase"),
        ("buy", 5, -5, 0, "reduce"),
        ("buy", 6, -5, 0, "increase"),
        ("buy", 1, 5, 0, "increase"),
    ],
)
def test_an_effect_is_reduce_only_if_the_order_can_do_nothing_but_shrink(
    side: str, quantity: int, held: int, reducing: int, expected: str
) -> None:
    order: Order = structs.replace(ORDER, side=side, quantity=Decimal(quantity))
    assert effect(order, Decimal(held), Decimal(reducing)) == expected


def test_the_posture_that_holds_is_the_one_that_binds() -> None:
    at_a_limit = {"kind": "limit", "limit": Decimal(100)}
    defensive = view(terms=CEILING["defensive"])
    assert denied(ordering(quantity=Decimal("15.01"), **at_a_limit), defensive).code == "APPROVAL_SIZE"
    assert isinstance(review(ordering(quantity=Decimal(15), **at_a_limit), defensive), Cleared)
    assert denied(ordering(quantity=Decimal(15)), defensive).code == "ORDER_MIX"


def test_an_approval_of_an_earlier_run_clears_nothing_in_this_one() -> None:
    assert APPROVAL.briefing == "b1"
    assert denied(structs.replace(REQUEST, briefing="of this run"), VIEW).code == "APPROVAL_BRIEFING"
