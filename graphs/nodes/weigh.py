"""The join of analyst and verifier, and the only place that routes a veto, an abstention or a late answer."""

from langgraph.runtime import Runtime
from langgraph.types import Command

from core.desk.containment import heed
from core.desk.weighing import Bound, StoodDown
from core.desk.weighing import weigh as settle_between
from graphs.recording import judged_notes, record
from graphs.routing import AfterWeigh, after_weigh
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def weigh(state: CombatState, runtime: Runtime[Desk]) -> Command[AfterWeigh]:
    """See what both seats allow together; if the run goes on, what they said is recorded before the commander acts."""
    desk = runtime.context
    answers = state["analysis"].fact, state["verification"].fact
    terms = desk.clock.now(), desk.limits.approval_seconds
    weighed = settle_between(*answers, *terms, _bound(state), _reducible(state, desk))
    if isinstance(weighed, StoodDown):
        return Command(goto=after_weigh(weighed), update={"outcome": weighed.outcome, "reason": weighed.reason})
    await record(desk, state, judged_notes(state, desk))
    return Command(goto=after_weigh(weighed), update={"proceed": weighed})


def _bound(state: CombatState) -> Bound:
    reading = state["reading"].fact if "reading" in state else None
    return heed(state["event"], state["overheard"], reading, state["briefing"].digest)


def _reducible(state: CombatState, desk: Desk) -> bool:
    key, books = state["event"].key, desk.books.state()
    return bool(books.held(key)) or any(ticket.order.key == key for ticket in books.working)
