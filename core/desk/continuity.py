"""Outage ladders: how long, how far or how often something may go wrong before the desk may do less.

How to think about it: a ladder is a table of rungs, each an operating state with a way in and a way out. In: trouble
that counts has lasted `after_seconds`, or has begun `flaps` times within a minute. Out: for `quiet_seconds` without a
break nothing of it was seen; then one rung down, whose own quiet time begins. So up goes at once and down goes slowly,
and a line that flaps never makes the desk swing faster than the quiet time. The desk's operating state is the strictest
rung of all ladders. All instants are monotonic; one that lies before the last is taken for the last.

What is not known is not good news: it ends no trouble that was counted on a rung, and no quiet time passes meanwhile.
What is deliberately absent: what a state means. The gate asks it of entries, the protector of holdings.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, get_args

from msgspec import Struct, structs

from core.desk.rungs import Ladders, Rung
from core.facts.desk import Ladder, OperatingState, OperatingStateChanged
from core.facts.risk import RiskAlert, Severity
from core.market.instants import MINUTE, SECOND

STATES: tuple[OperatingState, ...] = get_args(OperatingState)


class Observation(Struct, frozen=True, kw_only=True):
    """What is seen of one ladder now."""

    ladder: Ladder
    condition: Literal["well", "troubled", "unknown"]
    figure: Decimal = Decimal(0)
    """How bad it is, where that counts: percent of a mismatch, seconds of an append."""
    since: int | None = None
    """When the trouble began, if that is earlier than now."""
    detail: str = ""
    by_hand: bool = False
    """A person has looked, and lets the desk leave a rung that waits for one."""


class Standing(Struct, frozen=True):
    """Where one ladder stands, and what it was last seen to do."""

    rung: int = 0
    """Number of the rung, from 1; none is 0."""
    began: tuple[int | None, ...] = ()
    """By rung, since when trouble that counts there has lasted."""
    calm: int | None = None
    """Since when nothing of the rung it stands on was seen."""
    flaps: tuple[int, ...] = ()
    """When trouble began, within the last minute."""
    confirmed: bool = False
    """Whether a person has looked since the rung was entered."""
    last: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is wrong and nothing is waited for."""
        return self.rung == 0 and all(start is None for start in self.began)


class Continuity(Struct, frozen=True):
    """Where all ladders stand."""

    standings: dict[Ladder, Standing] = {}

    def at(self, ladder: Ladder) -> Standing:
        """Where one ladder stands."""
        return self.standings.get(ladder, Standing())

    def rungs(self, table: Ladders) -> dict[Ladder, OperatingState]:
        """The state that each ladder asks for."""
        return {ladder: _state(table.of(ladder), standing.rung) for ladder, standing in self.standings.items()}

    def operating(self, table: Ladders) -> OperatingState:
        """What the desk may do: the strictest of all."""
        return strictest(self.rungs(table).values())


def strictest(states: Iterable[OperatingState]) -> OperatingState:
    """The one that allows least; everything is allowed where nothing is said."""
    return max(states, key=STATES.index, default="normal")


def step(
    state: Continuity, seen: Observation, now: int, table: Ladders
) -> tuple[Continuity, tuple[OperatingStateChanged, ...]]:
    """The ladders after an observation, and the move it made, if it made one."""
    rungs, before = table.of(seen.ladder), state.at(seen.ladder)
    noted = _noted(before, seen, max(now, before.last), rungs)
    after = _climbed(noted, before, rungs) or _descended(noted, seen, rungs) or noted
    moved = Continuity({**state.standings, seen.ladder: after})
    if after.rung == before.rung:
        return moved, ()
    return moved, (_told(moved, seen, noted, before.rung, table),)


def due(state: Continuity, table: Ladders, *, without: frozenset[Ladder] = frozenset()) -> int | None:
    """The next instant at which a ladder moves if everything stays as it was last seen; None if none will."""
    instants = [
        instant
        for ladder, standing in state.standings.items()
        if ladder not in without
        for instant in _due(standing, table.of(ladder))
    ]
    return min(instants, default=None)


def resume(rungs: Mapping[str, OperatingState], table: Ladders) -> Continuity:
    """The ladders of a desk that starts again: none is lower than it was, and a start is the way out of shutdown."""
    standings: dict[Ladder, Standing] = {}
    for ladder in get_args(Ladder):
        state = rungs.get(ladder, "normal")
        kept = [number for number, rung in enumerate(table.of(ladder), 1) if rung.state != "shutdown"]
        wanted = [number for number in kept if STATES.index(_state(table.of(ladder), number)) >= STATES.index(state)]
        if state != "normal":
            standings[ladder] = Standing(rung=min(wanted, default=max(kept, default=0)))
    return Continuity(standings)


def _noted(standing: Standing, seen: Observation, now: int, rungs: tuple[Rung, ...]) -> Standing:
    """What has begun, and what is over, on every rung."""
    since = min(now, now if seen.since is None else seen.since)
    before = standing.began or (None,) * len(rungs)
    troubled = seen.condition == "troubled"
    began = tuple(
        (since if start is None else start) if troubled and rung.counts(seen.figure) else None
        for rung, start in zip(rungs, before, strict=True)
    )
    recent = tuple(start for start in standing.flaps if now - start < MINUTE)[-_MOST_FLAPS:]
    fresh = any(start is not None for start in began) and all(start is None for start in before)
    here = began[standing.rung - 1] if standing.rung else None
    quiet = standing.rung > 0 and here is None and seen.condition != "unknown"
    return Standing(
        rung=standing.rung,
        began=began,
        calm=(now if standing.calm is None else standing.calm) if quiet else None,
        flaps=(*recent, since) if fresh else recent,
        confirmed=standing.rung > 0 and (standing.confirmed or seen.by_hand),
        last=now,
    )


_MOST_FLAPS = 128


def _climbed(noted: Standing, before: Standing, rungs: tuple[Rung, ...]) -> Standing | None:
    fresh = noted.flaps[-1:] != before.flaps[-1:] and bool(noted.flaps)
    reached = max(
        (number for number, rung in enumerate(rungs, 1) if _is_reached(rung, number, noted, fresh)), default=0
    )
    if reached <= noted.rung:
        return None
    return structs.replace(noted, rung=reached, calm=None, confirmed=False)


def _is_reached(rung: Rung, number: int, noted: Standing, fresh: bool) -> bool:
    start = noted.began[number - 1]
    if start is not None and rung.after is not None and noted.last - start >= rung.after:
        return True
    return fresh and rung.flaps is not None and len(noted.flaps) >= rung.flaps


def _descended(noted: Standing, seen: Observation, rungs: tuple[Rung, ...]) -> Standing | None:
    if not noted.rung or noted.calm is None or seen.condition == "unknown":
        return None
    rung = rungs[noted.rung - 1]
    if noted.last - noted.calm < rung.quiet or (rung.by_hand and not noted.confirmed):
        return None
    return structs.replace(noted, rung=noted.rung - 1, calm=noted.last, confirmed=False)


def _due(standing: Standing, rungs: tuple[Rung, ...]) -> list[int]:
    climbs = [
        start + rung.after
        for number, (rung, start) in enumerate(zip(rungs, standing.began, strict=False), 1)
        if number > standing.rung and start is not None and rung.after is not None
    ]
    if not standing.rung or standing.calm is None:
        return climbs
    rung = rungs[standing.rung - 1]
    waits = rung.by_hand and not standing.confirmed
    return climbs if waits else [*climbs, standing.calm + rung.quiet]


def _told(state: Continuity, seen: Observation, noted: Standing, left: int, table: Ladders) -> OperatingStateChanged:
    rungs, after = table.of(seen.ladder), state.at(seen.ladder)
    if after.rung < left:
        rung = rungs[left - 1]
        figure, limit = Decimal(noted.last - (noted.calm or noted.last)) / SECOND, rung.quiet_seconds
        reason = f"{seen.ladder}: quiet for {figure.normalize():f} s, leaves {rung.state!r}"
    else:
        rung = rungs[after.rung - 1]
        figure, limit = _climb_figures(seen, noted, after.rung, rung)
        reason = f"{seen.ladder}: {seen.detail or 'trouble'}"
    return OperatingStateChanged(
        state=state.operating(table),
        reason=reason,
        ladder=seen.ladder,
        rung=_state(rungs, after.rung),
        figure=figure,
        limit=limit,
    )


def _climb_figures(seen: Observation, noted: Standing, number: int, rung: Rung) -> tuple[Decimal, Decimal]:
    """What was seen and its bound: of the figure where one counts, of the flaps, or of the time."""
    start, after = noted.began[number - 1], rung.after
    lasted = start is not None and after is not None and noted.last - start >= after
    if lasted and rung.least:
        return seen.figure, rung.least
    if lasted and start is not None and rung.after_seconds is not None:
        return Decimal(noted.last - start) / SECOND, rung.after_seconds
    return Decimal(len(noted.flaps)), Decimal(rung.flaps or 0)


def _state(rungs: tuple[Rung, ...], number: int) -> OperatingState:
    return rungs[number - 1].state if number else "normal"


def alert(change: OperatingStateChanged) -> RiskAlert:
    """What a person is told of a move: what was seen, against which bound, and what the desk does about it."""
    return RiskAlert(
        code=f"LADDER_{(change.ladder or 'desk').upper()}",
        figure=change.figure or Decimal(0),
        limit=change.limit or Decimal(0),
        done=f"{change.reason}; the desk is {change.state}: {_MEANINGS[change.state]}",
        severity=_SEVERITIES[change.rung or change.state],
    )


_MEANINGS: dict[OperatingState, str] = {
    "normal": "nothing is held back",
    "limited": "entries go on, by quotes of the last 30 s only",
    "restricted": "no entries; holdings are looked after and exits go on",
    "safe": "no entries; what waits is withdrawn and what is held is closed",
    "shutdown": "it stops in order; start it again when the cause is gone",
}
_SEVERITIES: dict[OperatingState, Severity] = {
    "normal": "information",
    "limited": "warning",
    "restricted": "danger",
    "safe": "critical",
    "shutdown": "critical",
}
