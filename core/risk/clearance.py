"""A one-time permission for one exact order.

Owning one proves nothing: whoever stands in front of a broker looks the verdict up in the journal and compares. What is
deliberately absent is any way to make one without a Cleared verdict's event.
"""

from typing import Literal

from msgspec import Struct

from core.errors import Halt
from core.facts.risk import GateRuled
from core.record.envelope import Recorded

Flaw = Literal["no_verdict", "denied", "other_order", "expired"]


class Clearance(Struct, frozen=True):
    """Refers to the recorded verdict that allows the order of this hash until `expires`."""

    verdict: str
    order_hash: str
    expires: int


def mint(recorded: Recorded) -> Clearance:
    """The clearance a recorded verdict stands for; there is none of anything but a verdict that cleared."""
    ruling = recorded.fact
    if not isinstance(ruling, GateRuled) or not ruling.cleared:
        raise Halt(f"{recorded.envelope.id!r} is no verdict that cleared an order; nothing was cleared")
    return Clearance(recorded.envelope.id, ruling.order_hash, ruling.expires)


def flaw(clearance: Clearance, order_hash: str, verdict: Recorded | None, now: int) -> Flaw | None:
    """Why a clearance is worth nothing for this order now; None when it holds. `verdict` is what the journal has."""
    ruling = verdict.fact if verdict is not None else None
    if not isinstance(ruling, GateRuled):
        return "no_verdict"
    if not ruling.cleared:
        return "denied"
    if not order_hash == clearance.order_hash == ruling.order_hash:
        return "other_order"
    if now >= ruling.expires or now >= clearance.expires:
        return "expired"
    return None
