"""What a person, a prompt or a trigger reads of one symbol: figures by name, None where one is not known."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from core.quant.kernel import Floats, Ints
from core.quant.ticks.verdicts import Verdict


class Snapshot(Struct, frozen=True, kw_only=True):
    """The figures of one symbol at one instant; formulas and units stand in `ticks/figures` and `quartet`."""

    symbol: str
    at: int | None
    """The time of the last tick that was taken."""
    ticks: int
    """How many were taken."""
    counts: Mapping[Verdict, int]
    """How many ticks of each kind: what was missing, late, repeated, doubted, and what happened."""
    price: float | None
    osma: float | None
    rsi: float | None
    atr: float | None
    middle: float | None
    upper: float | None
    lower: float | None
    vwap: float | None
    realised_volatility_pct: float | None
    momentum: float | None
    """A score made of changes and volume, 0 to 100."""
    surge: float | None
    breakout: bool | None
    breakdown: bool | None
    divergence: float | None
    changes_pct: Mapping[int, float | None]
    """By minutes of the timeframe: the change since its last closed bar."""
    quality: float
    """Of the data, 0 to 100."""
    entries_allowed: bool
    """Whether the quality reaches the floor; exits never ask."""


class Bars(NamedTuple):
    """Bars of one timeframe, the oldest first; a volume no tick told is NaN."""

    begins: Ints
    ends: Ints
    ticks: Ints
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats


class Seconds(NamedTuple):
    """The last seconds, the oldest first: since 1970, with the price each ended with and its volume, NaN where none."""

    seconds: Ints
    prices: Floats
    volumes: Floats
