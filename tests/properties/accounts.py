"""Every account, request and answer the gate could be shown, missing and absurd figures among them."""

from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st
from msgspec import structs

from core.desk.posture import CEILING
from core.desk.weighing import Approval
from core.facts.desk import OperatingState
from core.facts.verdicts import Action, Verification
from core.market.instants import SECOND
from core.market.instruments import Money
from core.market.quotes import Grade
from core.risk.checks import Request
from core.risk.limits import Limits
from core.risk.view import RiskView
from tests.core.risk.examples import DECISION, KEY, NOW, ORDER, QUOTE, VERIFICATION, VIEW

KEYS = (KEY, "XNYS:SPY", "a", "b", "c", "d", "e")


def amounts(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low * 100, high * 100).map(lambda cents: Decimal(cents) / 100)


def moneys(low: int, high: int) -> st.SearchStrategy[Money | None]:
    currencies = st.sampled_from(["USD"] * 9 + ["JPY"])
    return st.one_of(st.none(), *[st.builds(Money, amounts(low, high), currencies)] * 9)


prices = amounts(95, 105)
quantities = st.integers(1, 60).map(Decimal)
instants = st.sampled_from([NOW - 31 * SECOND, NOW - 30 * SECOND, NOW - SECOND, NOW, NOW + SECOND])
symbols = st.sampled_from(["IBM"] * 9 + ["SPY"])


def bent(value: Any, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value with some of these fields drawn; half of the time it is left as it is."""
    drawn = st.fixed_dictionaries({}, optional=fields)
    return st.one_of(st.just(value), drawn.map(lambda changes: structs.replace(value, **changes)))


quotes = st.one_of(
    st.none(),
    bent(QUOTE, bid=prices | st.none(), ask=prices | st.none(), at=instants, received=instants, symbol=symbols),
)
orders = st.one_of(
    bent(ORDER, side=st.sampled_from(["buy", "sell"]), quantity=quantities, symbol=symbols, decision=st.just("run2")),
    bent(structs.replace(ORDER, kind="limit", limit=Decimal(100)), limit=prices, quantity=quantities),
)
decisions = st.one_of(
    st.none(),
    bent(
        structs.replace(DECISION, invalidation=Decimal(90)),
        action=st.sampled_from(get_args(Action)),
        direction=st.sampled_from(["long", "short"]),
        confidence=st.integers(70, 100),
        symbol=symbols,
        fraction=st.sampled_from([Decimal("0.01"), Decimal("0.5"), Decimal(1)]),
    ),
)
verifications: st.SearchStrategy[Verification] = bent(
    VERIFICATION,
    ruling=st.sampled_from(["approve", "approve", "veto"]),
    directions=st.sampled_from([("long",), ("short",), ("long", "short")]),
    size_factor=st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(1)]),
    answered=instants,
    deadline=st.sampled_from([NOW, NOW + 2 * SECOND]),
    price=prices,
    symbol=symbols,
    briefing=st.sampled_from(["b1", "b2"]),
)


def _approval(reply: Verification) -> Approval | None:
    yes = reply.ruling == "approve" and reply.answered < reply.deadline
    return Approval(reply, reply.answered + 30 * SECOND) if yes else None


approvals = st.one_of(st.none(), *[verifications.map(_approval)] * 9)
grades = st.one_of(st.none(), *[st.builds(Grade, amounts(0, 100), st.sampled_from([Decimal(0), Decimal(70)]))] * 3)
requests: st.SearchStrategy[Request] = st.builds(
    Request, orders, decisions, approvals, st.sampled_from(["b1"] * 9 + ["b2", None])
)
views: st.SearchStrategy[RiskView] = bent(
    VIEW,
    latched=st.booleans(),
    operating=st.sampled_from(get_args(OperatingState)),
    market_open=st.sampled_from([True, False, None]),
    quote=quotes,
    quality=grades,
    held=st.integers(-40, 40).map(Decimal),
    reducing=st.integers(0, 40).map(Decimal),
    occupied=st.frozensets(st.sampled_from(KEYS)),
    cash=moneys(-100, 100_000),
    pending=moneys(0, 30_000),
    committed=moneys(0, 3_000),
    equity=moneys(-100, 110_000),
    day_start=moneys(0, 110_000),
    intended=st.frozensets(st.sampled_from([("run1", "entry"), ("run2", "entry"), ("run1", "exit")])),
    terms=st.sampled_from(list(CEILING.values())),
    limits=st.sampled_from([Limits(), Limits(min_confidence=90, fat_finger_pct=Decimal(10))]),
)
