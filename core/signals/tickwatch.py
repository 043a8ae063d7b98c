"""What the tick path says that is worth a model call: a range that broke, an OsMA that turned.

How to think about it: each kind is a latch on a side, up or down, for each instrument. What is read of the stream says
which side holds now; a latch that changes to a side wakes the desk, so one move is one trigger. Each lets go late:

    breakout    up once the price lies `margin_pct` above the highest of the last 20 closed bars of one minute, down as
                far below the lowest. It holds until the price is back at the mean of its last 20 quotes
    osma_turn   up once OsMA is at least `turn_bp` of the price, down once it is as far below zero; between the two the
                last side holds. OsMA runs over the quotes, so its pace is theirs. The first side is no turn

A side that woke the desk is quiet for its cool-down. The first quote of a day or after a gap moves the latches and
wakes nobody. If both kinds move on one quote, it is one move, and the breakout is told.

A surge in volume is no kind of event: a quote has the sizes of both sides and no traded volume, so nobody could see it.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from core.facts.signals import EventKind, MarketEvent, SignalGenerated
from core.market.instants import MINUTE, moment
from core.market.instruments import bounded
from core.market.quotes import Quote
from core.quant.ticks.verdicts import Verdict
from core.record.envelope import name
from core.signals.triggers import FOUR_PLACES, known_of

if TYPE_CHECKING:
    from core.quant.ticks.snapshot import Snapshot

SIX_PLACES = Decimal("0.000001")
EDGES = Verdict.BREAKOUT | Verdict.BREAKDOWN


class BreakoutRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When a range has broken (table `[signals.breakout]` of the configuration)."""

    margin_pct: Decimal = Decimal("0.10")
    cooldown_minutes: int = 60

    def __post_init__(self) -> None:
        bounded("margin_pct", self.margin_pct, Decimal(0), Decimal(50))
        bounded("cooldown_minutes", Decimal(self.cooldown_minutes), Decimal(1), Decimal(1440))


class TurnRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When OsMA has turned (table `[signals.osma_turn]` of the configuration)."""

    turn_bp: Decimal = Decimal("3.0")
    cooldown_minutes: int = 60

    def __post_init__(self) -> None:
        bounded("turn_bp", self.turn_bp, Decimal("0.01"), Decimal(1000))
        bounded("cooldown_minutes", Decimal(self.cooldown_minutes), Decimal(1), Decimal(1440))


class Latch(Struct, frozen=True):
    """Which side of one kind holds, and until when its sides are quiet."""

    side: int = 0
    """1 up, -1 down, 0 neither."""
    quiet: tuple[int, int] = (0, 0)
    """Until when falls and rises are quiet."""


class Latches(Struct, frozen=True):
    """What is remembered of one instrument."""

    breakout: Latch = Latch()
    osma_turn: Latch = Latch()


class Reading(Struct, frozen=True):
    """What a quote did to its instrument: the verdict on it, the figures after it, and the edge it went beyond."""

    verdict: Verdict
    figures: "Snapshot"
    edge: float | None
    """The highest price of the closed bars after a breakout, the lowest after a breakdown."""


def detect(
    quote: Quote, reading: Reading, before: Latches, breakout: BreakoutRules, turn: TurnRules
) -> tuple[Latches, SignalGenerated | None]:
    """What to remember after a believable quote, and the signal if it broke a range or turned OsMA."""
    if not reading.verdict.taken:
        return before, None
    starts = bool(reading.verdict & (Verdict.DAY | Verdict.GAP))
    side, seen = _broken(reading, before.breakout.side, breakout), before.osma_turn.side
    broke, breaks = _moved(before.breakout, side, quote.at, breakout.cooldown_minutes, starts)
    side = _turned(reading, seen, turn)
    turned, turns = _moved(before.osma_turn, side, quote.at, turn.cooldown_minutes, starts or seen == 0)
    after = before if (broke, turned) == (before.breakout, before.osma_turn) else Latches(broke, turned)
    if breaks:
        return after, _signal("breakout", quote, reading, broke.side, breakout.cooldown_minutes)
    return after, _signal("osma_turn", quote, reading, turned.side, turn.cooldown_minutes) if turns else None


def _broken(reading: Reading, side: int, rules: BreakoutRules) -> int:
    price, edge, middle = reading.figures.price, reading.edge, reading.figures.middle
    if price is None or middle is None:
        return 0
    if edge is not None and abs(price - edge) * 100 >= float(rules.margin_pct) * edge:
        return 1 if reading.verdict & Verdict.BREAKOUT else -1
    return side if (price - middle) * side > 0 else 0


def _turned(reading: Reading, side: int, rules: TurnRules) -> int:
    price, osma = reading.figures.price, reading.figures.osma
    if price is None or osma is None or abs(osma) * 10_000 < float(rules.turn_bp) * price:
        return side
    return 1 if osma > 0 else -1


def _moved(latch: Latch, side: int, at: int, cooldown_minutes: int, silent: bool) -> tuple[Latch, bool]:
    """The latch on this side, and whether that wakes the desk."""
    if side == latch.side:
        return latch, False
    falls, rises = latch.quiet
    if side == 0 or silent or at < (rises if side > 0 else falls):
        return Latch(side, latch.quiet), False
    until = at + cooldown_minutes * MINUTE
    return Latch(side, (falls, until) if side > 0 else (until, rises)), True


def _signal(kind: EventKind, quote: Quote, reading: Reading, side: int, cooldown_minutes: int) -> SignalGenerated:
    event = MarketEvent(
        kind=kind,
        symbol=quote.symbol,
        market=quote.market,
        at=moment(quote.at),
        source=quote.source,
        sequence=quote.sequence,
        figures=known_of(quote, _figures(reading)),
    )
    window = quote.at // (cooldown_minutes * MINUTE)
    return SignalGenerated(event, name(kind, quote.key, "up" if side > 0 else "down", window))


def _figures(reading: Reading) -> dict[str, Decimal | None]:
    figures = reading.figures
    price, middle = _decimal(figures.price), _decimal(figures.middle)
    return {
        "reference": middle,
        "change_pct": None if price is None or not middle else ((price - middle) * 100 / middle).quantize(FOUR_PLACES),
        "breakout_level": _decimal(reading.edge),
        "osma": _decimal(figures.osma),
        "rsi": _decimal(figures.rsi),
        "atr": _decimal(figures.atr),
    }


def _decimal(figure: float | None) -> Decimal | None:
    return None if figure is None else Decimal(figure).quantize(SIX_PLACES)
