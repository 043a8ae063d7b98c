"""The same ordinary questions for every model that is checked: an event, put to a seat as a run puts it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from agents.analyst import analyze
from agents.commander import command
from agents.roster import Seat
from agents.rounds import Heard
from agents.verifier import verify
from core.desk.briefing import Briefing, Sight
from core.desk.briefing import compose as brief
from core.desk.containment import Overheard
from core.desk.posture import CEILING
from core.desk.state import DeskState, evolve
from core.desk.weighing import Approval, Proceed
from core.facts.desk import DayOpened, DeskOpened
from core.facts.signals import MarketEvent
from core.facts.verdicts import Analysis, Verification
from core.market.instants import MINUTE, SECOND, nanoseconds
from core.market.instruments import Money
from core.market.quotes import Quote
from core.ports.clock import Clock

AT = datetime(2013, 10, 7, 14, 30, tzinfo=UTC)
NOW = nanoseconds(AT)
CASH = Money(Decimal(100_000), "USD")
PATIENCE = 60 * MINUTE
"""Until when an answer is read; who asks keeps the time."""


async def put(seat: Seat, number: int, clock: Clock) -> Heard[Any]:
    """Ask a seat about an ordinary event; each number is another one, so that no provider answers from a cache."""
    briefing = _briefing(number)
    match seat.role:
        case "analyst":
            return await analyze(seat, briefing)
        case "verifier":
            price, deadline = briefing.figures["last"], clock.now() + PATIENCE
            return await verify(seat, briefing, Overheard(), price=price, deadline=deadline, clock=clock)
        case "commander":
            return await command(seat, briefing, _proceed(briefing))


def _briefing(number: int) -> Briefing:
    last = Decimal("183.04") + Decimal(number) / 100
    figures = {
        "change_pct": Decimal("0.35"),
        "threshold_pct": Decimal("0.25"),
        "reference": Decimal("182.40"),
        "last": last,
    }
    event = MarketEvent(
        kind="price_shock", symbol="IBM", market="US", at=AT, source="models-check", sequence=number, figures=figures
    )
    bid, ask = last - Decimal("0.02"), last + Decimal("0.01")
    quote = Quote(
        symbol="IBM",
        market="US",
        bid=bid,
        ask=ask,
        at=NOW,
        received=NOW,
        source="models-check",
        sequence=number,
        provenance="synthetic",
    )
    opened = DeskOpened(
        account="", mode="demo", profile="demo", cash=CASH, posture="guerrilla", configuration="", release=""
    )
    state = evolve(evolve(DeskState(), opened, NOW), DayOpened("US", f"{AT:%Y-%m-%d}", CASH), NOW)
    return brief(f"check-{number}", event, Sight(NOW, quote, {}), state, CEILING["guerrilla"], 80)


def _proceed(briefing: Briefing) -> Proceed:
    """A plain analysis and approval, as the other two would give them."""
    analysis = Analysis(
        symbol=briefing.symbol,
        market=briefing.market,
        briefing=briefing.digest,
        view="long",
        confidence=86,
        patterns=("momentum",),
        risk="medium",
        data_quality="good",
        cited={"change_pct": briefing.figures["change_pct"]},
        rationale="",
    )
    verification = Verification(
        symbol=briefing.symbol,
        market=briefing.market,
        briefing=briefing.digest,
        ruling="approve",
        confidence=90,
        directions=("long",),
        size_factor=Decimal("0.5"),
        price=briefing.figures["last"],
        answered=NOW,
        deadline=NOW + SECOND,
        reasons=(),
    )
    return Proceed(analysis, Approval(verification, NOW + 30 * SECOND))
