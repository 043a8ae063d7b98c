"""Opening a desk, the first time or after any kind of end: verify, fold, ask the broker, settle what was cut.

A run that was cut is settled as abandoned, never taken up again. What the broker executed meanwhile is booked first;
what it then holds must equal what the journal says, else the desk opens restricted: exits go on, entries do not.
"""

import asyncio
from decimal import Decimal

from core.desk.continuity import strictest
from core.errors import BadInput, JournalBroken
from core.facts.catalogue import Fact
from core.facts.desk import DeskOpened, Ladder, OperatingStateChanged, RunSettled
from core.facts.models import ModelReplied
from core.facts.risk import RiskAlert
from core.market.instants import shown
from core.market.instruments import Money
from core.record.envelope import Draft
from runtime.bootstrap import RELEASE, House
from tools.safeguards.budget import restored, utc_day

PATIENCE = 100
"""How often a report the broker owes is waited for, a twentieth of a second each time."""


async def reopen(house: House) -> None:
    """Verify and fold the journal and record the opening; until then nothing of the broker's may be booked."""
    books = house.projections
    verified = await books.verify()
    if verified.broken is not None:
        raise JournalBroken(
            f"{house.folder.journal} does not verify: {verified.reason}; nothing was "
            "started. Look with `aegis-agents journal verify`, then restore a copy or begin with another --state",
            verified.broken,
        )
    await books.rebuild()
    await _recall_spending(house)
    _ours(house)
    _forward(house)
    await _note(house, "opened", _opened(house, await house.broker.cash()))


async def recover(house: House) -> None:
    """Bring journal and broker together while the bookkeeper books what the broker reports."""
    books = house.projections
    await _reconcile(house)
    await _level(house)
    for run in books.state().runs:
        cut = RunSettled(run, "abandoned", "the desk stopped in the middle of it; it is not taken up again")
        await books.append([Draft(f"run:{run}", f"{run}.settled", house.clock.now(), cut, run, run)])
    await _compare(house)


async def _recall_spending(house: House) -> None:
    """What the models cost today counts against today's cap, also after a restart."""
    room = house.seating.room
    if room is not None:
        today = utc_day(house.clock.now())
        replies = [
            recorded.fact
            async for recorded in house.projections.read()
            if isinstance(recorded.fact, ModelReplied) and utc_day(recorded.envelope.timestamp) == today
        ]
        room.ledger.restore(restored(replies, today, room.ledger.currency))


def _ours(house: House) -> None:
    before, desk = house.projections.state().opened, house.loaded.settings.desk
    if before is not None and (before.account, before.mode) != (desk.account, desk.mode):
        raise BadInput(
            f"state folder {house.folder.path} belongs to account {before.account!r} in mode {before.mode!r}, "
            f"and the configuration says {desk.account!r} in mode {desk.mode!r}; choose another folder with --state"
        )


def _forward(house: House) -> None:
    latest, now = house.projections.latest, house.clock.now()
    if now < latest:
        raise BadInput(
            f"state folder {house.folder.path} already reaches {shown(latest)}, and it is {shown(now)} here; "
            "time may not run backwards in a journal: choose another folder with --state, or set the clock"
        )


def _opened(house: House, cash: Money) -> DeskOpened:
    settings, state = house.loaded.settings, house.projections.state()
    return DeskOpened(
        account=settings.desk.account,
        mode=settings.desk.mode,
        profile=house.loaded.profile,
        cash=cash,
        posture=state.posture if state.opened else settings.desk.posture,
        configuration=settings.version,
        release=RELEASE,
    )


async def _note(house: House, label: str, *facts: Fact) -> None:
    head = await house.projections.head()
    now = house.clock.now()
    names = [f"desk.{label}.{head.position + 1 + offset}" for offset in range(len(facts))]
    await house.projections.append(
        [Draft("desk", name, now, fact, name, name) for name, fact in zip(names, facts, strict=True)]
    )


async def _reconcile(house: House) -> None:
    asked = await house.broker.reconcile(house.projections.state().working)
    if asked.doubtful:
        done = f"orders {', '.join(asked.doubtful)} count as working until a person has looked at the broker"
        alert = RiskAlert(
            code="DOUBTFUL_ORDERS",
            figure=Decimal(len(asked.doubtful)),
            limit=Decimal(0),
            done=done,
            severity="danger",
        )
        await _note(house, "doubtful", alert)


async def _level(house: House) -> None:
    """Wait until everything the broker says was executed has been booked."""
    for ticket in house.projections.state().tickets.values():
        found = await house.broker.find(ticket.order.client_id)
        for _ in range(PATIENCE if found else 0):
            booked = house.projections.state().tickets[ticket.order.client_id]
            if found is None or booked.filled >= found.filled:
                break
            await asyncio.sleep(0.05)


async def _compare(house: House) -> None:
    state = house.projections.state()
    ours = {key: position.quantity for key, position in state.positions.items()}
    theirs, cash = dict(await house.broker.positions()), await house.broker.cash()
    if ours == theirs and state.cash == cash:
        await _agree(house)
        return
    done = f"entries are closed; the journal says {ours} and {state.cash}, the broker says {theirs} and {cash}"
    why = "journal and broker disagree"
    worst = strictest([*state.rungs.values(), "restricted"])
    await _note(
        house,
        "diverged",
        OperatingStateChanged(worst, why, ladder="mismatch", rung="restricted"),
        RiskAlert(
            code="DIVERGENCE", figure=Decimal(len(theirs)), limit=Decimal(len(ours)), done=done, severity="danger"
        ),
    )


async def _agree(house: House) -> None:
    """What was restricted because of a difference, by a ladder or before there were ladders, is so no longer."""
    why = "journal and broker agree"
    for name, ladder in _DIFFERENCES:
        rungs = house.projections.state().rungs
        if rungs.get(name, "normal") != "normal":
            state = strictest({**rungs, name: "normal"}.values())
            await _note(house, f"operating.{name}", OperatingStateChanged(state, why, ladder=ladder, rung="normal"))


_DIFFERENCES: tuple[tuple[str, Ladder | None], ...] = (("mismatch", "mismatch"), ("desk", None))
