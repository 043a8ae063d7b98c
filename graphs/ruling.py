"""The one way from an order to permission: look, review, record the verdict, and only then a clearance.

Decisions and exits both come through here; there is no second copy of it.
"""

from collections.abc import Sequence

from core.record.envelope import Draft
from core.risk.checks import Request
from core.risk.clearance import Clearance, mint
from core.risk.gate import Denied, review
from core.risk.view import Moment, RiskView, look
from graphs.state import Desk


def view_of(desk: Desk, market: str, key: str) -> RiskView:
    """The account as an order in this instrument meets it now."""
    books, now = desk.books, desk.clock.now()
    sessions = books.sessions(market)
    is_open = sessions.is_open(now) if sessions else None
    moment = Moment(now, books.latched(), is_open, books.quotes(), books.quality(key))
    return look(books.state(), key, moment, desk.postures, desk.limits)


async def rule(
    desk: Desk, request: Request, view: RiskView, cause: str, before: Sequence[Draft] = ()
) -> Clearance | Denied:
    """Let the gate rule on an order by the view it was written from, and record its verdict behind what came before."""
    order, ruled = request.order, review(request, view)
    identity, stream = f"{order.decision}.{order.leg}.verdict", f"run:{order.decision}"
    draft = Draft(stream, identity, desk.clock.now(), ruled.ruling, order.decision, cause)
    written = await desk.journal.append([*before, draft])
    return ruled if isinstance(ruled, Denied) else mint(written[-1])
