"""What lookups are made from, and what they all ask of it: the instrument, its price, a figure in few digits."""

from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Annotated

from core.desk.posture import Postures
from core.errors import BadInput
from core.market.bars import Bar
from core.market.instruments import Instrument
from core.ports.books import Books
from core.ports.clock import Clock
from core.ports.lookups import Past, PriceHistory
from core.risk.limits import Limits
from core.risk.view import Moment, RiskView, look

Key = Annotated[str, "the instrument as MARKET:SYMBOL, for example US:IBM"]


@dataclass(frozen=True, slots=True)
class Sources:
    """The producers behind the lookups of a desk; one that is absent has no lookups."""

    books: Books
    clock: Clock
    postures: Postures
    limits: Limits
    prices: PriceHistory | None = None
    past: Past | None = None

    def instrument(self, key: str) -> Instrument:
        """The registered instrument of this key, or a fault that names it."""
        found = self.books.instrument(key)
        if found is None:
            raise BadInput(f"instrument: {key[:40]!r} is not registered; it is written MARKET:SYMBOL, as US:IBM")
        return found

    def bars(self, key: str, minutes: int) -> tuple[Bar, ...]:
        """The closed bars of a registered instrument."""
        if self.prices is None:
            raise BadInput("bars: this desk keeps no price history")
        return self.prices.bars(self.instrument(key).key, minutes)

    def view(self, instrument: Instrument) -> RiskView:
        """The account as an order in this instrument meets it now."""
        now, sessions = self.clock.now(), self.books.sessions(instrument.market)
        is_open = sessions.is_open(now) if sessions else None
        books, key = self.books, instrument.key
        moment = Moment(now, books.latched(), is_open, books.quotes(), books.quality(key))
        return look(books.state(), key, moment, self.postures, self.limits)


def figure(value: float | None) -> Decimal | None:
    """A computed number in at most eight digits, as it is shown and cited; none if it is not known."""
    return None if value is None or not isfinite(value) else Decimal(f"{value:.8g}") + 0


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """A part in percent of a whole, to the hundredth of a basis point."""
    return None if part is None or not whole else (part * 100 / whole).quantize(Decimal("0.0001"))
