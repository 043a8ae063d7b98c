"""The briefing inside a prompt, for models that are none: they see what a model would see, and nothing else."""

from decimal import Decimal

import msgspec
from msgspec import Struct

from core.errors import Degraded
from core.facts.verdicts import Direction, View
from core.ports.model import ChatRequest


class Words(Struct, frozen=True):
    """What was overheard outside."""

    words: tuple[str, ...]


class Concluded(Struct, frozen=True):
    """What the commander is told of the analyst."""

    view: View
    confidence: int
    risk: str


class Allowed(Struct, frozen=True):
    """What the commander is told of the verifier."""

    directions: tuple[Direction, ...]
    confidence: int


class Briefed(Struct, frozen=True):
    """What a prompt shows: figures for all, words for the verifier, conclusions for the commander."""

    symbol: str
    figures: dict[str, Decimal]
    text: Words = Words(())
    analysis: Concluded | None = None
    approval: Allowed | None = None
    kind: str = "price_shock"


def briefed(request: ChatRequest) -> Briefed:
    """What stands between `<briefing>` and `</briefing>`; a prompt without it cannot be answered."""
    _, opened, rest = request.user.partition("<briefing>")
    body, closed, _ = rest.partition("</briefing>")
    if not opened or not closed:
        raise Degraded(f"{request.prompt}: there is no briefing in this prompt")
    try:
        return _DECODER.decode(body)
    except msgspec.DecodeError as error:
        raise Degraded(f"{request.prompt}: the briefing cannot be read: {error}") from error


_DECODER = msgspec.json.Decoder(Briefed)
