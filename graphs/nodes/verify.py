"""The verifier's stage, at the same time as the analyst's and independent of it. Its veto is final."""

import asyncio

from langgraph.runtime import Runtime

from agents.rounds import Heard
from agents.verifier import verify as ask
from core.facts.verdicts import Abstained, Verification
from core.market.instants import SECOND
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def verify(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
    """Ask the verifier; a late answer is no approval, and without a price there is nothing to judge by."""
    desk = runtime.context
    seat, event = desk.roster.verifier, state["event"]
    quote = desk.books.quote(event.key)
    price = quote.mid if quote else None
    if price is None:
        return {"verification": Heard(Abstained("verifier", "unavailable", f"there is no price of {event.key}"))}
    deadline = desk.clock.now() + int(seat.deadline * SECOND)
    try:
        async with asyncio.timeout(float(seat.deadline)):
            heard = await ask(seat, state["briefing"], event.text, price=price, deadline=deadline, clock=desk.clock)
    except TimeoutError:
        return {"verification": Heard(Abstained("verifier", "late", f"no answer within {seat.deadline} s"))}
    if isinstance(heard.fact, Verification) and heard.fact.ruling == "veto":
        desk.run.veto()
    return {"verification": heard}
