"""The commander's stage: one typed decision, or none."""

import asyncio

from langgraph.runtime import Runtime
from langgraph.types import Command

from agents.commander import command as ask
from agents.rounds import Heard, heard
from agents.sitting import Sitting
from core.facts.verdicts import Abstained, Decision
from graphs.routing import AfterCommand, after_command
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def command(state: CombatState, runtime: Runtime[Desk]) -> Command[AfterCommand]:
    """Ask the commander for its decision within what the two others allow."""
    heard = await _heard(state, runtime.context)
    update: CombatState = {"decision": heard}
    if isinstance(heard.fact, Abstained):
        update |= {"outcome": "abstained", "reason": f"commander {heard.fact.reason}: {heard.fact.detail}"}
    elif heard.fact.action == "hold":
        update |= {"outcome": "held", "reason": heard.fact.rationale}
    return Command(goto=after_command(heard.fact), update=update)


async def _heard(state: CombatState, desk: Desk) -> Heard[Decision]:
    seat = desk.roster.commander
    sitting = Sitting(seat, desk.run.allowance)
    try:
        async with asyncio.timeout(float(seat.deadline)):
            return await ask(sitting, state["briefing"], state["proceed"])
    except TimeoutError:
        return heard(sitting, Abstained("commander", "late", f"no answer within {seat.deadline} s"))
