"""The end of every run: exactly one outcome, recorded."""

from langgraph.runtime import Runtime

from core.facts.desk import RunSettled
from graphs.recording import Note, heard_notes, judged_notes, record
from graphs.routing import after_command
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def settle(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
    """Record the outcome, and with it what the seats said if no stage has recorded that yet."""
    desk = runtime.context
    notes: list[Note] = [] if "proceed" in state else judged_notes(state, desk)
    if "decision" in state and after_command(state["decision"].fact) == "settle":
        notes += heard_notes("commander", state["decision"], desk)
    outcome = RunSettled(state["run"], state["outcome"], state["reason"])
    await record(desk, state, [*notes, ("settled", outcome)])
    return {}
