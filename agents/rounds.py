"""One round of ask and read, the same for every role.

A round keeps no deadline and writes no journal: the graph's nodes do both. It returns everything they need, the exact
bytes that were asked and answered among it. Faults of the model become abstentions, faults of ours stay exceptions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from agents.replies import SHAPES
from agents.roster import Seat
from core.errors import Degraded, Transient
from core.facts.models import ModelReplied
from core.facts.verdicts import Abstained
from core.ports.model import ChatRequest, Completion
from core.record.codec import digest, encode

F = TypeVar("F", covariant=True)


@dataclass(frozen=True, slots=True)
class Heard(Generic[F]):
    """What came of a round."""

    fact: F | Abstained
    replied: ModelReplied | None = None
    """None when no answer came."""
    blobs: tuple[bytes, ...] = ()
    """The request, and the reply when one came: to be put into the journal with the facts."""


async def ask(seat: Seat, view: bytes, read: Callable[[str], F | Abstained]) -> Heard[F]:
    """Show a seat its view of the briefing, and read what it replies."""
    request = compose(seat, view)
    asked = encode(request)
    try:
        completion = await seat.model.complete(request)
    except (Transient, Degraded) as fault:
        return Heard(Abstained(seat.role, "unavailable", f"{seat.model.name}: {fault}"[:300]), None, (asked,))
    answer = completion.text.encode("utf-8", "backslashreplace")
    replied = ModelReplied(
        role=seat.role,
        model=completion.model,
        label=seat.model.label,
        prompt=request.prompt,
        prompt_digest=seat.prompt.digest,
        request=digest(asked),
        reply=digest(answer),
    )
    return Heard(_unread(seat, completion) or read(completion.text), replied, (asked, answer))


def compose(seat: Seat, view: bytes) -> ChatRequest:
    """What a seat is told: its stable prefix, then its view of the briefing."""
    shape = SHAPES[seat.role]
    rendered = seat.prompt.render({"schema": shape.text, "briefing": view.decode()})
    return ChatRequest(
        role=seat.role,
        prompt=seat.prompt.title,
        system=rendered.system,
        user=rendered.user,
        schema=shape.schema,
        temperature=seat.temperature,
        max_tokens=seat.max_tokens,
    )


def _unread(seat: Seat, completion: Completion) -> Abstained | None:
    if completion.finish != "stop":
        reason, meaning = _FINISHES.get(completion.finish, ("malformed", "ended in a way nobody knows"))
        return Abstained(seat.role, reason, f"{meaning}: {completion.finish[:40]!r}")
    if not completion.text.strip():
        return Abstained(seat.role, "refused", "an empty reply")
    return None


_FINISHES: dict[str, tuple[Literal["malformed", "refused"], str]] = {
    "length": ("malformed", "cut off"),
    "refusal": ("refused", "the model declined"),
    "content_filter": ("refused", "the provider withheld the reply"),
}
"""Every end but `stop` is no answer, however complete the text looks."""
