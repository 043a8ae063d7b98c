"""The verifier's stage, at the same time as the analyst's and independent of it. Its veto is final.

It is asked as if there were no words from outside. If there are some that may be read, its seat is asked once more at
the same time, with them and without any functions; that reading can only narrow what the first answer allows, and it
takes no call from the run, so it cannot change what the other seats are able to ask (`core.desk.containment`). It is
waited for no longer than the first answer allows anything, and one that breaks or is cut off is recorded as silence.
"""

import asyncio
from decimal import Decimal

from langgraph.runtime import Runtime

from agents.rounds import Heard, heard
from agents.sitting import Sitting
from agents.verifier import verify as ask
from core.desk.allowance import Allowance
from core.desk.containment import Overheard
from core.facts.verdicts import Abstained, Verification
from core.market.instants import SECOND
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def verify(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
    """Ask the verifier; a late answer is no approval, and without a price there is nothing to judge by."""
    desk = runtime.context
    quote = desk.books.quote(state["event"].key)
    price = quote.mid if quote else None
    if price is None:
        said = f"there is no price of {state['event'].key}"
        return {"verification": Heard(Abstained("verifier", "unavailable", said))}
    if not state["overheard"].readable:
        return {"verification": await _ruled(state, desk, price)}
    sitting = Sitting(desk.roster.verifier, Allowance(0))
    reading = asyncio.create_task(_read(state, desk, sitting, price))
    try:
        verification = await _ruled(state, desk, price)
        await asyncio.wait((reading,), timeout=_patience(verification.fact, desk))
    finally:
        reading.cancel()
        (came,) = await asyncio.gather(reading, return_exceptions=True)
    return {"verification": verification, "reading": came if isinstance(came, Heard) else _silence(came, sitting)}


async def _ruled(state: CombatState, desk: Desk, price: Decimal) -> Heard[Verification]:
    said = await _asked(state, desk, Sitting(desk.roster.verifier, desk.run.allowance), Overheard(), price)
    if isinstance(said.fact, Verification) and said.fact.ruling == "veto":
        desk.run.veto()
    return said


async def _read(state: CombatState, desk: Desk, sitting: Sitting, price: Decimal) -> Heard[Verification]:
    with desk.run.aside():
        return await _asked(state, desk, sitting, state["overheard"], price)


def _patience(said: Verification | Abstained, desk: Desk) -> float:
    """Seconds for which a reading can still matter."""
    if not isinstance(said, Verification) or said.ruling != "approve":
        return 0
    expires = said.answered + desk.limits.approval_seconds * SECOND
    return max(0, expires - desk.clock.now()) / SECOND


def _silence(fault: BaseException, sitting: Sitting) -> Heard[Verification]:
    """A reading that did not end: what it said until then, and that nothing came of it."""
    if isinstance(fault, asyncio.CancelledError):
        return heard(sitting, Abstained("verifier", "cancelled", "nothing was left that the words could narrow"))
    if not isinstance(fault, Exception):
        raise fault
    return heard(sitting, Abstained("verifier", "unavailable", f"{type(fault).__name__}: {fault}"[:300]))


async def _asked(
    state: CombatState, desk: Desk, sitting: Sitting, words: Overheard, price: Decimal
) -> Heard[Verification]:
    seat, clock = sitting.seat, desk.clock
    deadline = clock.now() + int(seat.deadline * SECOND)
    try:
        async with asyncio.timeout(float(seat.deadline)):
            return await ask(sitting, state["briefing"], words, price=price, deadline=deadline, clock=clock)
    except TimeoutError:
        return heard(sitting, Abstained("verifier", "late", f"no answer within {seat.deadline} s"))
