"""What the desk is, as a fold over its journal: `evolve` is the only way a fact changes it.

Rules of the file: a fact that does not apply changes nothing; nothing here is computed from a clock or a quote; cash
and holdings change by fills only. Finished orders are kept until the next trading date, so that a late report still
finds its order. What is deliberately absent: prices, which are not facts of the desk.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, structs

from core.desk.continuity import strictest
from core.desk.order_mix import Recent, counted
from core.desk.streaks import Streaks, count
from core.facts.catalogue import Fact
from core.facts.desk import (
    DayOpened,
    DeskOpened,
    OperatingState,
    OperatingStateChanged,
    PostureCause,
    PostureChanged,
    PostureName,
    ProtectionSet,
    RunSettled,
)
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
from core.facts.risk import GateRuled
from core.facts.signals import SignalGenerated
from core.market.instruments import Money
from core.trading.exits import Protection
from core.trading.orders import Ticket, advance
from core.trading.positions import Position, book, flat


class Reservation(Struct, frozen=True):
    """An order that was cleared and is not on its way yet: it counts, so that no other is cleared for the same room."""

    order: Order
    expires: int


class Tenure(Struct, frozen=True):
    """Since when and why the posture is held."""

    since: int = 0
    cause: PostureCause | None = None
    """Nothing if it is the one the desk began with."""
    why: str = "the configuration"
    by: str = ""
    until: int | None = None
    beneath: PostureName | None = None
    """Under a person's order: the posture that was held before it."""
    kept: int = 0
    """Until when an emergency lets nobody take a looser posture, whatever was ordered since."""


class DeskState(Struct, frozen=True, kw_only=True):
    """Everything the journal says about now."""

    opened: DeskOpened | None = None
    cash: Money | None = None
    positions: dict[str, Position] = {}
    protections: dict[str, Protection] = {}
    tickets: dict[str, Ticket] = {}
    """Orders by client id: all working ones, and today's finished ones."""
    reserved: dict[str, Reservation] = {}
    """By client id: cleared orders until their intent is recorded, or their clearance has expired."""
    runs: dict[str, int] = {}
    """Accepted and not yet settled, with the instant of acceptance."""
    day: DayOpened | None = None
    realised: Money | None = None
    fees: Money | None = None
    posture: PostureName = "defensive"
    """As recorded; `stance.holding` says what holds at an instant."""
    tenure: Tenure = Tenure()
    streaks: Streaks = Streaks()
    entries: Recent = ()
    operating: OperatingState = "normal"
    rungs: dict[str, OperatingState] = {}
    """Where each ladder stands; under `desk` what was set by no ladder."""

    def claimed(self, now: int) -> tuple[Ticket, ...]:
        """Orders that may still execute, and those that are cleared and about to be sent."""
        about = (
            Ticket(held.order, held.order.decision, "intended") for held in self.reserved.values() if now < held.expires
        )
        return (*self.working, *about)

    @property
    def working(self) -> tuple[Ticket, ...]:
        """Orders that may still execute, unknown ones among them."""
        return tuple(ticket for ticket in self.tickets.values() if ticket.live)

    def held(self, key: str) -> Decimal:
        """Signed quantity of an instrument."""
        position = self.positions.get(key)
        return position.quantity if position else Decimal(0)


def evolve(state: DeskState, fact: Fact, at: int) -> DeskState:
    """The state after a fact recorded at an instant."""
    rule = _RULES.get(type(fact))
    after = rule(state, fact, at) if rule else state
    streaks = count(after.streaks, fact)
    return after if streaks is after.streaks else structs.replace(after, streaks=streaks)


def equity(state: DeskState, marks: Mapping[str, Decimal]) -> Money | None:
    """Cash and holdings at these prices; None while a held instrument has no price."""
    total = state.cash
    if total is None:
        return None
    for key, position in state.positions.items():
        mark = marks.get(key)
        if mark is None:
            return None
        total = total + Money(position.quantity * mark, position.currency)
    return total


def _opened(state: DeskState, fact: DeskOpened, at: int) -> DeskState:
    nothing = Money(Decimal(0), fact.cash.currency)
    if state.opened is None:
        state = structs.replace(state, cash=fact.cash, realised=nothing, fees=nothing, tenure=Tenure(since=at))
    return structs.replace(state, opened=fact, posture=fact.posture)


def _accepted(state: DeskState, fact: SignalGenerated, at: int) -> DeskState:
    return structs.replace(state, runs={**state.runs, fact.run: at})


def _settled(state: DeskState, fact: RunSettled, _at: int) -> DeskState:
    return structs.replace(state, runs={run: at for run, at in state.runs.items() if run != fact.run})


def _ruled(state: DeskState, fact: GateRuled, at: int) -> DeskState:
    if not fact.cleared:
        return state
    standing = {client: held for client, held in state.reserved.items() if held.expires > at}
    entries = counted(state.entries, fact.order.kind) if fact.effect == "increase" else state.entries
    reserved = {**standing, fact.order.client_id: Reservation(fact.order, fact.expires)}
    return structs.replace(state, reserved=reserved, entries=entries)


def _intended(state: DeskState, fact: OrderIntended, _at: int) -> DeskState:
    client, ticket = fact.order.client_id, Ticket(fact.order, fact.verdict, "intended")
    return structs.replace(state, tickets={**state.tickets, client: ticket}, reserved=_without(state.reserved, client))


def _order_moved(state: DeskState, fact: Any, _at: int) -> DeskState:
    ticket = state.tickets.get(fact.client_id)
    if ticket is None:
        return state
    return structs.replace(state, tickets={**state.tickets, fact.client_id: advance(ticket, fact)})


def _filled(state: DeskState, fact: OrderFilled, at: int) -> DeskState:
    state = _order_moved(state, fact, at)
    ticket = state.tickets.get(fact.client_id)
    if state.cash is None or state.realised is None or state.fees is None or ticket is None:
        return state
    before = state.positions.get(fact.key) or flat(fact.symbol, fact.market, ticket.order.currency)
    booked = book(before, fact.side, fact.quantity, fact.price)
    paid = Money(fact.price * fact.quantity, before.currency)
    positions = {key: position for key, position in state.positions.items() if key != fact.key}
    protections = state.protections
    if booked.position.quantity:
        positions[fact.key] = booked.position
    else:
        protections = {key: protection for key, protection in protections.items() if key != fact.key}
    return structs.replace(
        state,
        cash=(state.cash - paid if fact.side == "buy" else state.cash + paid) - fact.fee,
        realised=state.realised + booked.realised,
        fees=state.fees + fact.fee,
        positions=positions,
        protections=protections,
    )


def _without(entries: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: entry for name, entry in entries.items() if name != key}


def _protected(state: DeskState, fact: ProtectionSet, _at: int) -> DeskState:
    if fact.key not in state.positions:
        return state
    return structs.replace(state, protections={**state.protections, fact.key: Protection(fact.stop, fact.target)})


def _day_opened(state: DeskState, fact: DayOpened, _at: int) -> DeskState:
    tickets = {client: ticket for client, ticket in state.tickets.items() if ticket.live}
    return structs.replace(state, day=fact, tickets=tickets)


def _operating(state: DeskState, fact: OperatingStateChanged, _at: int) -> DeskState:
    rungs = {**state.rungs, fact.ladder or "desk": fact.rung or fact.state}
    return structs.replace(state, rungs=rungs, operating=strictest(rungs.values()))


def _posture(state: DeskState, fact: PostureChanged, at: int) -> DeskState:
    beneath = None
    if fact.cause == "manual":
        beneath = state.tenure.beneath if state.tenure.cause == "manual" else fact.before
    kept = fact.until if fact.cause == "emergency" and fact.until is not None else state.tenure.kept
    tenure = Tenure(at, fact.cause, fact.why, fact.by, fact.until, beneath, kept)
    return structs.replace(state, posture=fact.after, tenure=tenure)


_RULES: dict[type, Callable[[DeskState, Any, int], DeskState]] = {
    DeskOpened: _opened,
    SignalGenerated: _accepted,
    RunSettled: _settled,
    GateRuled: _ruled,
    OrderIntended: _intended,
    OrderPlaced: _order_moved,
    OrderRejected: _order_moved,
    OrderUnknown: _order_moved,
    OrderNotPlaced: _order_moved,
    OrderCancelled: _order_moved,
    OrderFilled: _filled,
    ProtectionSet: _protected,
    DayOpened: _day_opened,
    OperatingStateChanged: _operating,
    PostureChanged: _posture,
}
