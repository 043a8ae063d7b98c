"""What the gate ruled, and what it warned of."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from core.facts.orders import Effect, Order

Severity = Literal["information", "warning", "danger", "critical"]


class Check(Struct, frozen=True):
    """One check of the gate: its code, whether it held, the figure it saw and the limit it held it against."""

    code: str
    held: bool
    figure: str
    limit: str


class GateRuled(Struct, frozen=True, kw_only=True, tag="GATE_RULED"):
    """The gate's verdict on one exact order. Its event id is what a clearance refers to."""

    order: Order
    order_hash: str
    effect: Effect
    cleared: bool
    code: str
    """CLEARED, or the code of the first check that did not hold."""
    checks: tuple[Check, ...]
    limits_version: str
    expires: int
    """A clearance from this verdict is void from this instant on."""


class RiskAlert(Struct, frozen=True, kw_only=True, tag="RISK_ALERT"):
    """A limit was reached; says what the desk already did about it."""

    code: str
    figure: Decimal
    limit: Decimal
    done: str
    severity: Severity
