"""A model that answers once. No retries, no memory, no clock of its own; the caller keeps the deadline."""

from decimal import Decimal
from typing import Any, Protocol

from msgspec import Struct

from core.facts.models import Origin, Role, Usage
from core.market.instruments import Money


class Tool(Struct, frozen=True):
    """A read-only function a model may call."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of its arguments."""


class ToolCall(Struct, frozen=True):
    """A function the model wants called."""

    id: str
    name: str
    arguments: dict[str, Any]


class ToolResult(Struct, frozen=True):
    """What a called function answered, as it is shown to the model."""

    call: ToolCall
    text: str


class Turn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One round in which the model asked for functions, and what they answered."""

    results: tuple[ToolResult, ...]
    text: str = ""
    """What the model said beside its calls."""
    echo: dict[str, Any] | None = None
    """The provider's own message, to be given back word for word: it may hold signatures and reasoning."""


class ChatRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    tools: tuple[Tool, ...] = ()
    turns: tuple[Turn, ...] = ()
    """The rounds of functions so far, the oldest first."""


class Completion(Struct, frozen=True, kw_only=True):
    """One answer, whatever the provider's shape was."""

    text: str
    model: str
    """The model that answered, in the provider's own words."""
    asked: str | None = None
    """The model that was asked for."""
    origin: Origin = "provider"
    parsed: dict[str, Any] | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str | None = None
    finish: str = "stop"
    """Why it ended: stop, tools, length, refusal or content_filter; anything else in the provider's own word."""
    usage: Usage | None = None
    cost: Money | None = None
    latency: int | None = None
    """Nanoseconds; None when nobody measured."""
    first_token: int | None = None
    """Nanoseconds until the first token, when the answer was streamed."""
    request_id: str | None = None
    echo: dict[str, Any] | None = None
    """The provider's own message, for the next `Turn`; only when it asks for functions."""


class ChatModel(Protocol):
    """A seat's model. Raises Transient or Degraded when it cannot answer."""

    name: str
    label: str
    """What people are told about where answers come from: "rules, no model", "scripted", the provider."""

    async def complete(self, request: ChatRequest) -> Completion:
        """Answer one request."""
        ...
