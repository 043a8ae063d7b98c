"""One ordinary entry that the gate clears, for tests to bend: 10 IBM at 100 for an account of 100,000, 90 % in cash."""

from decimal import Decimal
from typing import Any

from msgspec import structs

from core.desk.posture import CEILING
from core.desk.weighing import Approval
from core.facts.orders import Order
from core.facts.verdicts import Decision, Verification
from core.market.instants import SECOND
from core.market.instruments import Instrument, Money
from core.market.quotes import Grade, Quote
from core.risk.checks import Request
from core.risk.limits import Limits
from core.risk.view import RiskView

NOW = 1_381_000_000 * SECOND
KEY = "XNYS:IBM"
IBM = Instrument("IBM", "XNYS", "USD", Decimal("0.01"))


def usd(amount: str | int | Decimal) -> Money:
    return Money(Decimal(amount), "USD")


QUOTE = Quote(
    symbol="IBM",
    market="XNYS",
    bid=Decimal("99.99"),
    ask=Decimal(100),
    last=Decimal(100),
    at=NOW - SECOND,
    received=NOW - SECOND,
    source="replay",
    sequence=1,
    provenance="replay",
)
ORDER = Order(
    client_id="AAAABBBBCCCC2222",
    decision="run1",
    leg="entry",
    account="paper",
    symbol="IBM",
    market="XNYS",
    currency="USD",
    side="buy",
    quantity=Decimal(10),
    kind="market",
)
DECISION = Decision(
    symbol="IBM",
    market="XNYS",
    action="open",
    direction="long",
    confidence=80,
    rationale="a test",
    cited={},
    horizon_minutes=60,
    invalidation=None,
)
VERIFICATION = Verification(
    symbol="IBM",
    market="XNYS",
    briefing="b1",
    ruling="approve",
    confidence=90,
    directions=("long",),
    size_factor=Decimal(1),
    price=Decimal(100),
    answered=NOW - SECOND,
    deadline=NOW,
    reasons=(),
)
APPROVAL = Approval(VERIFICATION, NOW + 29 * SECOND)
REQUEST = Request(ORDER, DECISION, APPROVAL, "b1")
GOOD = Grade(Decimal(90), Decimal(70))
VIEW = RiskView(
    key=KEY,
    now=NOW,
    latched=False,
    operating="normal",
    market_open=True,
    quote=QUOTE,
    quality=GOOD,
    held=Decimal(0),
    reducing=Decimal(0),
    occupied=frozenset(),
    cash=usd(90_000),
    pending=usd(0),
    committed=usd(0),
    equity=usd(100_000),
    day_start=usd(100_000),
    intended=frozenset(),
    recent=(True,) * 9,
    terms=CEILING["offensive"],
    limits=Limits(),
)


def view(**changes: Any) -> RiskView:
    return structs.replace(VIEW, **changes)


def ordering(**changes: Any) -> Request:
    return structs.replace(REQUEST, order=structs.replace(ORDER, **changes))


def deciding(**changes: Any) -> Request:
    return structs.replace(REQUEST, decision=structs.replace(DECISION, **changes))


def approving(**changes: Any) -> Request:
    return structs.replace(REQUEST, approval=Approval(structs.replace(VERIFICATION, **changes), APPROVAL.expires))
