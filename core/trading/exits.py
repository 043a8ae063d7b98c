"""When a holding must be closed, without any model: its stop, its target, and whether a quote has reached one.

Rules of the file: a stop moves only towards less risk; a candidate that makes no sense is ignored, and the posture's
own stop is always there; prices are judged on the side that would be executed, and a missing price reaches nothing.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal, Protocol

from msgspec import Struct

from core.errors import BadInput
from core.market.instruments import bounded, positive
from core.market.quotes import Quote


class Protection(Struct, frozen=True):
    """Where a holding is closed: at a loss, and, if the posture says so, at a gain."""

    stop: Decimal
    target: Decimal | None


class ExitTerms(Protocol):
    """What a posture says of exits, in percent of the average cost, as moves in the holding's favour."""

    @property
    def stop_pct(self) -> Decimal:
        """Where to close at a loss: below zero."""
        ...

    @property
    def target_pct(self) -> Decimal | None:
        """Where to close at a gain; None for nowhere."""
        ...


class Due(Struct, frozen=True):
    """A level that a quote has reached, and the executable price that reached it."""

    reason: Literal["stop", "target"]
    price: Decimal
    level: Decimal


def protect(
    quantity: Decimal, average: Decimal, terms: ExitTerms, invalidation: Decimal | None, tick: Decimal
) -> Protection:
    """Stop and target of a holding: of the posture's stop and the price that refutes the idea, the nearer one.

    Levels are rounded to the tick, towards an earlier exit.
    """
    if not quantity:
        raise BadInput("quantity: nothing is held, so nothing can be protected")
    positive("average", average)
    long = quantity > 0
    stop = _grid(_moved(average, bounded("stop_pct", terms.stop_pct, Decimal(-99), -_LEAST), long), tick, up=long)
    refuted = _refuted(average, invalidation, tick, long)
    if refuted is not None:
        stop = max(stop, refuted) if long else min(stop, refuted)
    if terms.target_pct is None:
        return Protection(stop, None)
    gained = _moved(average, bounded("target_pct", terms.target_pct, _LEAST, Decimal(99)), long)
    return Protection(stop, _grid(gained, tick, up=not long))


def tighten(quantity: Decimal, protection: Protection, stop: Decimal) -> Protection | None:
    """The protection with a nearer stop; None if this one is no nearer, or no price."""
    if not quantity or not stop.is_finite() or stop <= 0:
        return None
    nearer = stop > protection.stop if quantity > 0 else stop < protection.stop
    return Protection(stop, protection.target) if nearer else None


def due(quantity: Decimal, protection: Protection, quote: Quote) -> Due | None:
    """Which level this quote has reached, the stop before the target; None if neither, or if it has no price."""
    side = quote.bid if quantity > 0 else quote.ask
    price = side if side is not None else quote.last
    if not quantity or price is None:
        return None
    if _beyond(protection.stop, price, long=quantity > 0):
        return Due("stop", price, protection.stop)
    if protection.target is not None and _beyond(price, protection.target, long=quantity > 0):
        return Due("target", price, protection.target)
    return None


_LEAST = Decimal("0.01")


def _refuted(average: Decimal, invalidation: Decimal | None, tick: Decimal, long: bool) -> Decimal | None:
    if invalidation is None or not invalidation.is_finite() or invalidation <= 0:
        return None
    level = _grid(invalidation, tick, up=long)
    return None if level == average or (level > average) == long else level


def _beyond(level: Decimal, other: Decimal, *, long: bool) -> bool:
    return level >= other if long else level <= other


def _moved(price: Decimal, pct: Decimal, long: bool) -> Decimal:
    return price * (100 + pct if long else 100 - pct) / 100


def _grid(price: Decimal, tick: Decimal, *, up: bool) -> Decimal:
    return (price / tick).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * tick
