"""Context injection: what the desk knows becomes the briefing every seat reads from."""

from langgraph.runtime import Runtime

from core.desk.briefing import Sight, compose
from core.desk.containment import overhear
from core.desk.stance import as_held
from graphs.state import CombatState, Desk
from graphs.timing import timed


@timed
async def brief(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
    """Compose the briefing from the books; posture and operating state become graph state."""
    desk = runtime.context
    now, quotes, event = desk.books.state(), desk.books.quotes(), state["event"]
    marks = {key: mid for key, quote in quotes.items() if (mid := quote.mid) is not None}
    sight = Sight(desk.clock.now(), quotes.get(event.key), marks)
    now = as_held(now, desk.postures.switching, sight.now)
    terms = desk.postures.terms(now.posture)
    briefing = compose(state["run"], event, sight, now, terms, desk.limits.min_confidence)
    overheard = overhear(event.text, event.source, desk.clock.now())
    return {"posture": now.posture, "operating": now.operating, "briefing": briefing, "overheard": overheard}
