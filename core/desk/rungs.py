"""The rungs of the outage ladders as they ship, and what a file may write in their place."""

from decimal import Decimal
from itertools import pairwise
from typing import Literal, get_args

from msgspec import Struct

from core.errors import BadInput
from core.facts.desk import Ladder, OperatingState
from core.market.instants import SECOND
from core.market.instruments import bounded

_STATES = get_args(OperatingState)
_LONGEST = Decimal(86_400)


class Rung(Struct, frozen=True, forbid_unknown_fields=True):
    """One operating state of a ladder: the way in, and the way out."""

    state: OperatingState
    quiet_seconds: Decimal
    """How long nothing of it may be seen before it is left."""
    after_seconds: Decimal | None = None
    """It is entered when trouble has lasted so long; never by time alone if absent."""
    flaps: int | None = None
    """It is also entered when trouble began so often within a minute."""
    least: Decimal = Decimal(0)
    """The figure from which on trouble counts here."""
    beyond: bool = False
    """Only a figure above `least` counts, not `least` itself."""
    by_hand: bool = False
    """Left only after a person has looked."""

    @property
    def after(self) -> int | None:
        """How long trouble lasts before the rung is entered, in nanoseconds."""
        return None if self.after_seconds is None else int(self.after_seconds * SECOND)

    @property
    def quiet(self) -> int:
        """How long it must be quiet before the rung is left, in nanoseconds."""
        return int(self.quiet_seconds * SECOND)

    def counts(self, figure: Decimal) -> bool:
        """Whether trouble of this figure counts on this rung."""
        return figure > self.least if self.beyond else figure >= self.least


def _rung(state: OperatingState, after: str | None, quiet: str, flaps: int | None = None) -> Rung:
    return Rung(state, Decimal(quiet), None if after is None else Decimal(after), flaps)


class Ladders(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All ladders, and how trouble is recognised (table `[continuity]` of the configuration)."""

    silence: Literal["counts", "ignored"] = "counts"
    """Whether silence of a feed is an outage; in a recording it is only what was recorded."""
    pace_seconds: Decimal = Decimal("0.5")
    """How far apart the quotes of an open market ordinarily are; silence counts from there."""
    patience_seconds: Decimal = Decimal("0.5")
    """How long the broker may take to say what it holds; from then on it counts as silent since it was asked."""
    probe_seconds: Decimal = Decimal(5)
    """How often the broker is asked what it holds while prices come in; each second while something is wrong."""
    failures: int = 3
    """How many runs in a row in which a seat was late or unavailable are an outage of the models' providers."""
    api: tuple[Rung, ...] = (
        _rung("limited", "5", "10"),
        _rung("restricted", "30", "60", flaps=10),
        _rung("safe", "300", "60"),
    )
    feed: tuple[Rung, ...] = (
        _rung("limited", "3", "5"),
        _rung("restricted", None, "60", flaps=10),
        _rung("safe", "10", "60"),
        _rung("shutdown", "30", "60"),
    )
    broker: tuple[Rung, ...] = (
        _rung("limited", "3", "5"),
        _rung("restricted", "10", "60", flaps=10),
        _rung("safe", "30", "60"),
    )
    network: tuple[Rung, ...] = (
        _rung("limited", "3", "5"),
        _rung("safe", "10", "60"),
        _rung("shutdown", "30", "60"),
    )
    mismatch: tuple[Rung, ...] = (
        Rung("limited", Decimal(30), Decimal(2), least=Decimal("0.5")),
        Rung("restricted", Decimal(30), Decimal(2), least=Decimal(2), beyond=True, by_hand=True),
    )
    store: tuple[Rung, ...] = (
        Rung("limited", Decimal(30), Decimal(0), least=Decimal("0.5")),
        Rung("restricted", Decimal(60), Decimal(0), least=Decimal(2)),
    )

    def __post_init__(self) -> None:
        for field in ("pace_seconds", "patience_seconds", "probe_seconds"):
            bounded(f"continuity.{field}", getattr(self, field), Decimal("0.1"), Decimal(3600))
        bounded("continuity.failures", Decimal(self.failures), Decimal(1), Decimal(100))
        for ladder in get_args(Ladder):
            _check(f"continuity.{ladder}", self.of(ladder))

    def of(self, ladder: Ladder) -> tuple[Rung, ...]:
        """The rungs of a ladder, the mildest first."""
        rungs: tuple[Rung, ...] = getattr(self, ladder)
        return rungs


def _check(path: str, rungs: tuple[Rung, ...]) -> None:
    for rung in rungs:
        _check_rung(f"{path}.{rung.state}", rung)
    for lower, upper in pairwise(rungs):
        here = f"{path}.{upper.state}"
        if _STATES.index(upper.state) <= _STATES.index(lower.state):
            raise BadInput(f"{here}.state: must be stricter than {lower.state!r}, the rung before it")
        if upper.least < lower.least:
            raise BadInput(f"{here}.least: must not be below that of {lower.state!r}, {lower.least}")
    timed = [rung for rung in rungs if rung.after_seconds is not None]
    for lower, upper in pairwise(timed):
        further = (upper.least, upper.beyond) > (lower.least, lower.beyond)
        if not _in_order(lower.after_seconds, upper.after_seconds, further):
            raise BadInput(
                f"{path}.{upper.state}.after_seconds: thresholds are out of order: must be above that of "
                f"{lower.state!r}, {lower.after_seconds}, found {upper.after_seconds}"
            )


def _in_order(lower: Decimal | None, upper: Decimal | None, further: bool) -> bool:
    """Later, or at the same time where only a larger figure counts."""
    if lower is None or upper is None:
        return True
    return upper >= lower if further else upper > lower


def _check_rung(path: str, rung: Rung) -> None:
    if rung.state == "normal":
        raise BadInput(f"{path}.state: the rung below the first one is 'normal'; it is not written")
    if rung.after_seconds is None and rung.flaps is None:
        raise BadInput(f"{path}: no way in; give it after_seconds, flaps or both")
    bounded(f"{path}.quiet_seconds", rung.quiet_seconds, Decimal(1), _LONGEST)
    bounded(f"{path}.after_seconds", rung.after_seconds or Decimal(0), Decimal(0), _LONGEST)
    bounded(f"{path}.least", rung.least, Decimal(0), Decimal(1_000_000))
    bounded(f"{path}.flaps", Decimal(2 if rung.flaps is None else rung.flaps), Decimal(2), Decimal(100))
