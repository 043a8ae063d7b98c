"""What the tick path says that is worth a model call: a broken range, a surge in volume, an RSI or an OsMA gone over.

How to think about it: each kind is a latch (`waking`) for each instrument. What is read of the stream says which side
holds now. Each lets go late, so one move is one trigger:

    breakout      up once the price lies `margin_pct` above the highest of the last 20 closed bars of one minute, down
                  as far below the lowest. It holds until the price is back at the mean of its last 20 quotes
    volume_surge  up once the forming bar's volume is `ratio` times the mean of those bars. It holds until a bar closes
                  with less than `release_ratio` times the mean. There is no down
    rsi_extreme   up from an RSI of `upper` on, down from `lower` on; it holds until RSI is `release` nearer the middle
    osma_turn     up once OsMA is at least `turn_bp` of the price, down once it is as far below zero; between the two
                  the last side holds. The first side is no turn. A side counts only if the OsMA of every timeframe of
                  `aligned`, over its closed bars, has the same sign. OsMA and RSI run over the quotes, at their pace

The first quote of a day or after a gap moves the latches and wakes nobody, and neither does a volume of the first
`opening_minutes` of a day, which is large every day. If several kinds move on one quote, it is one move, and the first
of the list above is told. What is not known moves nothing: a quote that tells no volume ends no surge.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from core.errors import BadInput
from core.facts.signals import EventKind, SignalGenerated
from core.market.instants import MINUTE
from core.market.instruments import bounded
from core.market.quotes import Quote
from core.quant.ticks.verdicts import Verdict
from core.signals.waking import Latch, change_pct, check_cooldown, decimal, moved, woken

if TYPE_CHECKING:
    from core.quant.ticks.snapshot import Snapshot

EDGES = Verdict.BREAKOUT | Verdict.BREAKDOWN


class BreakoutRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When a range has broken (table `[signals.breakout]` of the configuration)."""

    margin_pct: Decimal = Decimal("0.10")
    cooldown_minutes: int = 60

    def __post_init__(self) -> None:
        bounded("margin_pct", self.margin_pct, Decimal(0), Decimal(50))
        check_cooldown(self.cooldown_minutes)


class SurgeRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When a volume surges (table `[signals.volume_surge]` of the configuration)."""

    ratio: Decimal = Decimal("6.0")
    release_ratio: Decimal = Decimal("2.0")
    opening_minutes: int = 30
    """So long after the first quote of a day a volume is that of an opening."""
    cooldown_minutes: int = 60

    def __post_init__(self) -> None:
        bounded("ratio", self.ratio, Decimal("1.1"), Decimal(1000))
        bounded("release_ratio", self.release_ratio, Decimal(1), Decimal(1000))
        bounded("opening_minutes", Decimal(self.opening_minutes), Decimal(0), Decimal(240))
        check_cooldown(self.cooldown_minutes)
        if self.release_ratio >= self.ratio:
            raise BadInput(f"release_ratio: must be below ratio, {self.ratio}, found {self.release_ratio}")


class RsiRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When an RSI is extreme (table `[signals.rsi_extreme]` of the configuration)."""

    upper: Decimal = Decimal(85)
    lower: Decimal = Decimal(15)
    release: Decimal = Decimal(15)
    """So far nearer the middle an extreme is over."""
    cooldown_minutes: int = 60

    def __post_init__(self) -> None:
        bounded("upper", self.upper, Decimal(50), Decimal(100))
        bounded("lower", self.lower, Decimal(0), Decimal(50))
        bounded("release", self.release, Decimal(1), Decimal(50))
        check_cooldown(self.cooldown_minutes)


class TurnRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When OsMA has turned (table `[signals.osma_turn]` of the configuration)."""

    turn_bp: Decimal = Decimal("3.0")
    aligned: tuple[int, ...] = ()
    """Minutes of the timeframes of the stream whose OsMA must have the same sign; empty for none."""
    cooldown_minutes: int = 60

    def __post_init__(self) -> None:
        bounded("turn_bp", self.turn_bp, Decimal("0.01"), Decimal(1000))
        check_cooldown(self.cooldown_minutes)


class WatchRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of every kind that is read of the tick path."""

    breakout: BreakoutRules = BreakoutRules()
    volume_surge: SurgeRules = SurgeRules()
    rsi_extreme: RsiRules = RsiRules()
    osma_turn: TurnRules = TurnRules()


class Latches(Struct, frozen=True):
    """What is remembered of one instrument."""

    breakout: Latch = Latch()
    volume_surge: Latch = Latch()
    rsi_extreme: Latch = Latch()
    osma_turn: Latch = Latch()
    began: int = 0
    """The first quote of the day."""
    surge: float | None = None
    """Volume of the bar that was forming at the quote before, in means."""


class Reading(Struct, frozen=True):
    """What a quote did to its instrument: the verdict on it, the figures after it, and what else the kinds ask for."""

    verdict: Verdict
    figures: "Snapshot"
    edge: float | None = None
    """The highest price of the closed bars after a breakout, the lowest after a breakdown."""
    leads: tuple[float | None, ...] = ()
    """The latest OsMA of each aligned timeframe."""


def detect(
    quote: Quote, reading: Reading, before: Latches, rules: WatchRules
) -> tuple[Latches, SignalGenerated | None]:
    """What to remember after a believable quote, and the signal if it is worth one."""
    if not reading.verdict.taken:
        return before, None
    at, began = quote.at, quote.at if reading.verdict & Verdict.DAY else before.began
    starts = bool(reading.verdict & (Verdict.DAY | Verdict.GAP))
    after: dict[str, Latch] = {}
    told: EventKind | None = None
    for kind, side_now in _KINDS.items():
        latch, terms = getattr(before, kind), getattr(rules, kind)
        side = side_now(reading, before, terms)
        silent = starts or _is_early(kind, latch, at - began, rules)
        after[kind], wakes = moved(latch, side, at, terms.cooldown_minutes, silent)
        told = told or (kind if wakes else None)
    latches = Latches(**after, began=began, surge=reading.figures.surge)
    if told is None:
        return latches, None
    cooldown = getattr(rules, told).cooldown_minutes
    return latches, woken(told, quote, after[told].side, cooldown, _found(told, reading, after[told].side, rules))


def figures_of(figures: "Snapshot") -> dict[str, Decimal | None]:
    """What an event says of the tick path, whatever woke it; the reference is the mean of the last 20 quotes."""
    middle = decimal(figures.middle)
    return {
        "reference": middle,
        "change_pct": change_pct(decimal(figures.price), middle),
        "osma": decimal(figures.osma),
        "rsi": decimal(figures.rsi),
        "atr": decimal(figures.atr),
    }


def _is_early(kind: EventKind, latch: Latch, since: int, rules: WatchRules) -> bool:
    """Whether a change of this kind says nothing yet: a first side of OsMA, a volume of an opening."""
    if kind == "osma_turn":
        return latch.side == 0
    return kind == "volume_surge" and since < rules.volume_surge.opening_minutes * MINUTE


def _broken(reading: Reading, before: Latches, rules: BreakoutRules) -> int:
    price, edge, middle = reading.figures.price, reading.edge, reading.figures.middle
    if price is None or middle is None:
        return 0
    if edge is not None and abs(price - edge) * 100 >= float(rules.margin_pct) * edge:
        return 1 if reading.verdict & Verdict.BREAKOUT else -1
    side = before.breakout.side
    return side if (price - middle) * side > 0 else 0


def _surged(reading: Reading, before: Latches, rules: SurgeRules) -> int:
    now = reading.figures.surge
    if now is not None and now >= rules.ratio:
        return 1
    calm = before.surge is not None and before.surge < rules.release_ratio
    return 0 if calm and reading.verdict & Verdict.BAR else before.volume_surge.side


def _stretched(reading: Reading, before: Latches, rules: RsiRules) -> int:
    rsi, side = reading.figures.rsi, before.rsi_extreme.side
    if rsi is None:
        return side
    if rsi >= rules.upper or rsi <= rules.lower:
        return 1 if rsi >= rules.upper else -1
    lets_go = rules.upper - rules.release if side > 0 else rules.lower + rules.release
    return side if (rsi - float(lets_go)) * side > 0 else 0


def _turned(reading: Reading, before: Latches, rules: TurnRules) -> int:
    price, osma, side = reading.figures.price, reading.figures.osma, before.osma_turn.side
    if price is None or osma is None or abs(osma) * 10_000 < float(rules.turn_bp) * price:
        return side
    agreed = all(lead is not None and lead * osma > 0 for lead in reading.leads)
    return (1 if osma > 0 else -1) if agreed else side


_KINDS: dict[EventKind, Callable[[Reading, Latches, Any], int]] = {
    "breakout": _broken,
    "volume_surge": _surged,
    "rsi_extreme": _stretched,
    "osma_turn": _turned,
}
"""The side of each kind now; the first that changes is told."""


def _found(kind: EventKind, reading: Reading, side: int, rules: WatchRules) -> dict[str, Decimal | None]:
    bounds = rules.rsi_extreme
    return {
        **figures_of(reading.figures),
        "breakout_level": decimal(reading.edge),
        "volume_ratio": decimal(reading.figures.surge),
        "rsi_bound": (bounds.upper if side > 0 else bounds.lower) if kind == "rsi_extreme" else None,
    }
