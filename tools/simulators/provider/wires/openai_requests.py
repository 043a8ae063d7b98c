"""What OpenAI and DeepSeek accept: the shapes of a chat completion request, and the rules between its parts."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, json

from core.ports.model import Tool
from tools.simulators.provider.conversation import Ask, Choice, Flavour, refuse
from tools.simulators.provider.exchange import Request
from tools.simulators.provider.routes import is_own
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.wires.wire import closed_objects, decoded


class Called(Struct, forbid_unknown_fields=True):
    """The name and arguments of a function the model called."""

    name: str
    arguments: str


class Call(Struct, forbid_unknown_fields=True):
    """A call as the client gives it back."""

    id: str
    function: Called
    type: Literal["function"] = "function"
    index: int | None = None


class Part(Struct, forbid_unknown_fields=True):
    """A piece of a message's content."""

    type: Literal["text", "refusal"]
    text: str = ""
    refusal: str = ""


class Message(Struct, forbid_unknown_fields=True):
    """One message of the conversation."""

    role: Literal["developer", "system", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    name: str | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    annotations: list[Any] | None = None
    audio: None = None
    function_call: None = None

    @property
    def text(self) -> str:
        """All its text."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class Function(Struct, forbid_unknown_fields=True):
    """A function on offer."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}
    strict: bool | None = None


class Offer(Struct, forbid_unknown_fields=True):
    """A tool on offer."""

    function: Function
    type: Literal["function"] = "function"


class Chosen(Struct, forbid_unknown_fields=True):
    """The one function that must be called."""

    function: dict[str, str]
    type: Literal["function"] = "function"


class Shape(Struct, forbid_unknown_fields=True):
    """A schema with its name."""

    name: str
    schema: dict[str, Any]
    strict: bool | None = None
    description: str = ""


class Format(Struct, forbid_unknown_fields=True):
    """How the reply is to be formed."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: Shape | None = None


class StreamOptions(Struct, forbid_unknown_fields=True):
    """What a stream tells beside the text."""

    include_usage: bool = False
    include_obfuscation: bool = True


class Mode(Struct, forbid_unknown_fields=True):
    """DeepSeek's switch for thinking."""

    type: Literal["enabled", "disabled"]


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of a chat completion request."""

    model: str
    messages: list[Message]
    tools: list[Offer] | None = None
    tool_choice: Literal["auto", "none", "required"] | Chosen | None = None
    parallel_tool_calls: bool | None = None
    response_format: Format | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    n: Literal[1] | None = None
    user: str | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    service_tier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    safety_identifier: str | None = None
    store: bool | None = None
    metadata: dict[str, str] | None = None
    thinking: Mode | UnsetType | None = UNSET
    chat_template_kwargs: dict[str, Any] | None = None


def read(request: Request, flavour: Flavour, simulation: Simulation) -> Ask:
    """What a chat completion request asks."""
    body = decoded(request.body, Body)
    if not body.messages:
        raise refuse("[] is too short - 'messages'", "messages")
    (_deepseek if flavour == "deepseek" else _openai)(body, simulation)
    if body.chat_template_kwargs is not None and not is_own(request):
        raise refuse("Unknown parameter: 'chat_template_kwargs'.", "chat_template_kwargs", "unknown_parameter")
    _format(body)
    _answered(body.messages)
    if body.stream_options is not None and not body.stream:
        raise refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    return _ask(body, flavour)


def _ask(body: Body, flavour: Flavour) -> Ask:
    system = "\n".join(each.text for each in body.messages if each.role in ("system", "developer"))
    tools = tuple(Tool(o.function.name, o.function.description, o.function.parameters) for o in body.tools or ())
    shape = body.response_format.json_schema if body.response_format else None
    thinking = _thinks(body) if flavour == "deepseek" else body.reasoning_effort not in (None, "none")
    return Ask(
        model=body.model,
        system=system,
        user="\n".join(each.text for each in body.messages if each.role == "user"),
        schema=shape.schema if shape else None,
        tools=tools,
        choice=_choice(body),
        results=tuple(each.text for each in body.messages if each.role == "tool"),
        stream=bool(body.stream),
        usage_in_stream=bool(body.stream_options and body.stream_options.include_usage),
        thinking=thinking,
        shows_thoughts=thinking and flavour == "deepseek",
        max_tokens=body.max_completion_tokens or body.max_tokens,
        prefix=json.encode(body.tools or []).decode() + system,
        prompt=json.encode([body.tools or [], body.messages]).decode(),
    )


def _choice(body: Body) -> Choice:
    if isinstance(body.tool_choice, Chosen):
        wanted = body.tool_choice.function.get("name")
        if wanted not in {offer.function.name for offer in body.tools or ()}:
            raise refuse(f"Tool choice {wanted!r} not found in 'tools' parameter.", "tool_choice")
        return "required"
    if body.tool_choice is not None and not body.tools:
        raise refuse("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
    return body.tool_choice or "auto"


def _openai(body: Body, simulation: Simulation) -> None:
    if body.thinking is not UNSET:
        raise refuse("Unrecognized request argument supplied: thinking", "thinking", "unknown_parameter")
    if any(each.reasoning_content is not None for each in body.messages):
        raise refuse("Unknown parameter: 'messages.reasoning_content'.", "messages", "unknown_parameter")
    if body.model.startswith(simulation.reasoning):
        _reasoning_model(body)
    _temperature(body.temperature)


def _reasoning_model(body: Body) -> None:
    if body.max_tokens is not None:
        hint = "Use 'max_completion_tokens' instead."
        raise refuse(
            f"Unsupported parameter: 'max_tokens' is not supported with this model. {hint}",
            "max_tokens",
            "unsupported_parameter",
        )
    if body.temperature not in (None, 1):
        raise refuse(
            "Unsupported value: 'temperature' does not support this value with this model. Only 1 is.",
            "temperature",
            "unsupported_value",
        )


def _deepseek(body: Body, _simulation: Simulation) -> None:
    if body.response_format is not None and body.response_format.type == "json_schema":
        raise refuse("This response_format type is unavailable now", "response_format", "invalid_request_error")
    if _thinks(body):
        if body.logprobs:
            raise refuse("logprobs is not supported while thinking", "logprobs", "invalid_request_error")
        for each in _of_this_turn(body.messages):
            if each.tool_calls and each.reasoning_content is None:
                raise refuse("The `reasoning_content` of a thinking turn must be passed back", "messages")
    _temperature(body.temperature)


def _thinks(body: Body) -> bool:
    if isinstance(body.thinking, Mode):
        return body.thinking.type == "enabled"
    return body.model == "deepseek-reasoner"


def _of_this_turn(messages: list[Message]) -> list[Message]:
    last = max((index for index, each in enumerate(messages) if each.role == "user"), default=0)
    return messages[last:]


def _temperature(value: float | None) -> None:
    if value is not None and not 0 <= value <= 2:
        low = value < 0
        word, bound = ("below_min", "0") if low else ("above_max", "2")
        raise refuse(
            f"Invalid 'temperature': decimal {'below minimum' if low else 'above maximum'} value. Expected "
            f"{'at least' if low else 'at most'} {bound}, got {value}.",
            "temperature",
            f"decimal_{word}_value",
        )


def _format(body: Body) -> None:
    wanted = body.response_format
    if wanted is None:
        return
    if wanted.type == "json_object" and "json" not in " ".join(each.text for each in body.messages).lower():
        raise refuse(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            "messages",
        )
    if wanted.type == "json_schema":
        if wanted.json_schema is None:
            raise refuse("Missing required parameter: 'response_format.json_schema'.", "response_format.json_schema")
        if wanted.json_schema.strict:
            closed_objects(wanted.json_schema.schema, f"response_format {wanted.json_schema.name!r}", complete=True)


def _answered(messages: list[Message]) -> None:
    """Each call is answered before anyone else speaks, and nothing is answered that was not called."""
    open_calls: dict[str, None] = {}
    for index, each in enumerate(messages):
        if each.role == "tool":
            if each.tool_call_id not in open_calls:
                raise refuse(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceding message with "
                    "'tool_calls'.",
                    f"messages.[{index}].role",
                )
            del open_calls[each.tool_call_id]
        elif open_calls:
            break
        elif each.tool_calls:
            open_calls = {call.id: None for call in each.tool_calls}
    if open_calls:
        raise refuse(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(open_calls)}",
            "messages",
        )
