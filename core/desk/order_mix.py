"""How entries divide into limit and market orders: a running quota over the latest ones, never a draw of lots.

The next entry must be a limit order whenever the share of limit orders among it and the latest entries before it would
else fall below what the posture asks. So a share of 70 % is kept as three limit orders, one at the market, two or three
limit orders, one at the market; 100 % never has one at the market; the first entry of all is always a limit order.
"""

from decimal import Decimal

from core.facts.orders import OrderKind

WINDOW = 10
Recent = tuple[bool, ...]
"""Of the latest entries that were cleared, the oldest first: whether each was a limit order."""


def counted(recent: Recent, kind: OrderKind) -> Recent:
    """The latest entries with one more."""
    return (*recent, kind == "limit")[-(WINDOW - 1) :]


def must_be_limit(recent: Recent, share_pct: Decimal) -> bool:
    """Whether the next entry may only be a limit order."""
    return sum(recent) * 100 < share_pct * (len(recent) + 1)
