"""What Gemini accepts: the shapes of a generateContent request, and the rules between its parts."""

import re
from typing import Any, Literal

import msgspec
from msgspec import Struct

from core.ports.model import Tool
from tools.simulators.provider.conversation import Ask, Choice, refuse
from tools.simulators.provider.exchange import Request
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.wires.naming import proves
from tools.simulators.provider.wires.wire import decoded

TARGET = re.compile(r"/models/(?P<model>[^/:]+):(?P<verb>generateContent|streamGenerateContent)\Z")
PROOF = "EokB"
"""How our thought signatures begin."""
_FREE = {"args", "response", "parameters", "parametersJsonSchema", "responseJsonSchema", "responseSchema"}
"""What is under these names is the client's own and keeps its spelling."""


class Strict(Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A message whose every field is known."""


class FunctionCall(Strict):
    """A call, given back."""

    name: str
    args: dict[str, Any] = {}
    id: str | None = None


class FunctionResponse(Strict):
    """What a called function answered."""

    name: str
    response: dict[str, Any]
    id: str | None = None


class Part(Strict):
    """A piece of content: exactly one of its kinds."""

    text: str | None = None
    thought: bool = False
    thought_signature: str | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None


class Content(Strict):
    """What one side said."""

    parts: list[Part] = []
    role: Literal["user", "model"] | None = None


class Declaration(Strict):
    """A function on offer."""

    name: str
    description: str = ""
    parameters: dict[str, Any] | None = None
    parameters_json_schema: dict[str, Any] | None = None


class Offer(Strict):
    """Functions on offer."""

    function_declarations: list[Declaration] = []


class Calling(Strict):
    """Whether functions are to be called."""

    mode: Literal["AUTO", "ANY", "NONE", "VALIDATED"] = "AUTO"
    allowed_function_names: list[str] = []


class ToolConfig(Strict):
    """Whether and how tools are used."""

    function_calling_config: Calling | None = None


class ThinkingConfig(Strict):
    """Whether and how long to think."""

    include_thoughts: bool = False
    thinking_budget: int | None = None
    thinking_level: Literal["MINIMAL", "LOW", "MEDIUM", "HIGH"] | None = None


class Generation(Strict):
    """How the reply is to be formed."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    seed: int | None = None
    candidate_count: Literal[1] | None = None
    max_output_tokens: int | None = None
    stop_sequences: list[str] | None = None
    response_mime_type: str | None = None
    response_schema: dict[str, Any] | None = None
    response_json_schema: dict[str, Any] | None = None
    response_modalities: list[str] | None = None
    thinking_config: ThinkingConfig | None = None


class Body(Strict):
    """The body of a generateContent request."""

    contents: list[Content]
    system_instruction: Content | None = None
    tools: list[Offer] = []
    tool_config: ToolConfig | None = None
    generation_config: Generation = msgspec.field(default_factory=Generation)
    safety_settings: list[dict[str, str]] = []
    cached_content: str | None = None
    service_tier: str | None = None


def read(request: Request, simulation: Simulation) -> Ask:
    """What a generateContent request asks."""
    target = TARGET.search(request.path)
    if target is None:
        raise refuse(f"{request.path} names no model and no method")
    try:
        body = msgspec.convert(_camel(decoded(request.body, dict[str, Any])), Body)
    except msgspec.ValidationError as error:
        raise refuse(f"Invalid JSON payload received. {error}") from error
    _conversation(body, target["model"], simulation)
    _generation(body)
    return _ask(body, request, target)


def _ask(body: Body, request: Request, target: re.Match[str]) -> Ask:
    system = "\n".join(_texts(body.system_instruction)) if body.system_instruction else ""
    declared = [each for offer in body.tools for each in offer.function_declarations]
    wanted, thinking = body.generation_config, body.generation_config.thinking_config
    thinks = (
        thinking is not None
        and thinking.thinking_budget != 0
        and (
            thinking.thinking_level not in (None, "MINIMAL")
            or bool(thinking.thinking_budget)
            or thinking.include_thoughts
        )
    )
    answered = [part.function_response for each in body.contents for part in each.parts if part.function_response]
    prefix = msgspec.json.encode(body.tools).decode() + system
    return Ask(
        model=target["model"],
        system=system,
        user="\n".join(text for each in body.contents if each.role != "model" for text in _texts(each)),
        schema=wanted.response_json_schema or _lowered(wanted.response_schema),
        tools=tuple(
            Tool(each.name, each.description, each.parameters_json_schema or _lowered(each.parameters) or {})
            for each in declared
        ),
        choice=_choice(body),
        results=tuple(msgspec.json.encode(each.response).decode() for each in answered),
        stream=target["verb"] == "streamGenerateContent",
        events=request.query.get("alt") == "sse",
        thinking=thinks,
        shows_thoughts=thinks and thinking is not None and thinking.include_thoughts,
        max_tokens=wanted.max_output_tokens,
        prefix=prefix,
        prompt=prefix + msgspec.json.encode(body.contents).decode(),
    )


def _texts(content: Content) -> list[str]:
    return [part.text for part in content.parts if part.text is not None and not part.thought]


def _choice(body: Body) -> Choice:
    calling = body.tool_config.function_calling_config if body.tool_config else None
    return {"ANY": "required", "NONE": "none"}.get(calling.mode if calling else "AUTO", "auto")  # type: ignore[return-value]


def _generation(body: Body) -> None:
    wanted = body.generation_config
    if wanted.response_schema is not None and wanted.response_json_schema is not None:
        raise refuse("Only one of `response_schema` and `response_json_schema` may be set.")
    schema = wanted.response_schema or wanted.response_json_schema
    if schema is not None and wanted.response_mime_type != "application/json":
        raise refuse("A response schema is only supported with response_mime_type: application/json.")
    thinking = wanted.thinking_config
    if thinking and thinking.thinking_budget is not None and thinking.thinking_level is not None:
        raise refuse("You can only set only one of thinking budget and thinking level.")
    if wanted.temperature is not None and not 0 <= wanted.temperature <= 2:
        raise refuse(f"temperature: must be in the range [0.0, 2.0], found {wanted.temperature}.")


def _conversation(body: Body, model: str, simulation: Simulation) -> None:
    if not body.contents:
        raise refuse("* GenerateContentRequest.contents: contents is not specified")
    for index, content in enumerate(body.contents):
        before = body.contents[index - 1].parts if index else []
        called = [part.function_call.name for part in before if part.function_call]
        answered = [part.function_response.name for part in content.parts if part.function_response]
        if sorted(called) != sorted(answered):
            raise refuse(
                "Please ensure that the number of function response parts is equal to the number of function call "
                f"parts of the function call turn: called {called}, answered {answered}."
            )
        _signed(content, model.startswith(simulation.signing), index)
    if any(part.function_call for part in body.contents[-1].parts):
        raise refuse("Please ensure that function call turn comes before a function response turn.")


def _signed(content: Content, wanted: bool, index: int) -> None:
    first = next((part for part in content.parts if part.function_call), None)
    if first is None or first.function_call is None or not wanted:
        return
    called = first.function_call.name
    if first.thought_signature is None:
        raise refuse(f"Function call `{called}` in the {index}. content block is missing a `thought_signature`.")
    if not proves(first.thought_signature, called, PROOF):
        raise refuse(f"Thought signature of function call `{called}` is not valid.")


def _camel(value: Any) -> Any:
    """Fields in camel case: both spellings are taken."""
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    renamed = {_camel_name(key): each for key, each in value.items()}
    if len(renamed) != len(value):
        raise refuse("Invalid JSON payload received. A field is given twice, in both spellings.")
    return {key: each if key in _FREE else _camel(each) for key, each in renamed.items()}


def _camel_name(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _lowered(schema: Any) -> Any:
    """An OpenAPI schema with its upper-case types as JSON Schema has them."""
    if isinstance(schema, list):
        return [_lowered(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    lowered = {key: _lowered(each) for key, each in schema.items()}
    if isinstance(schema.get("type"), str):
        lowered["type"] = schema["type"].lower()
    return lowered
