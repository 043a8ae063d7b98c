"""What the broker tests trade with: a venue, a clock set by hand, orders, quotes, and verdicts that a journal holds."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.facts.orders import Order
from core.facts.risk import GateRuled
from core.market.hours import SessionTable
from core.market.instruments import Instrument, Money
from core.market.quotes import Quote
from core.ports.broker import Broker, Report
from core.ports.journal import Journal
from core.record.codec import order_hash
from core.record.envelope import Draft, client_id
from core.risk.clearance import Clearance, mint
from tools.brokers.paper import PaperBroker
from tools.brokers.venue import PaperTerms, Venue

SECOND = 1_000_000_000
ACCOUNT = "paper-1"
CASH = Money(Decimal(100_000), "USD")
IBM = Instrument("IBM", "US", "USD", Decimal("0.01"))
SPY = Instrument("SPY", "US", "USD", Decimal("0.01"), Decimal(10))
INSTRUMENTS = {IBM.key: IBM, SPY.key: SPY}
HANDMADE = Clearance("handmade", "of nothing", 10**19)
"""Good enough for a broker that leaves checking to whoever sends; worth nothing in front of a journal."""


class HandClock:
    """A clock that stands until somebody moves it."""

    def __init__(self, seconds: int = 0) -> None:
        self.seconds = seconds

    def now(self) -> int:
        return self.seconds * SECOND

    def elapsed(self) -> int:
        return self.now()


def order(number: int = 1, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "client_id": client_id(f"run-{number}", "entry", ACCOUNT),
        "decision": f"run-{number}",
        "leg": "entry",
        "account": ACCOUNT,
        "symbol": "IBM",
        "market": "US",
        "currency": "USD",
        "side": "buy",
        "quantity": Decimal(10),
        "kind": "market",
    }
    return Order(**(fields | changes))


def limit(price: str, number: int = 1, **changes: Any) -> Order:
    return order(number, kind="limit", limit=Decimal(price), **changes)


def stop(price: str, number: int = 1, **changes: Any) -> Order:
    return order(number, kind="stop", stop=Decimal(price), **changes)


def quote(seconds: int, bid: str | None, ask: str | None, sizes: tuple[int, int] | None = None, **more: Any) -> Quote:
    return Quote(
        symbol=more.get("symbol", "IBM"),
        market="US",
        bid=None if bid is None else Decimal(bid),
        ask=None if ask is None else Decimal(ask),
        bid_size=None if sizes is None else Decimal(sizes[0]),
        ask_size=None if sizes is None else Decimal(sizes[1]),
        at=seconds * SECOND,
        received=seconds * SECOND,
        source="test",
        sequence=more.get("sequence", seconds),
        provenance="synthetic",
    )


def paper(
    kind: type[PaperBroker] = PaperBroker,
    *,
    clock: HandClock | None = None,
    cash: Money = CASH,
    terms: PaperTerms | None = None,
    ledger: Path | None = None,
    sessions: Mapping[str, SessionTable] | None = None,
) -> PaperBroker:
    return kind(ACCOUNT, cash, Venue(INSTRUMENTS, sessions), clock or HandClock(), terms or PaperTerms(), ledger)


async def ruled(journal: Journal, wanted: Order, *, cleared: bool = True, expires: int = 60, label: str = "") -> str:
    """Record a verdict of the gate, as the gate's node does, and say under which identity."""
    verdict = GateRuled(
        order=wanted,
        order_hash=order_hash(wanted),
        effect="increase",
        cleared=cleared,
        code="CLEARED" if cleared else "FAT_FINGER",
        checks=(),
        limits_version="test",
        expires=expires * SECOND,
    )
    identity = f"{wanted.decision}.verdict{label}"
    run = f"run:{wanted.decision}"
    await journal.append([Draft(run, identity, 0, verdict, wanted.decision, wanted.decision)])
    return identity


async def cleared(journal: Journal, wanted: Order, *, expires: int = 60, label: str = "") -> Clearance:
    """A clearance that stands for a recorded verdict."""
    recorded = await journal.find(await ruled(journal, wanted, expires=expires, label=label))
    clearance = mint(recorded) if recorded else None
    assert clearance is not None
    return clearance


async def reported(broker: Broker, count: int) -> list[Report]:
    """The first reports of a new session."""
    reports = broker.reports()
    async with asyncio.timeout(2):
        return [await anext(reports) for _ in range(count)]
