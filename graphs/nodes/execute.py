"""Carries out what was cleared, and what needs no clearance because it only takes risk away.

Of all nodes only this one touches the broker.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from langgraph.runtime import Runtime

from core.facts.desk import Outcome, ProtectionSet
from core.facts.risk import RiskAlert
from core.facts.verdicts import Action, Decision
from core.ports.broker import Placed, Refused, Unknown
from core.risk.view import opposes
from core.trading.exits import tighten
from graphs.recording import record
from graphs.state import CombatState, Desk
from graphs.timing import timed

Result = tuple[Outcome, str]
Executor = Callable[[CombatState, Desk, Decision], Awaitable[Result]]


@timed
async def execute(state: CombatState, runtime: Runtime[Desk]) -> CombatState:
    """Do what the decision's action needs."""
    decision = state["decision"].fact
    if not isinstance(decision, Decision):
        raise TypeError("routing sends only decisions to execution")
    outcome, reason = await EXECUTORS[decision.action](state, runtime.context, decision)
    return {"outcome": outcome, "reason": reason}


async def _submit(state: CombatState, desk: Desk, _decision: Decision) -> Result:
    answer = await desk.broker.submit(state["order"], state["clearance"])
    match answer:
        case Placed(client_id, broker_id):
            return "executed", f"order {client_id} stands at the broker as {broker_id}"
        case Refused(client_id, reason):
            return "rejected", f"order {client_id}: {reason}"
        case Unknown(client_id, reason):
            await record(desk, state, [("alert", unanswered(client_id, reason))])
            return "unknown", f"order {client_id}: {reason}"


async def _tighten(state: CombatState, desk: Desk, decision: Decision) -> Result:
    key, books = state["event"].key, desk.books.state()
    protection, stop = books.protections.get(key), decision.invalidation
    nearer = tighten(books.held(key), protection, stop) if protection and stop is not None else None
    if nearer is None:
        return "held", "the stop would not come nearer"
    moved = ProtectionSet(
        symbol=decision.symbol,
        market=decision.market,
        stop=nearer.stop,
        target=nearer.target,
        reason="tightened by the commander",
    )
    await record(desk, state, [("protection", moved)])
    return "executed", f"stop moved to {nearer.stop}"


async def _withdraw(state: CombatState, desk: Desk, _decision: Decision) -> Result:
    key, books = state["event"].key, desk.books.state()
    pending = [ticket for ticket in books.working if ticket.order.key == key]
    entries = [ticket for ticket in pending if not opposes(ticket.order, books.held(key))]
    answers = [await desk.broker.cancel(ticket.order.client_id) for ticket in entries]
    accepted = sum(isinstance(answer, Placed) for answer in answers)
    return ("executed", f"{accepted} of {len(entries)} cancellations accepted") if entries else ("held", "none pending")


async def _nothing(_state: CombatState, _desk: Desk, decision: Decision) -> Result:
    return "held", decision.rationale


def unanswered(client_id: str, reason: str) -> RiskAlert:
    """What a person is told of an order that may or may not stand."""
    done = (
        f"order {client_id} is not sent again and counts as working until the broker says what became of it: {reason}"
    )
    return RiskAlert(code="ORDER_UNKNOWN", figure=Decimal(1), limit=Decimal(0), done=done, severity="danger")


EXECUTORS: dict[Action, Executor] = {
    "open": _submit,
    "add": _submit,
    "reduce": _submit,
    "close": _submit,
    "tighten": _tighten,
    "cancel_pending": _withdraw,
    "hold": _nothing,
}
"""Every action a decision can have, and who carries it out."""
