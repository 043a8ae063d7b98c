"""What is asked of an order that adds risk, as one ordered table.

How to read it: a row is a code, the question, and the sentence a person is told when the answer is no. A question looks
at the request and the view and says whether it held, which figure it saw and what the figure had to be. First come the
state of the desk and what must be known, then who wants it, then how much of it there may be. A missing figure never
holds; bounds are compared exactly, and shown rounded away from zero, so that a breach never reads like the bound.
"""

from collections.abc import Callable
from decimal import ROUND_UP, Context, Decimal
from typing import NamedTuple

from msgspec import Struct

from core.desk.order_mix import must_be_limit
from core.desk.weighing import Approval
from core.facts.orders import Order
from core.facts.verdicts import Decision, Direction
from core.market.instants import SECOND
from core.market.instruments import Money, listing
from core.risk.view import RiskView, executable, opposes, own_price


class Request(Struct, frozen=True):
    """An order that wants to leave, and for an entry: the decision, the approval and the briefing it rests on."""

    order: Order
    decision: Decision | None = None
    approval: Approval | None = None
    briefing: str | None = None
    """Digest of the briefing that this run's seats were shown."""

    @property
    def direction(self) -> Direction:
        """Which way the order goes."""
        return "long" if self.order.side == "buy" else "short"


class Seen(NamedTuple):
    """The answer to one question."""

    held: bool
    figure: str
    limit: str


class Row(NamedTuple):
    """One check: its code, its question, and what a person is told when it does not hold."""

    code: str
    question: Callable[[Request, RiskView], Seen]
    sentence: str


def _instrument(request: Request, view: RiskView) -> Seen:
    return Seen(request.order.key == view.key, request.order.key, view.key)


def _flip(request: Request, view: RiskView) -> Seen:
    free = max(abs(view.held) - view.reducing, Decimal(0))
    return Seen(not opposes(request.order, view.held), f"{request.order.quantity:f}", f"{free:f}")


def _latch(_request: Request, view: RiskView) -> Seen:
    return Seen(view.latched is False, "clear" if view.latched is False else "set", "clear")


def _operating(_request: Request, view: RiskView) -> Seen:
    return Seen(view.operating in ("normal", "limited"), view.operating, "normal or limited")


def _market(_request: Request, view: RiskView) -> Seen:
    return Seen(view.market_open is True, _STATES.get(view.market_open, "unknown"), "open")


_STATES: dict[bool | None, str] = {True: "open", False: "closed"}


def _quote(request: Request, view: RiskView) -> Seen:
    ours = view.quote is not None and view.quote.key == request.order.key
    return _present(executable(request.order.side, view.quote) if ours else None)


def _fresh(_request: Request, view: RiskView) -> Seen:
    limit = f"{view.limits.quote_seconds} s"
    if view.quote is None:
        return Seen(False, _MISSING, limit)
    age = view.now - min(view.quote.at, view.quote.received)
    return Seen(0 <= age <= view.limits.quote_seconds * SECOND, f"{Decimal(age) / SECOND:f} s", limit)


def _trusted(_request: Request, view: RiskView) -> Seen:
    grade = view.quality
    if grade is None:
        return Seen(False, _MISSING, "known")
    return Seen(grade.sufficient, f"{grade.score:f}", f"{grade.floor:f}")


def _known(field: str) -> Callable[[Request, RiskView], Seen]:
    return lambda _request, view: _present(getattr(view, field))


def _decided(request: Request, _view: RiskView) -> Seen:
    return _present(request.decision and request.decision.action)


def _same_intent(request: Request, _view: RiskView) -> Seen:
    order, decision = request.order, request.decision
    wanted = f"open or add {request.direction} {order.key}"
    if decision is None:
        return Seen(False, _MISSING, wanted)
    key = listing(decision.market, decision.symbol)
    held = decision.action in ("open", "add") and decision.direction == request.direction and key == order.key
    return Seen(held, f"{decision.action} {decision.direction or 'neither'} {key}", wanted)


def _confidence(request: Request, view: RiskView) -> Seen:
    limit = view.limits.min_confidence
    figure = request.decision.confidence if request.decision else None
    return Seen(figure is not None and figure >= limit, _said(figure), str(limit))


def _approved(request: Request, _view: RiskView) -> Seen:
    kind = None if request.approval is None else type(request.approval)
    return Seen(kind is Approval, _said(kind and kind.__name__), Approval.__name__)


def _in_time(request: Request, view: RiskView) -> Seen:
    approval, limit = request.approval, f"{view.limits.approval_seconds} s"
    if approval is None:
        return Seen(False, _MISSING, limit)
    until = min(approval.expires, approval.answered + view.limits.approval_seconds * SECOND)
    age = Decimal(view.now - approval.answered) / SECOND
    return Seen(approval.answered <= view.now < until, f"{age:f} s", limit)


def _same_briefing(request: Request, _view: RiskView) -> Seen:
    judged = request.approval.briefing if request.approval else None
    return Seen(judged is not None and judged == request.briefing, _said(judged), _said(request.briefing))


def _same_symbol(request: Request, _view: RiskView) -> Seen:
    judged = request.approval.key if request.approval else None
    return Seen(judged == request.order.key, _said(judged), request.order.key)


def _direction(request: Request, _view: RiskView) -> Seen:
    allowed = request.approval.directions if request.approval else ()
    return Seen(request.direction in allowed, request.direction, " or ".join(allowed) or "none")


def _size(request: Request, view: RiskView) -> Seen:
    factor = request.approval.size_factor if request.approval else Decimal(0)
    return _share(_worth(request, view), view.terms.entry_pct * factor, view.equity)


def _band(request: Request, view: RiskView) -> Seen:
    limit = f"{view.limits.price_band_pct:f} %"
    prices = (executable(request.order.side, view.quote), own_price(request.order, view.quote))
    if request.approval is None or None in prices:
        return Seen(False, _MISSING, limit)
    judged = request.approval.price
    apart = max(abs(price - judged) for price in prices if price is not None)
    return Seen(apart * 100 <= view.limits.price_band_pct * judged, _percent(apart, judged), limit)


def _posture_size(request: Request, view: RiskView) -> Seen:
    return _share(_plus(_worth(request, view), view.committed), view.terms.entry_pct, view.equity)


def _posture_count(request: Request, view: RiskView) -> Seen:
    count = len(view.occupied | {request.order.key})
    return Seen(count <= view.terms.max_positions, str(count), str(view.terms.max_positions))


def _mix(request: Request, view: RiskView) -> Seen:
    limits = sum(view.recent) + (request.order.kind == "limit")
    held = request.order.kind == "limit" or not must_be_limit(view.recent, view.terms.limit_share_pct)
    return Seen(held, f"{limits} of {len(view.recent) + 1}", f"{view.terms.limit_share_pct:f} %")


def _fat_finger(request: Request, view: RiskView) -> Seen:
    return _share(_plus(_worth(request, view), view.pending), view.limits.fat_finger_pct, view.cash)


def _day_loss(_request: Request, view: RiskView) -> Seen:
    start, limit = view.day_start, f"{view.limits.day_loss_pct:f} %"
    if view.equity is None or start is None or start.amount <= 0:
        return Seen(False, _MISSING, limit)
    change = view.equity - start
    held = change.amount >= start.times(view.limits.day_loss_pct / 100).amount
    return Seen(held, _percent(change.amount, start.amount), limit)


def _first_time(request: Request, view: RiskView) -> Seen:
    intent = (request.order.decision, request.order.leg)
    return Seen(intent not in view.intended, " ".join(intent), "not ordered before")


CHECKS: tuple[Row, ...] = (
    Row("OTHER_INSTRUMENT", _instrument, "The order is for {figure}, but the account was looked at for {limit}."),
    Row("WOULD_FLIP", _flip, "Selling or buying back {figure} would turn the holding round; {limit} of it is free."),
    Row("KILL_LATCHED", _latch, "The kill latch is set; no new risk until a named person clears it."),
    Row("OPERATING_STATE", _operating, "The desk is in state {figure}; new risk needs {limit}."),
    Row("MARKET_CLOSED", _market, "The market is {figure}."),
    Row("QUOTE_MISSING", _quote, "There is no price at which this order could trade now."),
    Row("QUOTE_STALE", _fresh, "The quote is {figure} old; at most {limit} is fresh."),
    Row("DATA_QUALITY", _trusted, "The data of this instrument has quality {figure}; at least {limit} is needed."),
    Row("CASH_MISSING", _known("cash"), "The account's cash is not known."),
    Row("PENDING_MISSING", _known("pending"), "The worth of the orders under way cannot be told."),
    Row("HOLDING_MISSING", _known("committed"), "The worth of what is held of this instrument cannot be told."),
    Row("EQUITY_MISSING", _known("equity"), "The account's equity cannot be told; a holding has no price."),
    Row("DAY_START_MISSING", _known("day_start"), "The equity at which the day began is not known."),
    Row("DECISION_MISSING", _decided, "There is no decision behind this order."),
    Row("DECISION_OTHER_ORDER", _same_intent, "The commander decided {figure}; this order would {limit}."),
    Row("CONFIDENCE", _confidence, "The commander's confidence is {figure}; at least {limit} is needed."),
    Row("APPROVAL_MISSING", _approved, "The verifier has not approved."),
    Row("APPROVAL_EXPIRED", _in_time, "The approval is {figure} old and has expired; it lasts at most {limit}."),
    Row("APPROVAL_BRIEFING", _same_briefing, "The verifier judged briefing {figure}, not this run's {limit}."),
    Row("APPROVAL_SYMBOL", _same_symbol, "The verifier judged {figure}, but the order is for {limit}."),
    Row("APPROVAL_DIRECTION", _direction, "The order goes {figure}; the verifier allowed {limit}."),
    Row("APPROVAL_SIZE", _size, "The order is {figure} of equity; the verifier allowed {limit}."),
    Row("APPROVAL_PRICE", _band, "The price is {figure} away from the one the verifier judged by; at most {limit} is."),
    Row("POSTURE_SIZE", _posture_size, "The instrument would be {figure} of equity; the posture allows {limit}."),
    Row("POSTURE_COUNT", _posture_count, "{figure} instruments would be held or entered; the posture allows {limit}."),
    Row("ORDER_MIX", _mix, "With it, {figure} of the latest entries are limit orders; the posture asks for {limit}."),
    Row("FAT_FINGER", _fat_finger, "With the orders under way it is {figure} of cash; at most {limit} may be."),
    Row("DAY_LOSS", _day_loss, "The day stands at {figure}; below {limit} there is no new risk today."),
    Row("DUPLICATE_INTENT", _first_time, "This intent ({figure}) was already ordered."),
)
"""Every check, in the order in which a denial is named."""

_MISSING = "missing"


def _said(value: object) -> str:
    return _MISSING if value is None else str(value)


def _present(value: object) -> Seen:
    return Seen(value is not None, _said(value), "known")


def _worth(request: Request, view: RiskView) -> Money | None:
    price = own_price(request.order, view.quote)
    return None if price is None else Money(price * request.order.quantity, request.order.currency)


def _plus(one: Money | None, other: Money | None) -> Money | None:
    return None if one is None or other is None else one + other


def _share(part: Money | None, pct: Decimal, whole: Money | None) -> Seen:
    limit = f"{pct:f} %"
    if part is None or whole is None or whole.amount <= 0:
        return Seen(False, _MISSING, limit)
    spare = whole.times(pct / 100) - part
    return Seen(spare.amount >= 0, _percent(part.amount, whole.amount), limit)


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{_SHOWN.quantize(_SHOWN.divide(part * 100, whole), Decimal('0.0001')):f} %"


_SHOWN = Context(prec=60, rounding=ROUND_UP)
