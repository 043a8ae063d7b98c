"""The verifier's stage, at the same time as the analyst's and independent of it. Its veto is final.

It is asked as if there were no words from outside. If there are some that may be read, its seat is asked once more at
the same time, with them and without any functions; that reading can only narrow what the first answer allows, and it
takes no call from the run, so it cannot change what the other seats are able to ask (`core.desk.containment`).
"""

import asyncio
from decimal import Decimal

from langgraph.runtime import Runtime

from agents.rounds import Heard, heard
from agents.sitting import Sitting
from agents.verifier import verify as ask
from core.desk.allowance import Allowance
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
    reading = asyncio.create_task(_asked(state, desk, Allowance(0), state["event"].text, price))
    try:
        verification = await _ruled(state, desk, price)
        if desk.run.vetoed:
            return {"verification": verification}
        return {"verification": verification, "reading": await reading}
    finally:
        reading.cancel()


async def _ruled(state: CombatState, desk: Desk, price: Decimal) -> Heard[Verification]:
    said = await _asked(state, desk, desk.run.allowance, (), price)
    if isinstance(said.fact, Verification) and said.fact.ruling == "veto":
        desk.run.veto()
    return said


async def _asked(
    state: CombatState, desk: Desk, allowance: Allowance, text: tuple[str, ...], price: Decimal
) -> Heard[Verification]:
    seat, briefing, clock = desk.roster.verifier, state["briefing"], desk.clock
    sitting, deadline = Sitting(seat, allowance), clock.now() + int(seat.deadline * SECOND)
    try:
        async with asyncio.timeout(float(seat.deadline)):
            return await ask(sitting, briefing, text, price=price, deadline=deadline, clock=clock)
    except TimeoutError:
        return heard(sitting, Abstained("verifier", "late", f"no answer within {seat.deadline} s"))
