"""The gate: whether one exact order may leave.

How to think about it: an order that can only shrink a holding is always cleared, for a risk control must never block
risk reduction. Every other order meets every check of the table; all answers are recorded, and the first no names the
denial. A check that breaks is a no by itself, so there is no way through but by every check saying yes. It is a pure
function: the same request and view give the same verdict.
"""

from decimal import Decimal

from msgspec import Struct

from core.facts.orders import Effect, Order
from core.facts.risk import Check, GateRuled
from core.market.instants import SECOND
from core.record.codec import order_hash
from core.risk.checks import CHECKS, Request, Row
from core.risk.limits import version
from core.risk.view import RiskView, opposes


class Cleared(Struct, frozen=True):
    """It may leave, once its verdict is recorded and until that expires."""

    ruling: GateRuled


class Denied(Struct, frozen=True):
    """It may not leave, and the first check that said no."""

    ruling: GateRuled
    check: Check

    @property
    def code(self) -> str:
        """Which check said no."""
        return self.check.code

    @property
    def figure(self) -> str:
        """What it saw."""
        return self.check.figure

    @property
    def limit(self) -> str:
        """What it would have had to see."""
        return self.check.limit

    @property
    def sentence(self) -> str:
        """The denial in plain words."""
        return _SENTENCES[self.code].format(figure=self.figure, limit=self.limit)


def review(request: Request, view: RiskView) -> Cleared | Denied:
    """Rule on a request. Always answers; what the view lacks is a denial."""
    order = request.order
    kind = _effect(order, view)
    checks = tuple(_checked(row, request, view, kind) for row in CHECKS)
    failed = next((check for check in checks if not check.held), None)
    ruling = GateRuled(
        order=order,
        order_hash=order_hash(order),
        effect=kind,
        cleared=failed is None,
        code=failed.code if failed else "CLEARED",
        checks=checks,
        limits_version=version(view.limits),
        expires=view.now if failed else view.now + view.limits.clearance_seconds * SECOND,
    )
    return Denied(ruling, failed) if failed else Cleared(ruling)


def effect(order: Order, held: Decimal, reducing: Decimal) -> Effect:
    """Reduce, if the order can only shrink the holding, even after all working exits; else increase."""
    return "reduce" if opposes(order, held) and order.quantity <= abs(held) - reducing else "increase"


def _effect(order: Order, view: RiskView) -> Effect:
    return effect(order, view.held, view.reducing) if order.key == view.key else "increase"


def _checked(row: Row, request: Request, view: RiskView, kind: Effect) -> Check:
    if kind == "reduce":
        return Check(row.code, True, "reduces the holding", "not asked")
    try:
        return Check(row.code, *row.question(request, view))
    except Exception as fault:
        return Check("GATE_FAULT", False, f"{type(fault).__name__}: {fault}", row.code)


_SENTENCES = {row.code: row.sentence for row in CHECKS} | {
    "GATE_FAULT": "The check {limit} itself failed ({figure}); that is never a yes."
}
