"""A desk to look at: the house's own projections over a journal in memory, and prices that were kept."""

from decimal import Decimal
from math import sin
from typing import Any

from core.desk.allowance import Allowance
from core.desk.posture import Postures
from core.desk.recollection import Recollection
from core.facts.catalogue import Fact
from core.facts.desk import DayOpened, DeskOpened
from core.market.bars import Bar
from core.market.instants import MINUTE, SECOND
from core.market.instruments import Instrument, Money
from core.market.quotes import Quote
from core.ports.lookups import Answered
from core.record.envelope import Draft
from core.risk.limits import Limits
from runtime.projections import Projections
from tools.journals.memory import MemoryJournal
from tools.lookups.opening import open_lookups
from tools.lookups.sources import Sources

NOW = 1_380_893_520 * SECOND
ACCOUNT, CLIENT = "U1234567", "ABCDEFGH2345"
USD = Money(Decimal(100_000), "USD")
SYMBOLS = ("IBM", "SPY", "QQQ")
OPENED = (
    DeskOpened(
        account=ACCOUNT, mode="demo", profile="demo", cash=USD, posture="guerrilla", configuration="", release="0.1.0"
    ),
    DayOpened("US", "2013-10-04", USD),
)


class Stands:
    """A clock that stands."""

    def now(self) -> int:
        return NOW

    def elapsed(self) -> int:
        return 0


class Kept:
    """Closed bars of every instrument, as many as are said; each symbol swings in its own way."""

    def __init__(self, count: int = 64) -> None:
        self._count = count

    def bars(self, key: str, minutes: int) -> tuple[Bar, ...]:
        pace = 1 + sum(map(ord, key)) % 7
        closes = [100 + 2 * sin(number * 0.7 * pace) + number / 50 for number in range(self._count + 1)]
        return tuple(
            _bar(NOW - (self._count - number) * minutes * MINUTE, *closes[number : number + 2])
            for number in range(self._count)
        )


class Recalls:
    """A desk that remembers this."""

    def __init__(self, recollection: Recollection | None = None) -> None:
        self._recollection = recollection or Recollection()

    def recollection(self) -> Recollection:
        return self._recollection


def quote(symbol: str = "IBM", bid: str = "184.53", ask: str = "184.55") -> Quote:
    return Quote(
        symbol=symbol,
        market="US",
        bid=Decimal(bid),
        ask=Decimal(ask),
        at=NOW - SECOND,
        received=NOW - SECOND,
        source="replay",
        sequence=7,
        provenance="replay",
    )


async def sources(*facts: Fact, quotes: tuple[Quote, ...] = (quote(),), **changes: Any) -> Sources:
    """The sources of a desk to which this has happened."""
    instruments = {f"US:{symbol}": Instrument(symbol, "US", "USD", Decimal("0.01")) for symbol in SYMBOLS}
    books = Projections(MemoryJournal(), instruments, {}, lambda: False)
    for number, fact in enumerate((*OPENED, *facts)):
        await books.append([Draft("desk", f"event{number}", NOW, fact, "run", "run")])
    for each in quotes:
        books.mark(each)
    given: dict[str, Any] = {"prices": Kept(), "past": Recalls(), **changes}
    return Sources(books, Stands(), Postures(), Limits(), **given)


async def look(name: str, seen: Sources, **arguments: Any) -> Answered:
    """What a lookup of this name answers."""
    (lookup,) = open_lookups([name], seen)
    return await lookup.answer(arguments, Allowance())


def _bar(at: int, first: float, last: float) -> Bar:
    opened, closed = Decimal(f"{first:.2f}"), Decimal(f"{last:.2f}")
    tip = Decimal("0.05")
    return Bar(at=at, open=opened, high=max(opened, closed) + tip, low=min(opened, closed) - tip, close=closed)
