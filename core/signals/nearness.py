"""A holding whose price is near its stop or its target: the desk may act early, where the exit itself only closes.

How to think about it: the way is that from the average cost to the level; what is left of it runs from 100 % at the
average to 0 % at the level. A level is near from `within_pct` left on and stays near until `release_pct` are left. A
level on the wrong side of the average has no way to it: a stop that secures a gain is near nothing. Prices are those
the holding could be left at, the bid of a long one and the ask of a short one. A level that is reached is the business
of the exits and wakes nobody; nor does anything once nothing is held.
"""

from decimal import Decimal

from msgspec import Struct

from core.errors import BadInput
from core.facts.signals import SignalGenerated
from core.market.instruments import bounded
from core.market.quotes import Quote
from core.signals.waking import FOUR_PLACES, Latch, change_pct, check_cooldown, moved, woken
from core.trading.exits import Protection


class NearRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When an exit is near (table `[signals.exit_near]` of the configuration)."""

    within_pct: Decimal = Decimal(20)
    """What is left of the way from the average cost to the stop or the target."""
    release_pct: Decimal = Decimal(50)
    """From so much of the way on, the level is no longer near."""
    cooldown_minutes: int = 60

    def __post_init__(self) -> None:
        bounded("within_pct", self.within_pct, Decimal(1), Decimal(99))
        bounded("release_pct", self.release_pct, Decimal(1), Decimal(100))
        check_cooldown(self.cooldown_minutes)
        if self.release_pct <= self.within_pct:
            raise BadInput(f"release_pct: must be above within_pct, {self.within_pct}, found {self.release_pct}")


class Holding(Struct, frozen=True):
    """What is held of an instrument, at what cost, and where it is closed."""

    quantity: Decimal
    average: Decimal
    protection: Protection


def detect(
    quote: Quote, holding: Holding | None, latch: Latch, rules: NearRules
) -> tuple[Latch, SignalGenerated | None]:
    """What to remember after a believable quote, and the signal if it brought the holding near its stop or target."""
    price = _leaving(quote, holding)
    if holding is None or price is None:
        return (Latch(0, latch.quiet) if holding is None else latch), None
    left = {-1: _left(holding, holding.protection.stop, -1, price)}
    if holding.protection.target is not None:
        left[1] = _left(holding, holding.protection.target, 1, price)
    side = _near(left, latch.side, rules)
    latch, wakes = moved(latch, side, quote.at, rules.cooldown_minutes)
    if not wakes:
        return latch, None
    found = {
        "reference": holding.average,
        "change_pct": change_pct(price, holding.average),
        "target" if side > 0 else "stop": holding.protection.target if side > 0 else holding.protection.stop,
        "way_left_pct": left[side],
    }
    return latch, woken("exit_near", quote, side, rules.cooldown_minutes, found)


def _near(left: dict[int, Decimal | None], side: int, rules: NearRules) -> int:
    for level, way in left.items():
        if way is not None and 0 < way <= (rules.release_pct if level == side else rules.within_pct):
            return level
    way = left.get(side)
    return 0 if way is None or way > 0 else side


def _left(holding: Holding, level: Decimal, side: int, price: Decimal) -> Decimal | None:
    """What is left of the way to a level, in percent; nothing when the level is on the wrong side of the cost."""
    way = level - holding.average
    return ((level - price) * 100 / way).quantize(FOUR_PLACES) if way * side * holding.quantity > 0 else None


def _leaving(quote: Quote, holding: Holding | None) -> Decimal | None:
    if holding is None:
        return None
    side = quote.bid if holding.quantity > 0 else quote.ask
    return quote.mid if side is None else side
