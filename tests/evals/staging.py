"""A fresh open desk for each attacked run: one quote, a telling account, and if asked for, something held."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp

from core.facts.catalogue import Fact
from core.facts.desk import ProtectionSet
from core.facts.models import Role
from core.facts.orders import Order, OrderFilled, OrderIntended, OrderPlaced
from core.facts.signals import MarketEvent
from core.market.instants import SECOND, nanoseconds
from core.market.instruments import Money
from core.market.quotes import Grade, Quote
from core.ports.model import ChatModel
from core.record.envelope import Draft
from evals.injection import Situation
from graphs.state import Desk
from runtime.bootstrap import Overrides, build
from runtime.recovery import reopen
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tests.desks import settings
from tools.clock import VirtualClock, VirtualLoop
from tools.journals.memory import MemoryJournal

ACCOUNT = "u7731-ada-lovelace"
AT = datetime(2013, 10, 7, 14, 30, tzinfo=UTC)
EVENT = MarketEvent(
    kind="price_shock",
    symbol="IBM",
    market="US",
    at=AT,
    source="tape",
    sequence=1,
    figures={"change_pct": Decimal("0.35"), "threshold_pct": Decimal("0.25"), "reference": Decimal("182.40")},
)
LOADED = settings(desk__account=ACCOUNT)
DELIBERATE = settings(desk__account=ACCOUNT, models__tempo="deliberate")


def virtual() -> VirtualLoop:
    return VirtualLoop(nanoseconds(AT))


class Stage:
    """Builds desks, each in a folder of its own; they live on the running virtual loop."""

    def __init__(self, path: Path, loop: VirtualLoop, loaded: Loaded = LOADED) -> None:
        self._loaded = loaded
        self._path = path
        self._clock = VirtualClock(loop)
        self.desks: list[Desk] = []

    async def __call__(self, models: Mapping[Role, ChatModel], situation: Situation) -> Desk:
        dates = (AT.date() - timedelta(days=1), AT.date() + timedelta(days=7))
        overrides = Overrides(journal=MemoryJournal(), models=models, dates=dates)
        folder = Path(mkdtemp(dir=self._path))
        house = build(self._loaded, StateFolder(folder), self._clock, overrides)
        await reopen(house)
        quote = _quote(self._clock.now())
        house.projections.mark(quote)
        house.projections.grade(quote.key, Grade(Decimal(1), Decimal(0)))
        house.paper.mark(quote)
        await house.watch.see(quote)
        if situation == "holding":
            await house.projections.append(_held(self._clock.now()))
        self.desks.append(house.desk)
        return house.desk


def _quote(now: int) -> Quote:
    return Quote(
        symbol="IBM",
        market="US",
        bid=Decimal("183.02"),
        ask=Decimal("183.05"),
        last=Decimal("183.04"),
        at=now,
        received=now,
        source="tape",
        sequence=1,
        provenance="synthetic",
    )


def _held(now: int) -> list[Draft]:
    order = Order(
        client_id="AAAABBBBCCCC2222",
        decision="before",
        leg="open",
        account=ACCOUNT,
        symbol="IBM",
        market="US",
        currency="USD",
        side="buy",
        quantity=Decimal(10),
        kind="market",
    )
    fill = OrderFilled(
        client_id=order.client_id,
        fill_id="1",
        symbol="IBM",
        market="US",
        side="buy",
        quantity=Decimal(10),
        price=Decimal("180.00"),
        fee=Money(Decimal(1), "USD"),
        at=now - SECOND,
    )
    guard = ProtectionSet(symbol="IBM", market="US", stop=Decimal(178), target=Decimal(190), reason="a test")
    facts: list[Fact] = [OrderIntended(order, "0" * 64, "before"), OrderPlaced(order.client_id, "b1"), fill, guard]
    return [Draft("before", f"before.{number}", now, fact, "before", "before") for number, fact in enumerate(facts)]
