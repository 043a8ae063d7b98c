"""One ordinary event, its briefing, and an ordinary reply of each role, for tests to bend."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from agents.replies import read_analysis, read_decision, read_verification
from core.desk.briefing import Briefing, Sight, compose
from core.desk.posture import CEILING
from core.desk.state import DeskState, evolve
from core.desk.weighing import Proceed, weigh
from core.facts.desk import DayOpened, DeskOpened
from core.facts.models import Role
from core.facts.signals import MarketEvent
from core.facts.verdicts import Abstained, Analysis, Decision, Verification
from core.market.instants import SECOND
from core.market.instruments import Money
from core.market.quotes import Quote

AT = datetime(2013, 10, 4, 14, 12, tzinfo=UTC)
NOW = int(AT.timestamp()) * SECOND
PRICE = Decimal("184.54")
ACCOUNT = "U1234567"
USD = Money(Decimal(100_000), "USD")

EVENT = MarketEvent(
    kind="price_shock",
    symbol="IBM",
    market="XNYS",
    at=AT,
    source="replay",
    sequence=7,
    figures={
        "change_pct": Decimal("0.3151"),
        "threshold_pct": Decimal("0.25"),
        "reference": Decimal("183.96"),
        "last": PRICE,
    },
    text=("IBM raises its outlook",),
)
QUOTE = Quote(
    symbol="IBM",
    market="XNYS",
    bid=Decimal("184.53"),
    ask=Decimal("184.55"),
    at=NOW - SECOND,
    received=NOW - SECOND,
    source="replay",
    sequence=7,
    provenance="replay",
)
OPENED = DeskOpened(
    account=ACCOUNT, mode="demo", profile="demo", cash=USD, posture="guerrilla", configuration="", release="0.1.0"
)
STATE = evolve(evolve(DeskState(), OPENED, NOW), DayOpened("XNYS", "2013-10-04", USD), NOW)

REPLIES: dict[Role, dict[str, Any]] = {
    "analyst": {
        "symbol": "IBM",
        "view": "long",
        "confidence": 86,
        "patterns": ["momentum"],
        "risk": "medium",
        "data_quality": "good",
        "cited": [{"figure": "change_pct", "value": "0.3151"}, {"figure": "quote.spread_bp", "value": "1.08"}],
        "rationale": "A rise of 1.26 thresholds at a tight spread.",
    },
    "verifier": {
        "symbol": "IBM",
        "ruling": "approve",
        "directions": ["long"],
        "size_factor": "0.5",
        "confidence": 90,
        "reasons": ["tight and fresh"],
    },
    "commander": {
        "symbol": "IBM",
        "action": "open",
        "direction": "long",
        "confidence": 85,
        "invalidation": "183.96",
        "horizon_minutes": 30,
        "fraction": "1",
        "cited": [{"figure": "reference", "value": "183.96"}],
        "rationale": "With the move, while it stays above the reference.",
    },
}


def brief(event: MarketEvent = EVENT, state: DeskState = STATE, quote: Quote | None = QUOTE) -> Briefing:
    return compose("run1", event, Sight(NOW, quote, {}), state, CEILING["guerrilla"], 80)


def reply(role: Role, **changes: Any) -> str:
    return json.dumps({**REPLIES[role], **changes})


def read(role: Role, text: str, briefing: Briefing | None = None) -> Analysis | Verification | Decision | Abstained:
    briefing = briefing or brief()
    if role == "analyst":
        return read_analysis(text, briefing)
    if role == "commander":
        return read_decision(text, briefing)
    return read_verification(text, briefing, price=PRICE, answered=NOW, deadline=NOW + SECOND)


def proceed(briefing: Briefing | None = None, **changes: Any) -> Proceed:
    briefing = briefing or brief()
    analysis = read_analysis(reply("analyst", **changes), briefing)
    verification = read("verifier", reply("verifier"), briefing)
    assert isinstance(verification, Verification)
    weighed = weigh(analysis, verification, NOW, 30)
    assert isinstance(weighed, Proceed)
    return weighed
