"""What Anthropic accepts: the shapes of a messages request, and the rules between its parts."""

from typing import Any, ClassVar, Literal

from msgspec import Struct, json

from core.ports.model import Tool
from tools.simulators.provider.conversation import Ask, refuse
from tools.simulators.provider.exchange import Request
from tools.simulators.provider.wires.naming import proves
from tools.simulators.provider.wires.wire import closed_objects, decoded

PROOF = "EqQB"
"""How our signatures begin."""


class CacheControl(Struct, forbid_unknown_fields=True):
    """Where the cached part of a prompt ends."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class Text(Struct, tag="text", forbid_unknown_fields=True):
    """Words."""

    text: str
    cache_control: CacheControl | None = None
    citations: list[Any] | None = None


class Thinking(Struct, tag="thinking", forbid_unknown_fields=True):
    """Thoughts as they were sent."""

    thinking: str
    signature: str


class Redacted(Struct, tag="redacted_thinking", forbid_unknown_fields=True):
    """Thoughts nobody may read."""

    data: str


class ToolUse(Struct, tag="tool_use", forbid_unknown_fields=True):
    """A call, given back."""

    id: str
    name: str
    input: dict[str, Any]
    cache_control: CacheControl | None = None
    caller: dict[str, Any] | None = None


class ToolResult(Struct, tag="tool_result", forbid_unknown_fields=True):
    """What a called function answered."""

    tool_use_id: str
    content: str | list[Text] = ""
    is_error: bool = False
    cache_control: CacheControl | None = None

    @property
    def text(self) -> str:
        """All its text."""
        return self.content if isinstance(self.content, str) else "".join(each.text for each in self.content)


Block = Text | Thinking | Redacted | ToolUse | ToolResult


class Message(Struct, forbid_unknown_fields=True):
    """One message of the conversation."""

    role: Literal["user", "assistant"]
    content: str | list[Block]

    @property
    def blocks(self) -> list[Block]:
        """Its content as blocks."""
        return [Text(self.content)] if isinstance(self.content, str) else self.content


class Offer(Struct, forbid_unknown_fields=True):
    """A tool on offer."""

    name: str
    input_schema: dict[str, Any]
    description: str = ""
    strict: bool | None = None
    type: Literal["custom"] | None = None
    cache_control: CacheControl | None = None


class Chosen(Struct, forbid_unknown_fields=True):
    """Whether a tool is to be used."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Mode(Struct, forbid_unknown_fields=True):
    """Whether and how long to think."""

    type: Literal["enabled", "disabled", "adaptive"]
    budget_tokens: int | None = None
    display: str | None = None


class Format(Struct, forbid_unknown_fields=True):
    """The schema of the reply."""

    type: Literal["json_schema"]
    schema: dict[str, Any]


class Output(Struct, forbid_unknown_fields=True):
    """How the reply is to be formed, and how much effort it is worth."""

    format: Format | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of a messages request."""

    model: str
    messages: list[Message]
    max_tokens: int
    system: str | list[Text] = ""
    tools: list[Offer] = []
    tool_choice: Chosen | None = None
    thinking: Mode | None = None
    output_config: Output | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: list[str] | None = None
    stream: bool = False
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    cache_control: CacheControl | None = None

    REQUIRED: ClassVar[tuple[str, ...]] = ("model", "messages", "max_tokens")


def read(request: Request) -> Ask:
    """What a messages request asks."""
    if "anthropic-version" not in request.headers:
        raise refuse("anthropic-version: header is required")
    body = decoded(request.body, Body)
    _conversation(body)
    _thinking(body)
    _limits(body)
    return _ask(body)


def _ask(body: Body) -> Ask:
    system = body.system if isinstance(body.system, str) else "\n".join(each.text for each in body.system)
    blocks = [block for each in body.messages if each.role == "user" for block in each.blocks]
    thinks = body.thinking is not None and body.thinking.type != "disabled"
    prefix = json.encode(body.tools).decode() + system
    return Ask(
        model=body.model,
        system=system,
        user="\n".join(each.text for each in blocks if isinstance(each, Text)),
        schema=body.output_config.format.schema if body.output_config and body.output_config.format else None,
        tools=tuple(Tool(each.name, each.description, each.input_schema) for each in body.tools),
        choice={"any": "required", "tool": "required", "none": "none"}.get(_chosen(body), "auto"),  # type: ignore[arg-type]
        results=tuple(each.text for each in blocks if isinstance(each, ToolResult)),
        stream=body.stream,
        thinking=thinks,
        shows_thoughts=thinks,
        max_tokens=body.max_tokens,
        prefix=prefix if _marks(body) else "",
        prompt=prefix + json.encode(body.messages).decode(),
    )


def _chosen(body: Body) -> str:
    return body.tool_choice.type if body.tool_choice else "auto"


def _marks(body: Body) -> int:
    system = [] if isinstance(body.system, str) else body.system
    said = [block for each in body.messages for block in each.blocks]
    every = [body, *body.tools, *system, *said]
    return sum(getattr(each, "cache_control", None) is not None for each in every)


def _limits(body: Body) -> None:
    if body.max_tokens < 1:
        raise refuse(f"max_tokens: must be greater than or equal to 1, found {body.max_tokens}")
    if body.temperature is not None and not 0 <= body.temperature <= 1:
        raise refuse(f"temperature: range: 0..1, found {body.temperature}")
    if _marks(body) > 4:
        raise refuse(f"A maximum of 4 blocks with cache_control may be provided. Found {_marks(body)}.")
    if body.output_config and body.output_config.format:
        closed_objects(body.output_config.format.schema, "output_config.format.schema", complete=False)
    names = {each.name for each in body.tools}
    if body.tool_choice and body.tool_choice.type == "tool" and body.tool_choice.name not in names:
        raise refuse(f"Tool '{body.tool_choice.name}' not found in provided tools")
    if body.tool_choice and body.tool_choice.type != "none" and not body.tools:
        raise refuse("tool_choice: may only be specified while providing tools")


def _thinking(body: Body) -> None:
    mode = body.thinking
    if mode is None or mode.type == "disabled":
        return
    if mode.type == "enabled":
        if mode.budget_tokens is None or mode.budget_tokens < 1024:
            raise refuse("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
        if mode.budget_tokens >= body.max_tokens:
            raise refuse("`max_tokens` must be greater than `thinking.budget_tokens`.")
        if body.temperature not in (None, 1):
            raise refuse("`temperature` may only be set to 1 when thinking is enabled.")
    if _chosen(body) in ("any", "tool"):
        raise refuse("Thinking may not be enabled when tool_choice forces tool use.")
    last = next((each for each in reversed(body.messages) if each.role == "assistant"), None)
    blocks = last.blocks if last else []
    if any(isinstance(each, ToolUse) for each in blocks) and not isinstance(blocks[0], Thinking | Redacted):
        raise refuse(
            "Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final "
            "`assistant` message must start with a thinking block."
        )


def _conversation(body: Body) -> None:
    if not body.messages:
        raise refuse("messages: at least one message is required")
    if body.messages[0].role != "user":
        raise refuse('messages: first message must use the "user" role')
    called: set[str] = set()
    for index, message in enumerate(body.messages):
        _given_back(message, index)
        results = {each.tool_use_id for each in message.blocks if isinstance(each, ToolResult)}
        if called - results:
            raise refuse(
                f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                f"{', '.join(sorted(called - results))}. Each `tool_use` block must have a corresponding "
                "`tool_result` block in the next message."
            )
        if results - called:
            raise refuse(
                f"messages.{index}: unexpected `tool_use_id` found in `tool_result` blocks: "
                f"{', '.join(sorted(results - called))}"
            )
        called = {each.id for each in message.blocks if isinstance(each, ToolUse)}
    if called:
        raise refuse(f"messages: `tool_use` ids without `tool_result` blocks: {', '.join(sorted(called))}")


def _given_back(message: Message, index: int) -> None:
    kinds = [isinstance(each, ToolResult) for each in message.blocks]
    if kinds != sorted(kinds, reverse=True):
        raise refuse(f"messages.{index}: `tool_result` blocks must come first in the content")
    theirs = ToolResult if message.role == "assistant" else Thinking | Redacted | ToolUse
    if any(isinstance(each, theirs) for each in message.blocks):
        raise refuse(f"messages.{index}: a block of this kind does not belong to role {message.role!r}")
    for each in message.blocks:
        if isinstance(each, Thinking) and not proves(each.signature, each.thinking, PROOF):
            raise refuse(f"messages.{index}.content: Invalid `signature` in `thinking` block")
