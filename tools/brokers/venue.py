"""What a paper venue accepts, at which price and quantity it executes, and what it charges. Nothing here remembers.

An order executes at the side of the quote that it would really meet: a purchase at the ask, a sale at the bid. A side
that is missing, or that shows less than a lot, offers nothing: it fills no order and triggers no stop.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

from core.facts.orders import Order, Side
from core.market.hours import SessionTable
from core.market.instruments import Instrument, bounded
from core.market.quotes import Quote


class PaperTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """What execution costs and how much of it there is (table `[paper]` of the configuration)."""

    fee_per_order: Decimal = Decimal(0)
    fee_pct: Decimal = Decimal(0)
    """Of the executed value."""
    fee_minimum: Decimal = Decimal(0)
    """For one order, however many executions it takes."""
    liquidity: Literal["displayed", "unlimited"] = "displayed"
    """Whether a quote that shows a size executes no more than that."""

    def __post_init__(self) -> None:
        bounded("fee_per_order", self.fee_per_order, Decimal(0), Decimal(1000))
        bounded("fee_pct", self.fee_pct, Decimal(0), Decimal(10))
        bounded("fee_minimum", self.fee_minimum, Decimal(0), Decimal(1000))

    def fee(self, value: Decimal) -> Decimal:
        """What an order has cost once this much of it is executed; nothing before the first execution."""
        if not value:
            return Decimal(0)
        return max(self.fee_minimum, self.fee_per_order + value * self.fee_pct / 100)


class Venue(Struct, frozen=True):
    """What can be traded, by instrument key, and when."""

    instruments: Mapping[str, Instrument]
    sessions: Mapping[str, SessionTable] | None = None
    """Hours by market; None keeps no hours, and a market that is missing is closed."""

    def is_open(self, market: str, at: int) -> bool:
        """Whether orders are taken and executed at this instant."""
        if self.sessions is None:
            return True
        table = self.sessions.get(market)
        return table is not None and table.is_open(at)

    def objection(self, order: Order, at: int) -> str | None:
        """Why this order cannot be taken; None when it can."""
        instrument = self.instruments.get(order.key)
        if instrument is None:
            return f"unknown instrument {order.key!r}"
        if order.currency != instrument.currency:
            return f"currency {order.currency} is not the {instrument.currency} of {order.key!r}"
        price = order.limit if order.limit is not None else order.stop
        if price is not None and price % instrument.tick:
            return f"price {price:f} is off the tick of {instrument.tick:f}"
        if order.quantity % instrument.lot:
            return f"quantity {order.quantity:f} is not in lots of {instrument.lot:f}"
        if not self.is_open(order.market, at):
            return f"market {order.market} is closed"
        return None


class Offer(NamedTuple):
    """What one side of a quote would execute: a price, and the most it shows; None when that does not matter."""

    price: Decimal
    most: Decimal | None


def offer(quote: Quote, side: Side, instrument: Instrument, terms: PaperTerms, taken: Decimal) -> Offer | None:
    """What a buyer or seller meets in this quote once so much of it is taken; None if nothing."""
    price, size = (quote.ask, quote.ask_size) if side == "buy" else (quote.bid, quote.bid_size)
    if price is None:
        return None
    if size is None or terms.liquidity == "unlimited":
        return Offer(price, None)
    left = instrument.whole_lots(size - taken)
    return Offer(price, left) if left else None


def reached(order: Order, price: Decimal, *, begun: bool) -> bool:
    """Whether an order executes at this price; a stop that has begun to execute is a market order."""
    buying = order.side == "buy"
    if order.limit is not None:
        return price <= order.limit if buying else price >= order.limit
    if order.stop is not None and not begun:
        return price >= order.stop if buying else price <= order.stop
    return True


def expected(order: Order, quote: Quote | None) -> Decimal | None:
    """What a unit should cost: the order's price, else the side it meets, the last trade, the other side."""
    if quote is None:
        return order.limit if order.limit is not None else order.stop
    sides = (quote.ask, quote.last, quote.bid) if order.side == "buy" else (quote.bid, quote.last, quote.ask)
    return next((price for price in (order.limit, order.stop, *sides) if price is not None), None)
