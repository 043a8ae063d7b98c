"""A model that answers once. No retries, no memory, no clock of its own; the caller keeps the deadline."""

from decimal import Decimal
from typing import Any, Protocol

from msgspec import Struct

from core.facts.models import Role
from core.market.instruments import Money


class ChatRequest(Struct, frozen=True, kw_only=True):
    """Everything a model is told. Its canonical bytes are journalled, so a replay asks exactly the same."""

    role: Role
    prompt: str
    """Name and version of the prompt, for people and records; not sent."""
    system: str
    user: str
    schema: dict[str, Any]
    """JSON Schema the reply must satisfy."""
    temperature: Decimal = Decimal(0)
    max_tokens: int = 1024


class ToolCall(Struct, frozen=True):
    """A function the model wants called."""

    id: str
    name: str
    arguments: dict[str, Any]


class Usage(Struct, frozen=True):
    """Tokens of one call; None where the provider did not say."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None


class Completion(Struct, frozen=True, kw_only=True):
    """One answer, whatever the provider's shape was."""

    text: str
    model: str
    """The model that answered, in the provider's own words."""
    parsed: dict[str, Any] | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str | None = None
    finish: str = "stop"
    usage: Usage | None = None
    cost: Money | None = None
    latency: int | None = None
    """Nanoseconds; None when nobody measured."""
    request_id: str | None = None


class ChatModel(Protocol):
    """A seat's model. Raises Transient or Degraded when it cannot answer."""

    name: str
    label: str
    """What people are told about where answers come from: "rules, no model", "scripted", the provider."""

    async def complete(self, request: ChatRequest) -> Completion:
        """Answer one request."""
        ...
