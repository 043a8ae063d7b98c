"""Advisers the analyst can consult: figures by our kernels, words by a model if one sits there.

An adviser is a lookup over a lookup. Its figures are those of the lookup behind it, under that lookup's names, so that
they can be cited; the words only help to read them, go to the analyst alone, and are dropped when they cite a figure
that was not given. Without a model, without a call left, or when the model cannot answer, the figures stand alone.

An adviser keeps no deadline of its own: whoever seats a model here wraps it in one that is shorter than the analyst's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agents.calling import called
from agents.replies import ADVICE, read_advice
from core.desk.allowance import Allowance
from core.errors import BadInput, Degraded, Transient
from core.ports.lookups import Answered, Lookup
from core.ports.model import ChatModel, ChatRequest, Completion, Tool
from core.record.codec import encode
from prompts.library import Prompt

ADVISERS: Mapping[str, str] = {
    "adviser_market": "indicators",
    "adviser_risk": "what_if",
    "adviser_portfolio": "optimum",
}
"""Name of an adviser, which is that of its prompt → the lookup it reads its figures from."""
MOST_TOKENS = 512


@dataclass(frozen=True, slots=True)
class AdviserSeat:
    """The model of an adviser, and what it is told."""

    model: ChatModel
    prompt: Prompt

    def __post_init__(self) -> None:
        found = (self.prompt.role, self.prompt.schema, self.prompt.variables)
        if found != ("adviser", ADVICE.name, frozenset({"schema", "briefing"})):
            raise BadInput(f"{self.prompt.title}: is no adviser's prompt, found {found}")


@dataclass(frozen=True, slots=True)
class Adviser:
    """One adviser, with or without a model."""

    name: str
    behind: Lookup
    seat: AdviserSeat | None = None

    def __post_init__(self) -> None:
        if ADVISERS.get(self.name) != self.behind.tool.name:
            raise BadInput(f"{self.name!r}: no adviser of this name reads from {self.behind.tool.name!r}")
        if self.seat is not None and self.seat.prompt.name != self.name:
            raise BadInput(f"{self.name!r}: is told {self.seat.prompt.title!r}, which is for another")

    @property
    def tool(self) -> Tool:
        """The lookup behind it, by the adviser's name."""
        behind = self.behind.tool
        return Tool(self.name, f"Advice on this, in figures and in words: {behind.description}", behind.parameters)

    async def answer(self, arguments: Mapping[str, Any], allowance: Allowance) -> Answered:
        """The figures, and what the adviser says of them."""
        found = await self.behind.answer(arguments, allowance)
        if found.failed or self.seat is None or not allowance.take():
            return found
        request = _composed(self.seat, arguments, found)
        try:
            completion = await self.seat.model.complete(request)
        except (Transient, Degraded):
            return found
        return _advised(self.seat, request, completion, found)


def _composed(seat: AdviserSeat, arguments: Mapping[str, Any], found: Answered) -> ChatRequest:
    about = {"symbol": str(arguments.get("instrument", "several")), "question": arguments}
    briefing = encode({**about, **json.loads(found.text)}).decode()
    rendered = seat.prompt.render({"schema": ADVICE.text, "briefing": briefing})
    return ChatRequest(
        role="analyst",
        prompt=seat.prompt.title,
        system=rendered.system,
        user=rendered.user,
        schema=ADVICE.schema,
        temperature=Decimal(0),
        max_tokens=MOST_TOKENS,
    )


def _advised(seat: AdviserSeat, request: ChatRequest, completion: Completion, found: Answered) -> Answered:
    words = read_advice(completion.text, found.figures) if completion.finish == "stop" else None
    call = called(seat.model, seat.prompt, request, completion)
    text = found.text if words is None else encode({**json.loads(found.text), "advice": words}).decode()
    return Answered(text=text, figures=found.figures, said=(call.fact,), blobs=call[1:])
