"""Holdings as lots, first in first out. Profit is counted on the quantity that was matched, never on the holding."""

from decimal import Decimal

from msgspec import Struct, structs

from core.facts.orders import Side
from core.market.instruments import Currency, Market, Money, Symbol, listing


class Lot(Struct, frozen=True):
    """What is left of one purchase, or with a negative quantity of one short sale."""

    quantity: Decimal
    price: Decimal


class Position(Struct, frozen=True):
    """What is held of one instrument. Its lots all have the same sign, the oldest first."""

    symbol: Symbol
    market: Market
    currency: Currency
    lots: tuple[Lot, ...] = ()

    @property
    def key(self) -> str:
        """The instrument held."""
        return listing(self.market, self.symbol)

    @property
    def quantity(self) -> Decimal:
        """Signed quantity: negative when short, zero when flat."""
        return sum((lot.quantity for lot in self.lots), Decimal(0))

    @property
    def average(self) -> Decimal | None:
        """Average cost of what is held; None when flat."""
        quantity = self.quantity
        return sum((lot.quantity * lot.price for lot in self.lots), Decimal(0)) / quantity if quantity else None


class Booked(Struct, frozen=True):
    """A position after a fill, and the profit or loss that the fill settled, before fees."""

    position: Position
    realised: Money


def flat(symbol: Symbol, market: Market, currency: Currency) -> Position:
    """Nothing held of an instrument."""
    return Position(symbol, market, currency)


def book(position: Position, side: Side, quantity: Decimal, price: Decimal) -> Booked:
    """Match a fill against the oldest lots; what finds no match opens a new one."""
    incoming = quantity if side == "buy" else -quantity
    realised = Decimal(0)
    lots: tuple[Lot, ...] = ()
    for lot in position.lots:
        matched = _matched(lot.quantity, incoming)
        realised += (price - lot.price) * matched
        incoming += matched
        lots = _with(lots, Lot(lot.quantity - matched, lot.price))
    lots = _with(lots, Lot(incoming, price))
    return Booked(structs.replace(position, lots=lots), Money(realised, position.currency))


def unrealised(position: Position, mark: Decimal) -> Money:
    """The profit or loss that closing at this price would settle."""
    return Money(sum(((mark - lot.price) * lot.quantity for lot in position.lots), Decimal(0)), position.currency)


def _matched(held: Decimal, incoming: Decimal) -> Decimal:
    if (held > 0) == (incoming > 0):
        return Decimal(0)
    return held if abs(held) <= abs(incoming) else -incoming


def _with(lots: tuple[Lot, ...], lot: Lot) -> tuple[Lot, ...]:
    if not lot.quantity:
        return lots
    if lots and lots[-1].price == lot.price:
        return (*lots[:-1], Lot(lots[-1].quantity + lot.quantity, lot.price))
    return (*lots, lot)
