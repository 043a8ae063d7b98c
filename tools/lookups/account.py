"""What a model may ask of the desk: holdings and cash, open orders, what the limits leave, what was decided before.

The account has no name in here: no id, no client id, no broker. Nor are there words of a model: see
`core/desk/recollection`.
"""

from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Any

from core.desk.state import equity
from core.errors import BadInput
from core.market.instants import shown
from core.market.instruments import Money
from core.risk.view import RiskView
from core.trading.orders import Ticket
from core.trading.positions import Position, unrealised
from tools.lookups.offering import Found
from tools.lookups.sources import Key, Sources, share

MOST_ROWS = 20


class Account:
    """The desk's own books."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def holdings(self) -> Found:
        """What is held, with its average price, gain, stop and target; the cash, and what all of it is worth."""
        books = self._sources.books
        state, quotes = books.state(), books.quotes()
        marks = {key: mid for key, quote in quotes.items() if (mid := quote.mid) is not None}
        worth = equity(state, marks)
        figures: dict[str, Decimal | None] = {"cash": _amount(state.cash), "equity": _amount(worth)}
        for key, position in list(state.positions.items())[:MOST_ROWS]:
            average, mark, protection = position.average, marks.get(key), state.protections.get(key)
            figures |= {
                f"{key}.quantity": position.quantity,
                f"{key}.average": None if average is None else average.quantize(Decimal("0.000001")),
                f"{key}.gain_pct": _gain_pct(position, mark),
                f"{key}.stop": protection.stop if protection else None,
                f"{key}.target": protection.target if protection else None,
            }
        return Found(figures, {"currency": state.cash.currency if state.cash else None})

    def open_orders(self) -> Found:
        """Orders that may still execute: instrument, side, kind, what remains of them, limit or stop, state."""
        working = self._sources.books.state().working
        rows = [_row(ticket) for ticket in working[:MOST_ROWS]]
        return Found({"count": Decimal(len(working))}, {"orders": rows})

    def limits(self, instrument: Key) -> Found:
        """The posture and what its rules and the day's loss leave for a new entry in an instrument."""
        listed = self._sources.instrument(instrument)
        view = self._sources.view(listed)
        terms, rules = view.terms, view.limits
        figures = {
            "entry_pct": terms.entry_pct,
            "stop_pct": terms.stop_pct,
            "target_pct": terms.target_pct,
            "slots_left": Decimal(max(0, terms.max_positions - len(view.occupied))),
            "min_confidence": Decimal(rules.min_confidence),
            "day_loss_left_pct": _loss_left(view),
            f"{listed.key}.room": _room(view),
        }
        state = self._sources.books.state()
        beside = {"posture": state.posture, "operating": state.operating, "market_open": view.market_open}
        return Found(figures, beside)

    def past_decisions(
        self,
        instrument: Annotated[str | None, "only of this instrument, as MARKET:SYMBOL; of all if absent"] = None,
        count: Annotated[int, f"how many, 1 to {MOST_ROWS}"] = 10,
    ) -> Found:
        """The latest decisions of this desk with their outcomes, and what its fills earned or lost before fees."""
        if self._sources.past is None:
            raise BadInput("this desk keeps no recollection")
        if not 1 <= count <= MOST_ROWS:
            raise BadInput(f"count: must be from 1 to {MOST_ROWS}, found {count}")
        key = None if instrument is None else self._sources.instrument(instrument).key
        kept = self._sources.past.recollection()
        past = [each for each in kept.past if key in (None, each.key)][-count:]
        results = [each for each in kept.results if key in (None, each.key)][-count:]
        won = sum(each.realised.amount > 0 for each in results)
        return Found(
            {"decisions": Decimal(len(past)), "results": Decimal(len(results)), "won": Decimal(won)},
            {
                "past": [
                    [shown(each.at), each.key, each.kind, each.action, each.direction, each.confidence, each.outcome]
                    for each in past
                ],
                "realised": [[shown(each.at), each.key, str(each.realised)] for each in results],
            },
        )


def _amount(money: Money | None) -> Decimal | None:
    return money.rounded().amount if money else None


def _gain_pct(position: Position, mark: Decimal | None) -> Decimal | None:
    average = position.average
    if mark is None or average is None:
        return None
    return share(unrealised(position, mark).amount, average * abs(position.quantity))


def _row(ticket: Ticket) -> dict[str, Any]:
    order = ticket.order
    row = {
        "instrument": order.key,
        "side": order.side,
        "kind": order.kind,
        "remaining": ticket.remaining,
        "limit": order.limit,
        "stop": order.stop,
        "state": ticket.state,
    }
    return {name: value for name, value in row.items() if value is not None}


def _loss_left(view: RiskView) -> Decimal | None:
    """How far the day's result is from the loss that ends new risk, in percent of the day's first equity."""
    if view.equity is None or view.day_start is None:
        return None
    result = share((view.equity - view.day_start).amount, view.day_start.amount)
    return None if result is None else max(Decimal(0), result - view.limits.day_loss_pct)


def _room(view: RiskView) -> Decimal | None:
    """The money a new entry may cost at most: by the posture, by the cash, and by the largest order."""
    if view.equity is None or view.committed is None or view.cash is None or view.pending is None:
        return None
    entry = view.equity.times(view.terms.entry_pct / 100) - view.committed
    order = view.cash.times(view.limits.fat_finger_pct / 100) - view.pending
    room = min(entry.amount, order.amount, (view.cash - view.pending).amount)
    return max(Decimal(0), room).quantize(Decimal("0.01"), ROUND_DOWN)
