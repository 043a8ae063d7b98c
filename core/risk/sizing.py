"""How much. Code alone decides it, it starts from the posture, and every step can only shrink it.

Nothing at all is the refusal: the last clamp then says what took the rest. An exit takes what was asked for, at least
one lot, and never more than the holding less what working orders may already take from it.
"""

from decimal import ROUND_DOWN, Context, Decimal

from msgspec import Struct

from core.desk.weighing import Approval
from core.facts.orders import Side
from core.facts.verdicts import Decision
from core.market.instruments import Instrument, Money
from core.risk.view import RiskView, executable


class Clamp(Struct, frozen=True):
    """One reason why the quantity shrank, and from what to what."""

    name: str
    before: Decimal
    after: Decimal


class Sized(Struct, frozen=True):
    """The quantity that may be ordered; zero is too small to order."""

    quantity: Decimal
    clamps: tuple[Clamp, ...] = ()


def size(
    decision: Decision, approval: Approval | None, instrument: Instrument, view: RiskView, limit: Decimal | None = None
) -> Sized:
    """How much of the instrument this decision may order now, at a limit or else at once; zero if it orders nothing."""
    if view.key != instrument.key or (decision.market, decision.symbol) != (instrument.market, instrument.symbol):
        return _nothing("other_instrument")
    if decision.action in ("open", "add"):
        return _entry(decision, approval, instrument, view, limit)
    return _exit(decision, instrument, view) if decision.action in ("reduce", "close") else Sized(Decimal(0))


def _entry(
    decision: Decision, approval: Approval | None, instrument: Instrument, view: RiskView, limit: Decimal | None
) -> Sized:
    side: Side = "buy" if decision.direction == "long" else "sell"
    price = limit or executable(side, view.quote)
    if approval is None:
        return _nothing("approval_missing")
    if price is None:
        return _nothing("quote_missing")
    if view.equity is None or view.committed is None or view.cash is None or view.pending is None:
        return _nothing("account_unknown")
    if instrument.currency != view.cash.currency:
        return _nothing("other_currency")
    if view.held and (view.held > 0) != (side == "buy"):
        return _nothing("opposite_holding")
    entry = _share(view.equity, view.terms.entry_pct)
    caps = (
        ("approval", entry.times(approval.verification.size_factor)),
        ("words", entry.times(approval.bound.size_factor)),
        ("posture", entry - view.committed),
        ("cash", view.cash - view.pending),
        ("fat_finger", _share(view.cash, view.limits.fat_finger_pct) - view.pending),
    )
    quantities = tuple((name, _quantity(amount, price)) for name, amount in caps)
    return _in_lots(_clamped(_quantity(entry, price), quantities), instrument)


def _exit(decision: Decision, instrument: Instrument, view: RiskView) -> Sized:
    holding = abs(view.held)
    free = ("held", max(holding - view.reducing, Decimal(0)))
    if decision.action == "close" or decision.fraction == 1:
        return _clamped(holding, (free,))
    part = max(instrument.whole_lots(holding * decision.fraction), instrument.lot)
    return _clamped(part, (free,))


def _nothing(name: str) -> Sized:
    return Sized(Decimal(0), (Clamp(name, Decimal(0), Decimal(0)),))


def _clamped(wanted: Decimal, caps: tuple[tuple[str, Decimal], ...]) -> Sized:
    quantity, clamps = wanted, []
    for name, cap in caps:
        if cap < quantity:
            clamps.append(Clamp(name, quantity, cap))
            quantity = cap
    return Sized(quantity, tuple(clamps))


def _in_lots(sized: Sized, instrument: Instrument) -> Sized:
    whole = instrument.whole_lots(sized.quantity)
    if whole == sized.quantity:
        return sized
    return Sized(whole, (*sized.clamps, Clamp("lot", sized.quantity, whole)))


def _share(whole: Money, pct: Decimal) -> Money:
    return whole.times(pct / 100)


def _quantity(amount: Money, price: Decimal) -> Decimal:
    """What an amount buys, rounded down to a grid finer than any lot."""
    exact = _DOWN.divide(max(amount.amount, Decimal(0)), price)
    return _DOWN.quantize(exact, _GRID)


_DOWN = Context(prec=60, rounding=ROUND_DOWN)
_GRID = Decimal(1).scaleb(-12)
