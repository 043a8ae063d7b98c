"""One valid sample of every fact the journal can hold, and drafts made of them."""

from datetime import UTC, datetime
from decimal import Decimal

from core.facts.catalogue import TYPES, Fact, wire_name
from core.facts.desk import (
    DayOpened,
    DeskClosed,
    DeskOpened,
    ExitTriggered,
    OperatingStateChanged,
    PositionUpdated,
    PostureChanged,
    ProtectionSet,
    RunSettled,
)
from core.facts.lookups import ToolAnswered
from core.facts.market import PriceTick
from core.facts.models import ModelReplied, Usage
from core.facts.operations import RunTimed, ServiceLevelMissed
from core.facts.orders import (
    Order,
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderNotPlaced,
    OrderPlaced,
    OrderRejected,
    OrderUnknown,
)
from core.facts.people import OperatorCommanded
from core.facts.risk import Check, GateRuled, RiskAlert
from core.facts.signals import MarketEvent, SignalGenerated
from core.facts.verdicts import Abstained, Analysis, Decision, Verification
from core.market.instruments import Money
from core.market.quotes import Quote
from core.record.codec import digest, order_hash
from core.record.envelope import Draft, client_id, name

AT = 1_380_895_800_000_000_000
"""2013-10-04 14:10:00 UTC, within a New York session."""
RUN = name("NYSE:IBM", "price_shock", "up", AT)
BRIEFING, REQUEST, REPLY = b'{"figures":{"last":"184.05"}}', b'{"user":"What now?"}', b'{"view":"long"}'
"""The blobs that samples refer to."""

ORDER = Order(
    client_id=client_id(RUN, "entry", "paper"),
    decision=RUN,
    leg="entry",
    account="paper",
    symbol="IBM",
    market="NYSE",
    currency="USD",
    side="buy",
    quantity=Decimal(54),
    kind="limit",
    limit=Decimal("184.10"),
)
QUOTE = Quote(
    symbol="IBM",
    market="NYSE",
    bid=Decimal("184.04"),
    ask=Decimal("184.06"),
    at=AT,
    received=AT + 1_000_000,
    source="replay",
    sequence=17,
    provenance="replay",
)
EVENT = MarketEvent(
    kind="price_shock",
    symbol="IBM",
    market="NYSE",
    at=datetime(2013, 10, 4, 14, 10, tzinfo=UTC),
    source="replay",
    sequence=17,
    figures={"last": Decimal("184.05"), "change_pct": Decimal("1.20")},
    text=("IBM raises its outlook – “strong” demand 強い",),
)
_LISTED = {"symbol": "IBM", "market": "NYSE"}
_CLIENT = ORDER.client_id
_USD = "USD"


def _samples() -> tuple[Fact, ...]:
    return (*_market_and_models(), *_orders(), *_desk())


def _market_and_models() -> tuple[Fact, ...]:
    return (
        PriceTick(QUOTE),
        SignalGenerated(EVENT, RUN),
        ModelReplied(
            role="analyst",
            model="deepseek-v4-flash",
            label="deepseek",
            prompt="analyst v1",
            prompt_digest=digest(b"p"),
            request=digest(REQUEST),
            reply=digest(REPLY),
            origin="simulator",
            asked="deepseek-chat",
            usage=Usage(input=1200, output=80, cached=1024),
            cost=Money(Decimal("0.00021"), "USD"),
            request_id="req-1",
        ),
        ToolAnswered("analyst", "quote", digest(REQUEST), digest(REPLY), failed=False),
        Analysis(
            **_LISTED,
            briefing=digest(BRIEFING),
            view="long",
            confidence=86,
            patterns=("shock", "volume"),
            risk="medium",
            data_quality="good",
            cited={"last": Decimal("184.05")},
            rationale="The move is large for the hour.",
        ),
        Verification(
            **_LISTED,
            briefing=digest(BRIEFING),
            ruling="approve",
            confidence=90,
            directions=("long",),
            size_factor=Decimal("0.5"),
            price=Decimal("184.05"),
            answered=AT + 2_000_000_000,
            deadline=AT + 3_000_000_000,
            reasons=(),
        ),
        Abstained("verifier", "late", "no answer within 1.5 s"),
        Decision(
            symbol="IBM",
            market="NYSE",
            action="open",
            direction="long",
            confidence=85,
            rationale="Follow the move with a near stop.",
            cited={"last": Decimal("184.05")},
            horizon_minutes=45,
            invalidation=Decimal("181.20"),
        ),
    )


def _orders() -> tuple[Fact, ...]:
    return (
        GateRuled(
            order=ORDER,
            order_hash=order_hash(ORDER),
            effect="increase",
            cleared=True,
            code="CLEARED",
            checks=(Check("FAT_FINGER", True, "9.94 %", "30.00 %"),),
            limits_version="1",
            expires=AT + 5_000_000_000,
        ),
        OrderIntended(ORDER, order_hash(ORDER), f"{RUN}.verdict"),
        OrderPlaced(_CLIENT, "paper-1"),
        OrderRejected(_CLIENT, "no such instrument"),
        OrderUnknown(_CLIENT, "no answer within 10 s"),
        OrderNotPlaced(_CLIENT, "absent from open orders and from the day's orders"),
        OrderFilled(
            **_LISTED,
            client_id=_CLIENT,
            fill_id="1",
            side="buy",
            quantity=Decimal(54),
            price=Decimal("184.06"),
            fee=Money(Decimal("0.27"), _USD),
            at=AT + 3_000_000_000,
        ),
        OrderCancelled(_CLIENT, "the day ended"),
    )


def _desk() -> tuple[Fact, ...]:
    cash, nothing = Money(Decimal("100000.00"), _USD), Money(Decimal(0), _USD)
    return (
        DeskOpened(
            account="paper",
            mode="demo",
            profile="demo",
            cash=cash,
            posture="guerrilla",
            configuration=digest(b"configuration"),
            release="0.1.0",
        ),
        DeskClosed("the replay ended"),
        DayOpened("NYSE", "2013-10-04", cash),
        PostureChanged(
            before="guerrilla",
            after="defensive",
            cause="automatic",
            why="vix 27.30",
            figures={"vix": Decimal("27.30"), "range_pct": Decimal("0.9100")},
            by="the rules",
        ),
        OperatingStateChanged("limited", "the broker was silent for 5 s"),
        PositionUpdated(
            **_LISTED,
            currency=_USD,
            quantity=Decimal(54),
            average=Decimal("184.06"),
            realised=nothing,
            fee=Money(Decimal("0.27"), _USD),
        ),
        ProtectionSet(**_LISTED, stop=Decimal("181.20"), target=None, reason="entry"),
        ExitTriggered(**_LISTED, reason="stop", price=Decimal("181.19"), level=Decimal("181.20"), quantity=Decimal(54)),
        RunSettled(RUN, "executed", "bought 54 IBM at 184.06"),
        RiskAlert(
            code="DAY_LOSS", figure=Decimal("-3.1"), limit=Decimal("-3.0"), done="no new risk today", severity="danger"
        ),
        OperatorCommanded("stop", "operator", "control.sock", "draining"),
        RunTimed(RUN, {"analyze": 812_000, "gate": 41_000}),
        ServiceLevelMissed(stage="detection", level="warning", took_ms=120, target_ms=50, in_a_row=2),
    )


SAMPLES: dict[str, Fact] = {wire_name(fact): fact for fact in _samples()}
"""Wire name → sample."""
if missing := TYPES.keys() - SAMPLES.keys():
    raise AssertionError(f"no sample of {', '.join(sorted(missing))}: add one to tests/samples.py")


def draft(fact: Fact, identity: str, stream: str = f"run:{RUN}", at: int = AT) -> Draft:
    """A fact on its way into a journal."""
    return Draft(stream, identity, at, fact, RUN, f"{RUN}.signal")


def settled(number: int, stream: str = f"run:{RUN}") -> Draft:
    """A small draft whose identity and instant follow from a number."""
    return draft(RunSettled(RUN, "held", f"reason {number}"), f"{RUN}.{number}", stream, AT + number)
