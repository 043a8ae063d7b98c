"""The closed bars that the tick path keeps, as lookups read them: in exact prices, as many as its depth allows."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from core.market.bars import Bar

if TYPE_CHECKING:
    from core.quant.ticks.stream import Stream


class KeptBars:
    """The price history of a desk; before its tick path has been loaded there is none."""

    def __init__(self, stream: "Callable[[], Stream | None]") -> None:
        self._stream = stream

    def bars(self, key: str, minutes: int) -> tuple[Bar, ...]:
        """The closed bars of an instrument, the oldest first; none if nobody watches it, or not in such bars."""
        stream = self._stream()
        if stream is None or key not in stream.symbols or minutes not in stream.terms.frames:
            return ()
        kept = stream.bars(key, minutes)
        rows = zip(kept.begins, kept.opens, kept.highs, kept.lows, kept.closes, strict=True)
        return tuple(
            Bar(at=int(at), open=_exact(first), high=_exact(high), low=_exact(low), close=_exact(last))
            for at, first, high, low, last in rows
        )


def _exact(price: float) -> Decimal:
    """The shortest digits that mean this price."""
    return Decimal(repr(float(price)))
