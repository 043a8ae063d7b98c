"""From a side that has changed to an event: the latch all triggers share, and what an event carries.

How to think about it: a latch holds the side a trigger is on, up, down or neither. Only a change to a side wakes the
desk, so a side that holds wakes it once however long it holds; when it lets go is each trigger's own affair, and always
later than when it caught. A side that woke the desk is quiet for its cool-down. The run of an event is named after the
kind, the instrument, the side and the cool-down's window, so that the record itself tells which side is quiet after a
restart, and one move that is seen twice is one run.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from core.facts.signals import FIGURES, EventKind, MarketEvent, SignalGenerated
from core.market.instants import MINUTE, moment
from core.market.instruments import bounded
from core.market.quotes import Quote
from core.record.envelope import name

FOUR_PLACES = Decimal("0.0001")
SIX_PLACES = Decimal("0.000001")
SIDES = {1: "up", -1: "down"}

Quiet = tuple[int, int]
"""Until when falls and rises are quiet."""


class Latch(Struct, frozen=True):
    """Which side of one trigger holds, and until when its sides are quiet."""

    side: int = 0
    """1 up, -1 down, 0 neither."""
    quiet: Quiet = (0, 0)


def check_cooldown(minutes: int) -> None:
    """Refuse a cool-down of less than a minute or more than a day."""
    bounded("cooldown_minutes", Decimal(minutes), Decimal(1), Decimal(1440))


def moved(latch: Latch, side: int, at: int, cooldown_minutes: int, silent: bool = False) -> tuple[Latch, bool]:
    """The latch on this side, and whether that wakes the desk."""
    if side == latch.side:
        return latch, False
    if side == 0 or silent or at < latch.quiet[side > 0]:
        return Latch(side, latch.quiet), False
    return Latch(side, quieted(latch.quiet, side, at + cooldown_minutes * MINUTE)), True


def quieted(quiet: Quiet, side: int, until: int) -> Quiet:
    """The same, with one side quiet until then."""
    return (quiet[0], until) if side > 0 else (until, quiet[1])


def woken(
    kind: EventKind, quote: Quote, side: int, cooldown_minutes: int, found: Mapping[str, Decimal | None]
) -> SignalGenerated:
    """The event of a trigger that changed to a side on this quote."""
    event = MarketEvent(
        kind=kind,
        symbol=quote.symbol,
        market=quote.market,
        at=moment(quote.at),
        source=quote.source,
        sequence=quote.sequence,
        figures=known_of(quote, found),
    )
    return SignalGenerated(event, _run(kind, quote.key, side, quote.at, cooldown_minutes))


def side_of(signal: SignalGenerated, at: int, cooldown_minutes: int) -> int:
    """Which side of its trigger a recorded event was; 0 for an event that none made under this cool-down."""
    event = signal.event
    named = {_run(event.kind, event.key, side, at, cooldown_minutes): side for side in SIDES}
    return named.get(signal.run, 0)


def known_of(quote: Quote, found: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """The figures an event carries: those of its quote and what was found, without what is not known."""
    known = {
        "last": quote.last,
        "bid": quote.bid,
        "ask": quote.ask,
        "bid_size": quote.bid_size,
        "ask_size": quote.ask_size,
        "volume": quote.volume,
        **found,
        "spread_bp": _spread_bp(quote),
    }
    return {figure: value for figure, value in known.items() if value is not None and _speakable(figure, value)}


def change_pct(price: Decimal | None, reference: Decimal | None) -> Decimal | None:
    """How far a price is from its reference, in percent; nothing where one is not known."""
    return None if price is None or not reference else ((price - reference) * 100 / reference).quantize(FOUR_PLACES)


def decimal(figure: float | None) -> Decimal | None:
    """A figure of the tick path as an event carries it."""
    return None if figure is None else Decimal(figure).quantize(SIX_PLACES)


def _run(kind: EventKind, key: str, side: int, at: int, cooldown_minutes: int) -> str:
    return name(kind, key, SIDES[side], at // (cooldown_minutes * MINUTE))


def _spread_bp(quote: Quote) -> Decimal | None:
    if quote.bid is None or quote.ask is None:
        return None
    return ((quote.ask - quote.bid) * 20_000 / (quote.ask + quote.bid)).quantize(FOUR_PLACES)


def _speakable(figure: str, value: Decimal) -> bool:
    low, high = FIGURES[figure]
    return low <= value <= high
