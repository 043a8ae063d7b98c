"""Holds the paper broker's own record against the journal, and says what does not fit.

How to think about it: the ledger file is what happened, whoever wrote the journal. It is read here as plain JSON lines
and added up by plain arithmetic, so that no code of the desk judges itself; only `verify` and the fold, which are what
is being judged, are the desk's. A desk that has ended in order must leave no finding at all.
"""

import asyncio
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

from core.desk.state import DeskState, evolve
from core.ports.journal import Verified
from tools.journals.sqlite import SqliteJournal

Kind = Literal["double", "lost", "unruled", "differs", "damaged"]
Row = dict[str, Any]


class Finding(NamedTuple):
    """One thing that must not be, and what exactly was found."""

    kind: Kind
    text: str


@dataclass
class Ledger:
    """What the broker's file says, added up."""

    orders: list[Row] = field(default_factory=list)
    """Every order that was sent, with its verdict and whether it was accepted."""
    fills: list[Row] = field(default_factory=list)
    cash: Decimal = Decimal(0)
    held: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def positions(self) -> dict[str, Decimal]:
        return {key: quantity for key, quantity in self.held.items() if quantity}


class Event(NamedTuple):
    """One row of the journal, undecoded by any code of the desk."""

    position: int
    name: str
    data: Row


def judge(state: Path) -> list[Finding]:
    """Everything that does not fit in the state folder of a desk that has ended in order."""
    ledger, events = ledger_of(state), events_of(state)
    verified, folded = asyncio.run(_believed(state))
    if verified.broken is not None:
        return [Finding("damaged", f"event {verified.broken}: {verified.reason}")]
    return [*_orders(ledger, events), *_outcomes(events), *_account(ledger, events, folded)]


def ledger_of(state: Path) -> Ledger:
    ledger = Ledger()
    for line in (state / "paper-broker.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["type"] == "ACCOUNT_OPENED":
            ledger.cash = Decimal(entry["cash"]["amount"])
        elif entry["type"] in ("ACCEPTED", "DECLINED"):
            ledger.orders.append(entry["order"] | {"verdict": entry["verdict"], "accepted": entry["type"]})
        elif entry["type"] == "ORDER_FILLED":
            sign = 1 if entry["side"] == "buy" else -1
            quantity = Decimal(entry["quantity"])
            ledger.fills.append(entry)
            ledger.held[f"{entry['market']}:{entry['symbol']}"] += sign * quantity
            ledger.cash -= sign * quantity * Decimal(entry["price"]) + Decimal(entry["fee"]["amount"])
    return ledger


def events_of(state: Path) -> list[Event]:
    with closing(sqlite3.connect(f"{(state / 'journal.db').as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT position, type, body FROM events WHERE chain = 'decisions' ORDER BY position")
        return [Event(position, name, json.loads(body)["data"]) for position, name, body in rows]


async def _believed(state: Path) -> tuple[Verified, DeskState]:
    journal = SqliteJournal.open(state / "journal.db", readonly=True)
    try:
        verified, folded = await journal.verify(), DeskState()
        if verified.broken is None:
            async for event in journal.read():
                folded = evolve(folded, event.fact, event.envelope.timestamp)
        return verified, folded
    finally:
        await journal.close()


def _orders(ledger: Ledger, events: list[Event]) -> Iterator[Finding]:
    legs = Counter((order["decision"], order["leg"]) for order in ledger.orders)
    yield from (Finding("double", f"{leg} was sent {count} times") for leg, count in legs.items() if count > 1)
    intents = {event.data["order"]["client_id"]: event for event in events if event.name == "ORDER_INTENDED"}
    verdicts = {event.data["order_hash"]: event for event in events if event.name == "GATE_RULED"}
    ended = {event.data["client_id"]: event.name for event in events if event.name in _ENDS}
    for order in ledger.orders:
        name = order["client_id"]
        intent = intents.get(name)
        if intent is None or any(intent.data["order"].get(key) != order.get(key) for key in _EXACT):
            yield Finding("unruled", f"order {name} was sent without a recorded intent for exactly it")
            continue
        verdict = verdicts.get(intent.data["order_hash"])
        if verdict is None or not verdict.data["cleared"] or verdict.position >= intent.position:
            yield Finding("unruled", f"order {name} was sent without a cleared verdict before its intent")
        if ended.get(name) != {"ACCEPTED": "ORDER_PLACED", "DECLINED": "ORDER_REJECTED"}[order["accepted"]]:
            yield Finding("lost", f"the broker {order['accepted']} order {name}, the journal says {ended.get(name)}")
    sent = {order["client_id"] for order in ledger.orders}
    for name in intents:
        if name not in sent and ended.get(name) not in ("ORDER_NOT_PLACED", "ORDER_REJECTED"):
            yield Finding("lost", f"order {name} never reached the broker, the journal says {ended.get(name)}")


def _outcomes(events: list[Event]) -> Iterator[Finding]:
    accepted = [event.data["run"] for event in events if event.name == "SIGNAL_GENERATED"]
    outcomes = Counter(event.data["run"] for event in events if event.name == "RUN_SETTLED")
    yield from (Finding("double", f"run {run} was accepted twice") for run, n in Counter(accepted).items() if n > 1)
    yield from (Finding("lost", f"run {run} has {outcomes[run]} outcomes") for run in accepted if outcomes[run] != 1)


def _account(ledger: Ledger, events: list[Event], folded: DeskState) -> Iterator[Finding]:
    booked = [event.data for event in events if event.name == "ORDER_FILLED"]
    if sorted(booked, key=_by_fill) != sorted(ledger.fills, key=_by_fill):
        yield Finding("differs", f"executions at the broker: {ledger.fills}, in the journal: {booked}")
    updates = {f"{e.data['market']}:{e.data['symbol']}": e.data for e in events if e.name == "POSITION_UPDATED"}
    written = {key: quantity for key, last in updates.items() if (quantity := Decimal(last["quantity"]))}
    believed = {key: position.quantity for key, position in folded.positions.items()}
    for whose, positions in (("written", written), ("folded", believed)):
        if positions != ledger.positions:
            yield Finding("differs", f"positions {whose}: {positions}, at the broker: {ledger.positions}")
    if folded.cash is None or folded.cash.amount != ledger.cash:
        yield Finding("differs", f"cash in the journal: {folded.cash}, at the broker: {ledger.cash}")
    if folded.operating != "normal":
        yield Finding("differs", f"the desk is {folded.operating}")
    if unprotected := set(folded.positions) - set(folded.protections):
        yield Finding("lost", f"nothing protects {', '.join(unprotected)}")


def _by_fill(fill: Row) -> str:
    return str(fill["fill_id"])


_ENDS = frozenset({"ORDER_PLACED", "ORDER_REJECTED", "ORDER_NOT_PLACED"})
_EXACT = ("decision", "leg", "account", "symbol", "market", "side", "quantity", "kind", "limit", "stop")
