"""The join of analyst and verifier, and the only place that routes a veto, an abstention or a late answer."""

from langgraph.runtime import Runtime
from langgraph.types import Command

from core.desk.weighing import StoodDown
from core.desk.weighing import weigh as settle_between
from graphs.recording import heard_notes, record
from graphs.routing import AfterWeigh, after_weigh
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def weigh(state: CombatState, runtime: Runtime[Desk]) -> Command[AfterWeigh]:
    """Record what both seats said, in fixed order, and see what they allow together."""
    desk = runtime.context
    analysis, verification = state["analysis"], state["verification"]
    await record(desk, state, [*heard_notes("analyst", analysis, desk), *heard_notes("verifier", verification, desk)])
    weighed = settle_between(analysis.fact, verification.fact, desk.clock.now(), desk.limits.approval_seconds)
    if isinstance(weighed, StoodDown):
        return Command(goto=after_weigh(weighed), update={"outcome": weighed.outcome, "reason": weighed.reason})
    return Command(goto=after_weigh(weighed), update={"proceed": weighed})
