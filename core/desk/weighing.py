"""What an analysis and a verification allow together.

How to think about it: no is the default. A veto is looked at first and is final, even if it came late or about
something else. Everything that is not two usable answers about the same briefing is an abstention. An `Approval` is the
only yes; it carries the verifier's own reply, and no constructor, decoder or copy makes one from any other reply.

Words from outside have no part in either answer. What was made of them comes as a `Bound`, which can only narrow the
approval. If it allows no entry and there is nothing to reduce, the run ends here; else it goes on, because words must
not keep the desk in a position. Why that is enough is said in `containment`. The same holds for time: an approval that
expired before the join bars the entry, and ends the run only where there is nothing to reduce.

What is deliberately absent: the decision. The verifier has not seen it, so an approval is an envelope (directions, part
of the size, price, expiry), and the gate is where a decision must fit inside.
"""

from decimal import Decimal

from msgspec import Struct

from core.errors import BadInput
from core.facts.desk import Outcome
from core.facts.verdicts import Abstained, Analysis, Direction, Verification
from core.market.instants import SECOND
from core.market.instruments import listing


class Bound(Struct, frozen=True):
    """How far words from outside narrow an approval. It can never widen one."""

    directions: tuple[Direction, ...] = ("long", "short")
    size_factor: Decimal = Decimal(1)
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.size_factor.is_finite() or not 0 <= self.size_factor <= 1:
            raise BadInput(f"size_factor: must be from 0 to 1, found {str(self.size_factor)!r}")

    @property
    def bars(self) -> bool:
        """Whether it leaves no room for new risk."""
        return not self.directions or self.size_factor == 0


FREE = Bound()
"""Nothing was said."""


def barred(reason: str) -> Bound:
    """No new risk; what reduces passes."""
    return Bound((), Decimal(0), reason)


class Approval(Struct, frozen=True):
    """The verifier's yes, as an envelope. Void from `expires` on."""

    verification: Verification
    expires: int
    bound: Bound = FREE

    def __post_init__(self) -> None:
        refusal = _refusal(self.verification)
        if refusal is not None:
            raise BadInput(f"verification: {refusal}")
        if self.expires <= self.verification.answered:
            raise BadInput(f"expires: must be after the answer, found {self.expires!r}")

    @property
    def briefing(self) -> str:
        """Digest of the briefing that was judged."""
        return self.verification.briefing

    @property
    def key(self) -> str:
        """The instrument it is about."""
        return listing(self.verification.market, self.verification.symbol)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions it allows."""
        return tuple(each for each in self.verification.directions if each in self.bound.directions)

    @property
    def size_factor(self) -> Decimal:
        """What part of the size it allows, at most 1; 0 if words from outside bar an entry."""
        return min(self.verification.size_factor, self.bound.size_factor)

    @property
    def price(self) -> Decimal:
        """The price that was judged by."""
        return self.verification.price

    @property
    def answered(self) -> int:
        """When the verifier said yes."""
        return self.verification.answered


class Proceed(Struct, frozen=True):
    """The commander may decide, inside the envelope."""

    analysis: Analysis
    approval: Approval


class StoodDown(Struct, frozen=True):
    """This run ends here without an order."""

    outcome: Outcome
    reason: str


def weigh(
    analysis: Analysis | Abstained,
    verification: Verification | Abstained,
    now: int,
    approval_seconds: int,
    bound: Bound = FREE,
    reducible: bool = False,
) -> Proceed | StoodDown:
    """Join both answers: a veto first, then abstentions, then whether they speak of the same thing and in time.

    An approval lasts `approval_seconds` from its answer, at every tempo. Both seats are asked at the same time, so an
    analyst who answers later than that after the verifier leaves no entry. `reducible` says that something is held or
    working which the commander could still reduce.
    """
    if isinstance(verification, Verification) and verification.ruling == "veto":
        return StoodDown("vetoed", "; ".join(verification.reasons) or "no reason given")
    if isinstance(analysis, Abstained):
        return _silent(analysis)
    if isinstance(verification, Abstained):
        return _silent(verification)
    expires = verification.answered + approval_seconds * SECOND
    reason = _refusal(verification) or _apart(analysis, verification) or _ahead(verification.answered, now)
    expired = now >= expires
    if expired and not reducible:
        reason = reason or _EXPIRED
    if reason is not None:
        return StoodDown("abstained", reason)
    if bound.bars and not reducible:
        return StoodDown("vetoed", bound.reason)
    return Proceed(analysis, Approval(verification, expires, barred(_EXPIRED) if expired else bound))


def _silent(answer: Abstained) -> StoodDown:
    return StoodDown("abstained", f"{answer.role} {answer.reason}: {answer.detail}")


def _refusal(reply: Verification) -> str | None:
    price = reply.price
    rules = (
        (type(reply) is Verification, "this is not a verifier's reply"),
        (reply.ruling == "approve", "the verifier did not approve"),
        (reply.answered < reply.deadline, "the verifier answered after its deadline"),
        (price.is_finite() and price > 0, f"the verifier judged by no price: {str(price)!r}"),
    )
    return next((refusal for holds, refusal in rules if not holds), None)


def _apart(analysis: Analysis, verification: Verification) -> str | None:
    if analysis.briefing != verification.briefing:
        return "analyst and verifier did not read the same briefing"
    if (analysis.market, analysis.symbol) != (verification.market, verification.symbol):
        return f"analyst speaks of {analysis.symbol!r}, verifier of {verification.symbol!r}"
    return None


def _ahead(answered: int, now: int) -> str | None:
    return "the verifier's answer lies in the future" if answered > now else None


_EXPIRED = "the approval has expired"
