"""What the gate and the sizer may look at: one instrument, one instant, everything already counted.

Rules of the file: what is not known is None, never zero; a working order counts with what remains of it, and as an
entry as far as it could do more than shrink its holding; an order of unknown fate counts as working, and so does one
that was cleared and is about to be sent. `look` never fails, for whoever wants to reduce needs a view too.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from core.desk import stance
from core.desk.order_mix import Recent
from core.desk.posture import Postures, PostureTerms
from core.desk.state import DeskState, equity
from core.facts.desk import OperatingState
from core.facts.orders import Order, Side
from core.market.instants import SECOND
from core.market.instruments import Money
from core.market.quotes import Grade, Quote
from core.risk.limits import Limits
from core.trading.orders import Ticket


class Moment(Struct, frozen=True):
    """What the journal does not say: the instant, the kill latch, the session, the latest believable quotes by key."""

    now: int
    latched: bool
    market_open: bool | None
    quotes: Mapping[str, Quote]
    quality: Grade | None = None
    """Of the data of the instrument that is looked at; None when nobody measured."""


class RiskView(Struct, frozen=True, kw_only=True):
    """The account as seen by an order in one instrument."""

    key: str
    now: int
    latched: bool
    operating: OperatingState
    market_open: bool | None
    quote: Quote | None
    quality: Grade | None
    """How far the instrument's data can be trusted."""
    held: Decimal
    """Signed quantity of the instrument."""
    reducing: Decimal
    """What working orders may already take from the holding."""
    occupied: frozenset[str]
    """Instruments held or being entered."""
    cash: Money | None
    pending: Money | None
    """Worth of all working entries."""
    committed: Money | None
    """Worth of the instrument's holding and of its working entries."""
    equity: Money | None
    day_start: Money | None
    intended: frozenset[tuple[str, str]]
    """Decision and leg of every order of the day that was on its way, or is about to be."""
    recent: Recent
    """Which of the latest entries were limit orders."""
    terms: PostureTerms
    limits: Limits


def look(state: DeskState, key: str, moment: Moment, postures: Postures, limits: Limits) -> RiskView:
    """The view of one instrument now."""
    claimed = state.claimed(moment.now)
    entries = _entries(state, claimed)
    here = [entry for entry in entries if entry.order.key == key]
    fresh = _fresh(moment, limits)
    holding = _holding(state, key, fresh)
    return RiskView(
        key=key,
        now=moment.now,
        latched=moment.latched,
        operating=state.operating,
        market_open=moment.market_open,
        quote=moment.quotes.get(key),
        quality=moment.quality,
        held=state.held(key),
        reducing=_reducing(state, claimed, key),
        occupied=frozenset(held for held, position in state.positions.items() if position.quantity)
        | {entry.order.key for entry in entries},
        cash=state.cash,
        pending=_worth(entries, moment.quotes, state.cash),
        committed=_sum(holding, _worth(here, moment.quotes, state.cash)),
        equity=_equity(state, fresh),
        day_start=state.day.equity if state.day else None,
        intended=frozenset((ticket.order.decision, ticket.order.leg) for ticket in (*state.tickets.values(), *claimed)),
        recent=state.entries,
        terms=postures.terms(stance.holding(state, postures.switching, moment.now)),
        limits=limits,
    )


def opposes(order: Order, held: Decimal) -> bool:
    """Whether an order works against the holding."""
    return held != 0 and (order.signed > 0) != (held > 0)


def executable(side: Side, quote: Quote | None) -> Decimal | None:
    """The price at which this side trades at once."""
    if quote is None:
        return None
    return quote.ask if side == "buy" else quote.bid


def own_price(order: Order, quote: Quote | None) -> Decimal | None:
    """What an order is counted at: its limit, its stop, or for a market order the executable price."""
    return order.limit or order.stop or executable(order.side, quote)


class _Entry(NamedTuple):
    order: Order
    quantity: Decimal


def _entries(state: DeskState, claimed: tuple[Ticket, ...]) -> list[_Entry]:
    free = {key: abs(position.quantity) for key, position in state.positions.items()}
    found = []
    for ticket in claimed:
        order = ticket.order
        taken = min(ticket.remaining, free[order.key]) if opposes(order, state.held(order.key)) else Decimal(0)
        if taken:
            free[order.key] -= taken
        if ticket.remaining > taken:
            found.append(_Entry(order, ticket.remaining - taken))
    return found


def _reducing(state: DeskState, claimed: tuple[Ticket, ...], key: str) -> Decimal:
    held = state.held(key)
    mine = [ticket for ticket in claimed if ticket.order.key == key]
    return sum((ticket.remaining for ticket in mine if opposes(ticket.order, held)), Decimal(0))


def _worth(entries: list[_Entry], quotes: Mapping[str, Quote], cash: Money | None) -> Money | None:
    if cash is None:
        return None
    total = Decimal(0)
    for order, quantity in entries:
        price = own_price(order, quotes.get(order.key))
        if price is None or order.currency != cash.currency:
            return None
        total += price * quantity
    return Money(total, cash.currency)


def _holding(state: DeskState, key: str, quotes: Mapping[str, Quote]) -> Money | None:
    position = state.positions.get(key)
    if position is None or not position.quantity:
        return state.cash.times(Decimal(0)) if state.cash else None
    mark = _mark(key, quotes)
    return Money(abs(position.quantity) * mark, position.currency) if mark is not None else None


def _fresh(moment: Moment, limits: Limits) -> dict[str, Quote]:
    oldest = moment.now - limits.mark_seconds * SECOND
    return {key: quote for key, quote in moment.quotes.items() if quote.at >= oldest}


def _sum(one: Money | None, other: Money | None) -> Money | None:
    if one is None or other is None or one.currency != other.currency:
        return None
    return one + other


def _equity(state: DeskState, quotes: Mapping[str, Quote]) -> Money | None:
    if state.cash is None or any(held.currency != state.cash.currency for held in state.positions.values()):
        return None
    marks = {key: _mark(key, quotes) for key in state.positions}
    return equity(state, {key: mark for key, mark in marks.items() if mark is not None})


def _mark(key: str, quotes: Mapping[str, Quote]) -> Decimal | None:
    quote = quotes.get(key)
    return quote.mid if quote else None
