"""Plays outages against an embedded desk on virtual time, and holds what it did against its tables.

A script breaks and mends parts of the world at given seconds. What is expected of each ladder is worked out from the
table that the desk is configured with, not from what the desk did; a move that is missing, early, late or too many is a
fault of the ladder.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct, structs

from core.desk.rungs import Rung
from core.facts.desk import Ladder, OperatingState, OperatingStateChanged
from core.market.instants import MINUTE, SECOND
from core.record.envelope import Recorded
from runtime.bootstrap import Overrides, build, session_tables
from runtime.incident_world import BrokenFeed, World, ask_models, broker_of, buy, seats
from runtime.narrator import Narrator
from runtime.serve import serve
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tools.clock import VirtualClock, VirtualLoop

Incident = Literal["api-outage", "feed-loss", "flap", "mismatch"]
BUYS_AT = 5.0
STARTS_AT = 30.0
TOLERANCE = 1.5
"""Seconds between a bound and the move: the pace at which trouble can be seen, and half a second."""
QUIET = 200.0
"""Seconds that are played after the last act."""


class Act(Struct, frozen=True):
    """At so many seconds a part of the world breaks, or all of it is whole again."""

    at: float
    breaks: str | None


class Script(Struct, frozen=True):
    """One incident."""

    about: str
    ladder: Ladder
    acts: tuple[Act, ...]
    thinks: bool = False
    """Whether the seats are asked all the time."""
    confirms_at: float | None = None
    """When a person says that he has looked."""


class Move(Struct, frozen=True):
    """A ladder's move: when, and where to."""

    at: float
    ladder: str
    rung: OperatingState


class Entry(Struct, frozen=True):
    """One line of the timeline."""

    at: float
    text: str


class Played(Struct, frozen=True):
    """What came of it."""

    incident: str
    about: str
    timeline: tuple[Entry, ...]
    moves: tuple[Move, ...]
    expected: tuple[Move, ...]
    faults: tuple[str, ...]


SCRIPTS: dict[str, Script] = {
    "api-outage": Script(
        "the models' providers answer nothing for six minutes",
        "api",
        (Act(STARTS_AT, "models"), Act(STARTS_AT + 360, None)),
        thinks=True,
    ),
    "feed-loss": Script(
        "no quotes for 20 seconds; later, none at all",
        "feed",
        (Act(STARTS_AT, "feed"), Act(STARTS_AT + 20, None), Act(STARTS_AT + 220, "feed")),
    ),
    "flap": Script(
        "the feed drops for two seconds out of five, twelve times",
        "feed",
        tuple(Act(STARTS_AT + 5 * turn + late, what) for turn in range(12) for late, what in ((0, "feed"), (2, None))),
    ),
    "mismatch": Script(
        "the broker says it holds something nobody bought, then does not any more",
        "mismatch",
        (Act(STARTS_AT, "truth"), Act(STARTS_AT + 60, None)),
        confirms_at=STARTS_AT + 120,
    ),
}


def play(loaded: Loaded, folder: StateFolder, incident: str) -> Played:
    """Open a desk of its own in the first session of the configuration, let it happen, and judge."""
    script, table = SCRIPTS[incident], structs.replace(loaded.settings.continuity, silence="counts")
    settings = structs.replace(loaded.settings, continuity=table)
    sessions = session_tables(settings)[settings.desk.home]
    loop = VirtualLoop(sessions.sessions[0].opens + 10 * MINUTE)
    loaded = Loaded(loaded.profile, settings, loaded.sources, loaded.prompts)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        recorded, timeline = runner.run(_played(loaded, folder, script, VirtualClock(loop)))
    moves = tuple(
        Move(round((each.envelope.timestamp - loop.start) / SECOND, 3), each.fact.ladder or "desk", each.fact.rung)
        for each in recorded
        if isinstance(each.fact, OperatingStateChanged) and each.fact.rung is not None
    )
    expected = expect(incident, script, table.of(script.ladder))
    mine = tuple(move for move in moves if move.ladder == script.ladder)
    return Played(incident, script.about, tuple(timeline), moves, expected, differences(mine, expected))


def expect(incident: str, script: Script, rungs: tuple[Rung, ...]) -> tuple[Move, ...]:
    """What the table says must happen, in order of time."""
    if incident == "flap":
        return _after_flaps(script, rungs)
    moves: list[Move] = []
    for broken in [act for act in script.acts if act.breaks]:
        mended = next((act.at for act in script.acts if act.breaks is None and act.at > broken.at), None)
        moves += _of_outage(script, rungs, broken.at, mended)
    return tuple(moves)


def differences(found: tuple[Move, ...], expected: tuple[Move, ...]) -> tuple[str, ...]:
    """Where the desk did something else than its table says."""
    faults = []
    for place in range(max(len(found), len(expected))):
        did = found[place] if place < len(found) else None
        must = expected[place] if place < len(expected) else None
        if did is None or must is None or did.rung != must.rung or abs(did.at - must.at) > TOLERANCE:
            faults.append(f"expected {_move(must)}, found {_move(did)}")
    return tuple(faults)


def _move(move: Move | None) -> str:
    return f"{move.ladder} to {move.rung!r} at {move.at:.1f} s" if move else "nothing"


def _of_outage(script: Script, rungs: tuple[Rung, ...], broken: float, mended: float | None) -> list[Move]:
    """Up while it lasts, down one rung after the other once it is over."""
    lasted = float("inf") if mended is None else mended - broken
    late = _LATE[script.ladder]
    climbed = [
        (number, rung)
        for number, rung in enumerate(rungs)
        if rung.after_seconds is not None and float(rung.after_seconds) + late < lasted
    ]
    steepest = {rung.after_seconds: (number, rung) for number, rung in climbed}
    moves = [
        Move(broken + late + float(rung.after_seconds or 0), script.ladder, rung.state) for _, rung in steepest.values()
    ]
    if mended is None or not climbed or any(rung.state == "shutdown" for _, rung in climbed):
        return moves
    at = mended
    for number in range(climbed[-1][0], -1, -1):
        at += float(rungs[number].quiet_seconds)
        if rungs[number].by_hand and script.confirms_at is not None:
            at = max(at, script.confirms_at)
        moves.append(Move(at, script.ladder, rungs[number - 1].state if number else "normal"))
    return moves


_LATE: dict[str, float] = {"api": 4.0, "feed": 0.5, "mismatch": 1.0}
"""Seconds until trouble of this kind can be seen: three events, the pace of quotes, the next question."""


def _after_flaps(script: Script, rungs: tuple[Rung, ...]) -> tuple[Move, ...]:
    """In at the drop that is one too many; out after the last one, rung by rung."""
    number, rung = next((place, each) for place, each in enumerate(rungs) if each.flaps is not None)
    drops = [act.at for act in script.acts if act.breaks]
    moves = [Move(drops[(rung.flaps or 1) - 1] + _LATE["feed"], script.ladder, rung.state)]
    at = script.acts[-1].at
    for place in range(number, -1, -1):
        at += float(rungs[place].quiet_seconds)
        moves.append(Move(at, script.ladder, rungs[place - 1].state if place else "normal"))
    return tuple(moves)


async def _played(
    loaded: Loaded, folder: StateFolder, script: Script, clock: VirtualClock
) -> tuple[list[Recorded], list[Entry]]:
    world, recorded, timeline, begun = World(), list[Recorded](), list[Entry](), clock.now()
    house = build(loaded, folder, clock, Overrides(models=seats(world), paper=broker_of(world)))

    def tell(text: str) -> None:
        if text.startswith(("ABSTAIN", "VETO")) and any(entry.text == text for entry in timeline):
            return
        timeline.append(Entry(round((clock.now() - begun) / SECOND, 1), text))

    house.projections.listen(recorded.append)
    house.projections.listen(Narrator(lambda line: tell(line.partition("Z  ")[2])).hear)
    happening = [
        asyncio.create_task(_happen(script, world, tell)),
        asyncio.create_task(_later(BUYS_AT, lambda: buy(house))),
    ]
    if script.thinks:
        happening.append(asyncio.create_task(_later(STARTS_AT, lambda: ask_models(house, world))))
    if script.confirms_at is not None:
        happening.append(
            asyncio.create_task(_later(script.confirms_at, lambda: _confirm(house.lifelines.confirm, tell)))
        )
    try:
        await serve(house, BrokenFeed(world, clock), tell, True)
    finally:
        for task in happening:
            task.cancel()
        await asyncio.gather(*happening, return_exceptions=True)
        await house.close()
    return recorded, timeline


async def _happen(script: Script, world: World, tell: Callable[[str], None]) -> None:
    passed = 0.0
    for act in script.acts:
        await asyncio.sleep(act.at - passed)
        passed = act.at
        world.broken = {act.breaks} if act.breaks else set()
        tell(f"WORLD    {_WORDS[act.breaks]}" if act.breaks else "WORLD    all is whole again")
    await asyncio.sleep(QUIET)
    world.over.set()


_WORDS = {
    "feed": "the feed falls silent",
    "models": "the models' providers answer no more",
    "truth": "the broker tells of a holding nobody bought",
}


async def _confirm(confirm: Callable[[], None], tell: Callable[[str], None]) -> None:
    tell("WORLD    a person has looked, and confirms")
    confirm()


async def _later(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(seconds)
    await work()
