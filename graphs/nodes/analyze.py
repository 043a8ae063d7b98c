"""The analyst's stage, inside its own deadline; a veto ends it at once."""

import asyncio

from langgraph.runtime import Runtime

from agents.analyst import analyze as ask
from agents.rounds import Heard, heard
from agents.sitting import Sitting
from core.facts.verdicts import Abstained
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def analyze(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
    """Ask the analyst; late or cut off by a veto is an abstention."""
    desk = runtime.context
    seat, run = desk.roster.analyst, desk.run
    if run.vetoed:
        return {"analysis": Heard(Abstained("analyst", "cancelled", "the verifier had already vetoed"))}
    sitting = Sitting(seat, run.allowance)
    try:
        async with asyncio.timeout(float(seat.deadline)) as run.thinking:
            return {"analysis": await ask(sitting, state["briefing"])}
    except TimeoutError:
        if desk.run.vetoed:
            return {"analysis": heard(sitting, Abstained("analyst", "cancelled", "the verifier vetoed"))}
        return {"analysis": heard(sitting, Abstained("analyst", "late", f"no answer within {seat.deadline} s"))}
    finally:
        run.thinking = None
