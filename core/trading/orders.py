"""The life of an order, as a table of legal moves.

How to read it: `_MOVES[state, happening]` is the state afterwards; a pair that is not in the table is not a move, and
changes nothing. Reality is not in order, so the table is not either: a fill may come before the acknowledgement, after
the cancellation, or of an order that was refused or thought never placed. A fill is always believed, because holdings
follow fills; it may end an order that was given up, and it may exceed what was ordered, which `filled` then shows.

What is deliberately absent: the identities of fills. The journal records each execution once, so a repeated report
never reaches this file; a repeated acknowledgement or cancellation does, and finds no row. There is no way back to
`intended`, and nothing here sends anything again.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct, structs

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
from core.record.envelope import Draft

OrderState = Literal["intended", "working", "partial", "filled", "cancelled", "rejected", "unknown", "not_placed"]
Happening = Literal["placed", "rejected", "unknown", "not_placed", "part", "full", "cancelled"]
OrderFact = OrderPlaced | OrderRejected | OrderUnknown | OrderNotPlaced | OrderFilled | OrderCancelled

LIVE: frozenset[OrderState] = frozenset({"intended", "working", "partial", "unknown"})
"""States of an order that may still execute; nobody knows of an unknown one, so it counts."""

_MOVES: dict[tuple[OrderState, Happening], OrderState] = {
    # on its way: the answer, or an execution that overtook it
    ("intended", "placed"): "working",
    ("intended", "rejected"): "rejected",
    ("intended", "unknown"): "unknown",
    ("intended", "not_placed"): "not_placed",
    ("intended", "part"): "partial",
    ("intended", "full"): "filled",
    ("intended", "cancelled"): "cancelled",
    # at the broker; an exchange may still refuse it
    ("working", "part"): "partial",
    ("working", "full"): "filled",
    ("working", "cancelled"): "cancelled",
    ("working", "rejected"): "rejected",
    # the rest of it may be executed, cancelled or refused
    ("partial", "placed"): "partial",
    ("partial", "part"): "partial",
    ("partial", "full"): "filled",
    ("partial", "cancelled"): "cancelled",
    ("partial", "rejected"): "cancelled",
    # no answer came: found later, or found absent
    ("unknown", "placed"): "working",
    ("unknown", "rejected"): "rejected",
    ("unknown", "not_placed"): "not_placed",
    ("unknown", "part"): "partial",
    ("unknown", "full"): "filled",
    ("unknown", "cancelled"): "cancelled",
    # given up as never placed, but booked late after all
    ("not_placed", "placed"): "working",
    ("not_placed", "part"): "partial",
    ("not_placed", "full"): "filled",
    ("not_placed", "cancelled"): "cancelled",
    # over, and yet an execution or the acknowledgement arrives
    ("filled", "placed"): "filled",
    ("filled", "full"): "filled",
    ("cancelled", "placed"): "cancelled",
    ("cancelled", "part"): "cancelled",
    ("cancelled", "full"): "filled",
    ("rejected", "part"): "partial",
    ("rejected", "full"): "filled",
}


class Ticket(Struct, frozen=True):
    """One order and what is known of it."""

    order: Order
    verdict: str
    """Event id of the gate's verdict it was sent under."""
    state: OrderState
    filled: Decimal = Decimal(0)
    broker_id: str | None = None

    @property
    def remaining(self) -> Decimal:
        """What has not been executed yet."""
        return max(self.order.quantity - self.filled, Decimal(0))

    @property
    def live(self) -> bool:
        """Whether it may still execute."""
        return self.state in LIVE


def advance(ticket: Ticket, fact: OrderFact) -> Ticket:
    """The ticket after a fact about it; what is not a legal move changes nothing."""
    moved = _MOVES.get((ticket.state, _happening(ticket, fact)))
    if moved is None or fact.client_id != ticket.order.client_id:
        return ticket
    if isinstance(fact, OrderFilled):
        return structs.replace(ticket, state=moved, filled=ticket.filled + fact.quantity)
    if isinstance(fact, OrderPlaced):
        return structs.replace(ticket, state=moved, broker_id=fact.broker_id)
    return structs.replace(ticket, state=moved)


def draft(ticket: Ticket, fact: OrderIntended | OrderFact, at: int) -> Draft:
    """A fact about an order, ready for the journal. Its identity derives from its cause, so it is recorded once."""
    order = ticket.order
    intent = f"{ticket.verdict}.intent"
    identity, cause = intent, ticket.verdict
    if not isinstance(fact, OrderIntended):
        identity, cause = event_id(fact), intent
    return Draft(f"order:{order.client_id}", identity, at, fact, order.decision, cause)


def event_id(fact: OrderFact) -> str:
    """Under which identity the journal holds, or will hold, what a broker said of an order."""
    suffix = f"fill.{fact.fill_id}" if isinstance(fact, OrderFilled) else _HAPPENINGS[type(fact)]
    return f"{fact.client_id}.{suffix}"


def _happening(ticket: Ticket, fact: OrderFact) -> Happening:
    if isinstance(fact, OrderFilled):
        return "full" if fact.quantity >= ticket.remaining else "part"
    return _HAPPENINGS[type(fact)]


_HAPPENINGS: dict[type[OrderFact], Happening] = {
    OrderPlaced: "placed",
    OrderRejected: "rejected",
    OrderUnknown: "unknown",
    OrderNotPlaced: "not_placed",
    OrderCancelled: "cancelled",
}
