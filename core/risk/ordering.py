"""From a decision and a quantity to one exact order. An entry is a limit order at what the other side asks, so that a
price that runs away is not chased, unless the posture's mix leaves room for one at the market; an exit is a market
order, because getting out comes first."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from msgspec import Struct

from core.desk.order_mix import must_be_limit
from core.facts.orders import Order, Side
from core.facts.verdicts import Decision
from core.market.instruments import Instrument
from core.record.envelope import client_id
from core.risk.view import RiskView, executable


class Slip(Struct, frozen=True):
    """On whose behalf an order is written: run or exit, leg, account, instrument."""

    decision: str
    leg: str
    account: str
    instrument: Instrument


def entry_order(slip: Slip, decision: Decision, quantity: Decimal, view: RiskView) -> Order | None:
    """The order that opens or adds, by the mix of the posture; none without a price on the other side.

    A limit is on the tick that still meets the other side.
    """
    side: Side = "buy" if decision.direction == "long" else "sell"
    price = executable(side, view.quote)
    if price is None:
        return None
    if not must_be_limit(view.recent, view.terms.limit_share_pct):
        return _order(slip, side, quantity, invalidation=decision.invalidation)
    steps = (price / slip.instrument.tick).to_integral_value(ROUND_CEILING if side == "buy" else ROUND_FLOOR)
    return _order(slip, side, quantity, limit=steps * slip.instrument.tick, invalidation=decision.invalidation)


def exit_order(slip: Slip, held: Decimal, quantity: Decimal) -> Order:
    """The order that takes `quantity` off a holding."""
    return _order(slip, "sell" if held > 0 else "buy", quantity)


def _order(
    slip: Slip, side: Side, quantity: Decimal, *, limit: Decimal | None = None, invalidation: Decimal | None = None
) -> Order:
    instrument = slip.instrument
    return Order(
        client_id=client_id(slip.decision, slip.leg, slip.account),
        decision=slip.decision,
        leg=slip.leg,
        account=slip.account,
        symbol=instrument.symbol,
        market=instrument.market,
        currency=instrument.currency,
        side=side,
        quantity=quantity,
        kind="market" if limit is None else "limit",
        limit=limit,
        invalidation=invalidation,
    )
