"""From the decision to at most one exact order, and the gate's verdict on it."""

from langgraph.runtime import Runtime
from langgraph.types import Command

from core.facts.orders import Order
from core.facts.verdicts import Decision
from core.risk.checks import Request
from core.risk.gate import Denied
from core.risk.ordering import Slip, entry_order, exit_order
from core.risk.sizing import Sized, size
from core.risk.view import RiskView
from graphs.recording import drafts, heard_notes, record
from graphs.routing import AfterGate, after_gate
from graphs.ruling import rule, view_of
from graphs.state import CombatState, Desk
from graphs.timing import timed

ENTRIES = frozenset({"open", "add"})
EXITS = frozenset({"reduce", "close"})


@timed
async def gate(state: CombatState, runtime: Runtime[Desk]) -> Command[AfterGate]:
    """Write the order the decision needs, if it needs one, and have it ruled on."""
    desk, decision = runtime.context, state["decision"].fact
    if not isinstance(decision, Decision):
        raise TypeError("routing sends only decisions to the gate")
    said = heard_notes("commander", state["decision"], desk)
    if decision.action not in ENTRIES | EXITS:
        await record(desk, state, said)
        return Command(goto=after_gate(denied=False))
    view = view_of(desk, decision.market, state["event"].key)
    order = _order(desk, state, decision, view)
    if isinstance(order, str):
        await record(desk, state, said)
        return Command(goto=after_gate(denied=True), update={"outcome": "denied", "reason": order})
    request = Request(order, decision, state["proceed"].approval, state["briefing"].digest)
    ruled = await rule(desk, request, view, state["cause"], drafts(desk, state, said))
    if isinstance(ruled, Denied):
        reason = f"{ruled.code}: {ruled.sentence}"
        return Command(goto=after_gate(denied=True), update={"outcome": "denied", "reason": reason})
    return Command(goto=after_gate(denied=False), update={"order": order, "clearance": ruled})


def _order(desk: Desk, state: CombatState, decision: Decision, view: RiskView) -> Order | str:
    """The order, or in words why there is none."""
    instrument = desk.books.instrument(view.key)
    if instrument is None:
        return f"INSTRUMENT: {view.key} is not registered"
    sized = size(decision, state["proceed"].approval, instrument, view)
    if not sized.quantity:
        return f"TOO_SMALL: {_shrunk(sized)}"
    slip = Slip(state["run"], decision.action, desk.account, instrument)
    if decision.action in EXITS:
        return exit_order(slip, view.held, sized.quantity)
    return entry_order(slip, decision, sized.quantity, view) or f"PRICE: nobody quotes the other side of {view.key}"


def _shrunk(sized: Sized) -> str:
    names = ", ".join(clamp.name for clamp in sized.clamps)
    return f"nothing is left after {names}" if names else "there is nothing to order"
