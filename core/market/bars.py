"""Bars: what the price did in one stretch of time."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from core.market.instruments import LARGEST_QUANTITY, bounded, positive
from core.market.quotes import Quote


class Bar(Struct, frozen=True, kw_only=True):
    """Open, high, low and close of the time that begins at `at`."""

    at: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None = None

    def __post_init__(self) -> None:
        for field in ("open", "high", "low", "close"):
            positive(field, getattr(self, field))
        if self.volume is not None:
            bounded("volume", self.volume, Decimal(0), LARGEST_QUANTITY)

    @property
    def consistent(self) -> bool:
        """Whether open and close lie between low and high."""
        return self.low <= min(self.open, self.close) and max(self.open, self.close) <= self.high


def gathered(quotes: Iterable[Quote], length: int) -> tuple[Bar, ...]:
    """Bars of this many nanoseconds from quotes in order of time; a stretch without a price has no bar."""
    bars: list[Bar] = []
    for quote in quotes:
        price, begin = quote.mid, quote.at // length * length
        if price is None:
            continue
        if bars and bars[-1].at == begin:
            bars[-1] = _extended(bars[-1], price)
        else:
            bars.append(Bar(at=begin, open=price, high=price, low=price, close=price))
    return tuple(bars)


def _extended(bar: Bar, price: Decimal) -> Bar:
    return Bar(at=bar.at, open=bar.open, high=max(bar.high, price), low=min(bar.low, price), close=price)
