"""When the posture changes: the conditions of the market, who may make which move, and what waits for how long.

How to read it: `Switching` holds a row of bands for each figure (`bands`), and the strictest posture that any figure
asks for is the one to be held. `MOVES` says who may take the desk from one posture to another; what is not in it is
not a move. A stricter posture is taken at once. A looser one is taken by the rules only after `dwell_minutes` in the
present one, one step at a time, and never while an emergency holds; a person may order one, for a time that is stated.
What is deliberately absent: a model. Nobody's words reach this file but a person's reason, which is kept and not read.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from core.desk.bands import STRICTEST, STRICTNESS, Bands, Interval, is_looser, rank
from core.facts.desk import Outcome, PostureCause, PostureName
from core.market.instruments import Market, Symbol, bounded, listing

FIGURES = ("vix", "volatility_pct", "trend_pct", "range_pct")
"""The figures that have bands; all but the first are read of the reference instrument (`conditions`)."""


def _bands(offensive: str, guerrilla: str, defensive: str, release: str) -> Bands:
    return Bands(_interval(offensive), _interval(guerrilla), _interval(defensive), Decimal(release))


def _interval(written: str) -> Interval:
    low, high = written.split()
    return Decimal(low), Decimal(high)


VIX_BANDS = _bands("0 15", "15 25", "25 1000", "0.5")


class FailurePostures(Struct, frozen=True, forbid_unknown_fields=True):
    """The posture that each kind of failure leads to, once there were too many in a row."""

    abstained: PostureName = "defensive"
    failed: PostureName = "defensive"
    rejected: PostureName = "defensive"
    unknown: PostureName = "defensive"


class Switching(Struct, frozen=True, forbid_unknown_fields=True):
    """When the posture changes (table `[postures.switching]` of the configuration)."""

    symbol: Symbol | None = None
    """The instrument whose volatility, trend and range are read; without one they are not known."""
    market: Market = "US"
    every_minutes: int = 30
    """Inside a session the conditions are looked at so often, counted from its opening."""
    dwell_minutes: int = 60
    """So long a posture is held before the rules take a looser one."""
    emergency_minutes: int = 120
    """So long after an emergency nobody takes a looser posture."""
    manual_minutes: int = 480
    """A person's order may last so long."""
    stale_minutes: int = 15
    """An older level of the index is not known."""
    losses: int = 3
    """Stop-losses in a row that are an emergency."""
    failures: int = 3
    """Failures in a row that are one."""
    after_failures: FailurePostures = FailurePostures()
    vix: Bands = VIX_BANDS
    """The level of the index that `[signals.vix]` watches."""
    volatility_pct: Bands = _bands("0 12", "12 30", "30 10000", "1")
    trend_pct: Bands = _bands("0.25 100", "-1 0.25", "-100 -1", "0.05")
    range_pct: Bands = _bands("0 0.75", "0.75 2", "2 100", "0.05")

    def __post_init__(self) -> None:
        for field, (low, high) in RANGES.items():
            bounded(field, Decimal(getattr(self, field)), Decimal(low), Decimal(high))
        for posture in STRICTNESS[:-1]:
            upper, most = self.vix.interval(posture)[1], VIX_BANDS.interval(posture)[1]
            bounded(f"vix.{posture}", upper, Decimal(0), most)

    @property
    def key(self) -> str | None:
        """The reference instrument."""
        return None if self.symbol is None else listing(self.market, self.symbol)

    def after(self, failure: Outcome) -> PostureName:
        """The posture that a failure leads to."""
        posture: PostureName = getattr(self.after_failures, failure, STRICTEST)
        return posture


RANGES: dict[str, tuple[int, int]] = {
    "every_minutes": (1, 30),
    "dwell_minutes": (60, 1440),
    "emergency_minutes": (120, 10_080),
    "manual_minutes": (1, 480),
    "stale_minutes": (1, 1440),
    "losses": (1, 3),
    "failures": (1, 3),
}
"""What a file may set each number to; those that guard against risk can only be made stricter."""

_ANYBODY: frozenset[PostureCause] = frozenset({"automatic", "manual", "expired", "emergency"})
_NO_EMERGENCY: frozenset[PostureCause] = frozenset({"automatic", "manual", "expired"})

MOVES: dict[tuple[PostureName, PostureName], frozenset[PostureCause]] = {
    # stricter: whoever asks for it, at once
    ("offensive", "guerrilla"): _ANYBODY,
    ("offensive", "defensive"): _ANYBODY,
    ("guerrilla", "defensive"): _ANYBODY,
    # looser: by the rules one step at a time, by a person or back from a person's order in one
    ("guerrilla", "offensive"): _NO_EMERGENCY,
    ("defensive", "guerrilla"): _NO_EMERGENCY,
    ("defensive", "offensive"): frozenset({"manual", "expired"}),
}
"""From one posture to another: who may make the move."""


class Judged(Struct, frozen=True):
    """The posture that the conditions ask for, and which of them ask for it."""

    posture: PostureName
    why: str


def judge(rules: Switching, held: PostureName, figures: Mapping[str, Decimal | None], warming: bool = False) -> Judged:
    """What the conditions ask for while a posture is held; what only has to warm up leaves it as it is."""
    asked: dict[str, PostureName] = {}
    for name in FIGURES:
        bands: Bands = getattr(rules, name)
        waits = warming and name != "vix" and figures.get(name) is None
        asked[name] = held if waits else bands.asked(figures.get(name), held)
    posture = max(asked.values(), key=rank)
    return Judged(posture, "; ".join(_said(name, figures.get(name)) for name in FIGURES if asked[name] == posture))


def reached(held: PostureName, wanted: PostureName, cause: PostureCause) -> PostureName:
    """The posture that this cause takes the desk to: the wanted one, or the step towards it that is a move.

    A posture of one's own is left for the wanted one at once.
    """
    if held not in STRICTNESS:
        return wanted
    here, there = rank(held), rank(wanted)
    towards = STRICTNESS[there : here + 1] if is_looser(wanted, held) else STRICTNESS[here : there + 1][::-1]
    return next((posture for posture in towards if cause in MOVES.get((held, posture), ())), held)


def _said(name: str, figure: Decimal | None) -> str:
    return f"{name} is not known" if figure is None else f"{name} {figure:f}"
