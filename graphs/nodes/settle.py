"""The end of every run: exactly one outcome, recorded."""

from langgraph.runtime import Runtime

from core.facts.desk import RunSettled
from graphs.recording import Note, heard_notes, record
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def settle(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
    """Record the outcome, and the decision when no gate has recorded it yet."""
    desk = runtime.context
    notes: list[Note] = []
    if "decision" in state and state["outcome"] in ("held", "abstained"):
        notes += heard_notes("commander", state["decision"], desk)
    outcome = RunSettled(state["run"], state["outcome"], state["reason"])
    await record(desk, state, [*notes, ("settled", outcome)])
    return {}
