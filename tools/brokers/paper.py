"""A broker inside this process, for demo, paper, shadow and backtest: the same orders and quotes give the same fills.

An order executes only on a quote that is later than the last one seen of its instrument when it was submitted, never at
the price that gave rise to it; `mark` is how quotes get here, and must be called before anyone acts on them. An instant
at which an instrument was executed is used up, so a quote repeated after a restart executes nothing twice. Client ids
are unique for ever: a repeated one gets the first answer again and makes no second order. Cash is asked for when an
order that adds exposure is submitted; the execution itself may cost more, and cash may then go below zero.

With a ledger everything but quotes survives the process, and nothing is answered before it is written.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import get_args

from core.facts.orders import Order, OrderCancelled, OrderFilled, Side
from core.market.instruments import Money
from core.market.quotes import Quote
from core.ports.broker import Answer, Found, Placed, Refused, Report
from core.ports.clock import Clock
from core.risk.clearance import Clearance
from tools.brokers.account import Accepted, Account, AccountOpened, Declined, Entry, Standing
from tools.brokers.ledger import Ledger
from tools.brokers.venue import PaperTerms, Venue, expected, offer, reached


class PaperBroker:
    """One paper account."""

    def __init__(
        self, account: str, cash: Money, venue: Venue, clock: Clock, terms: PaperTerms, ledger: Path | None = None
    ) -> None:
        self.account = account
        self._venue = venue
        self._clock = clock
        self._terms = terms
        opened = AccountOpened(account, cash)
        self._ledger = Ledger(ledger) if ledger is not None else None
        self._books = self._ledger.open(opened) if self._ledger is not None else Account(opened)
        self._quotes: dict[str, Quote] = {}
        self._news = asyncio.Event()
        self._closed = False

    @property
    def record(self) -> tuple[Entry, ...]:
        """Everything that happened at this broker, in order; the desk's journal has no part in it."""
        return tuple(self._books.entries)

    def mark(self, quote: Quote) -> None:
        """Take a quote and execute what it reaches; it must be later than the last one of its instrument."""
        seen = self._quotes.get(quote.key)
        if self._closed or (seen is not None and (quote.at, quote.sequence) <= (seen.at, seen.sequence)):
            return
        self._quotes[quote.key] = quote
        waiting = [standing for standing in self._books.working.values() if standing.order.key == quote.key]
        latest = self._books.latest.get(quote.key)
        used = latest is not None and quote.at <= latest.at
        if waiting and not used and self._venue.is_open(quote.market, quote.at):
            self._execute(waiting, quote)

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        """Take an order or refuse it; the clearance is noted, its sender has checked it."""
        if self._closed:
            return Refused(order.client_id, "the session is closed")
        known = self._books.orders.get(order.client_id)
        if known is not None:
            return _answer(known)
        now = self._clock.now()
        broker_id = f"paper-{len(self._books.orders) + 1}"
        quote = self._quotes.get(order.key)
        price = expected(order, quote)
        objection = self._objection(order, price, now)
        if objection is None:
            after = quote.at if quote is not None else now
            self._write(Accepted(order, broker_id, clearance.verdict, after, price, now))
        else:
            self._write(Declined(order, broker_id, clearance.verdict, objection, now))
        return _answer(self._books.orders[order.client_id])

    async def cancel(self, client_id: str) -> Answer:
        """Cancel what is not executed yet."""
        standing = self._books.orders.get(client_id)
        if standing is None or standing.state != "working":
            return Refused(client_id, f"already {standing.state}" if standing else "unknown order")
        self._write(OrderCancelled(client_id, "cancelled on request"))
        return Placed(client_id, standing.broker_id)

    async def open_orders(self) -> tuple[Order, ...]:
        """All orders still working, the oldest first."""
        return tuple(standing.order for standing in self._books.working.values())

    async def positions(self) -> Mapping[str, Decimal]:
        """Signed quantity by instrument key."""
        return dict(self._books.positions)

    async def cash(self) -> Money:
        """Cash after every execution so far."""
        return self._books.cash

    async def find(self, client_id: str) -> Found | None:
        """What became of an order."""
        known = self._books.orders.get(client_id)
        return Found(client_id, known.broker_id, known.state, known.filled) if known else None

    async def reports(self) -> AsyncIterator[Report]:
        """Every execution and cancellation since the account was opened, then each new one.

        So whoever was away misses nothing; whoever was not knows each by its identity.
        """
        given = 0
        while True:
            while given < len(self._books.entries):
                entry = self._books.entries[given]
                given += 1
                if isinstance(entry, _REPORTS):
                    yield entry
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """End the session: reports end, orders stay."""
        self._closed = True
        self._news.set()

    def _objection(self, order: Order, price: Decimal | None, now: int) -> str | None:
        if order.account != self.account:
            return f"account {order.account!r} is not this one"
        if order.currency != self._books.cash.currency:
            return f"currency {order.currency} is not the account's {self._books.cash.currency}"
        return self._venue.objection(order, now) or self._unaffordable(order, price)

    def _unaffordable(self, order: Order, price: Decimal | None) -> str | None:
        if not self._books.exposure(order, order.quantity):
            return None
        if price is None:
            return f"no price of {order.key!r} has been seen"
        needed = self._books.needed(order, order.quantity, price, self._terms)
        free = self._books.free(self._terms)
        return f"insufficient cash: needs {needed:f}, free are {free:f}" if needed > free else None

    def _execute(self, waiting: list[Standing], quote: Quote) -> None:
        instrument = self._venue.instruments[quote.key]
        taken: dict[Side, Decimal] = {"buy": Decimal(0), "sell": Decimal(0)}
        for standing in waiting:
            side = standing.order.side
            met = offer(quote, side, instrument, self._terms, taken[side]) if quote.at > standing.after else None
            if met is not None and reached(standing.order, met.price, begun=standing.fills > 0):
                quantity = standing.remaining if met.most is None else min(standing.remaining, met.most)
                taken[side] += quantity
                self._fill(standing, quantity, met.price, quote.at)

    def _fill(self, standing: Standing, quantity: Decimal, price: Decimal, at: int) -> None:
        fee = self._terms.fee(standing.value + price * quantity) - self._terms.fee(standing.value)
        order = standing.order
        self._write(
            OrderFilled(
                client_id=order.client_id,
                fill_id=f"{standing.broker_id}.{standing.fills + 1}",
                symbol=order.symbol,
                market=order.market,
                side=order.side,
                quantity=quantity,
                price=price,
                fee=Money(fee, order.currency),
                at=at,
            )
        )

    def _write(self, entry: Entry) -> None:
        if self._ledger is not None:
            self._ledger.append(entry)
        self._books.apply(entry)
        self._news.set()


def _answer(standing: Standing) -> Answer:
    name = standing.order.client_id
    return Refused(name, standing.reason) if standing.state == "rejected" else Placed(name, standing.broker_id)


_REPORTS = get_args(Report)
