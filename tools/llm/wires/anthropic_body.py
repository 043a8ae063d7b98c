"""Requests of the Anthropic Messages format. The system prompt is the stable prefix, and is marked to be cached."""

from typing import Any

from core.ports.model import ChatRequest, Tool, Turn
from tools.llm.endpoints import ModelTerms
from tools.llm.wires.schemas import Enforced

Body = dict[str, Any]


def compose(request: ChatRequest, terms: ModelTerms) -> Body:
    """The body of a messages request: the stable prefix first, what changes last."""
    thinks = terms.thinking != "off"
    body: Body = {"model": terms.model, "max_tokens": request.max_tokens, "messages": _messages(request)}
    if request.system:
        body["system"] = [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}]
    if terms.temperature and not thinks:
        body["temperature"] = float(request.temperature)
    body["thinking"] = {"type": "adaptive"} if thinks else {"type": "disabled"}
    if settings := _settings(request, terms):
        body["output_config"] = settings
    return body | _tools(request)


def _settings(request: ChatRequest, terms: ModelTerms) -> Body:
    settings: Body = {} if terms.thinking == "off" else {"effort": terms.thinking}
    if terms.schema == "strict":
        settings["format"] = {"type": "json_schema", "schema": _strict.schema(request.schema)}
    return settings


def _tools(request: ChatRequest) -> Body:
    """The functions on offer; those of earlier turns are named even when none may be called any more."""
    if request.tools:
        return {"tools": [_tool(tool) for tool in request.tools]}
    called = dict.fromkeys(result.call.name for turn in request.turns for result in turn.results)
    if not called:
        return {}
    named = [_tool(Tool(name, "No longer on offer.", {"type": "object"})) for name in called]
    return {"tools": named, "tool_choice": {"type": "none"}}


def _tool(tool: Tool) -> Body:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _messages(request: ChatRequest) -> list[Body]:
    messages: list[Body] = [{"role": "user", "content": request.user}]
    for turn in request.turns:
        answered = [
            {"type": "tool_result", "tool_use_id": result.call.id, "content": result.text} for result in turn.results
        ]
        messages += [{"role": "assistant", "content": _said(turn)}, {"role": "user", "content": answered}]
    return messages


def _said(turn: Turn) -> list[Body]:
    """The model's own blocks, signatures and all; of another provider's message, only what was said and called."""
    own = turn.echo.get("content") if turn.echo and "tool_calls" not in turn.echo else None
    if isinstance(own, list):
        return own
    said: list[Body] = [{"type": "text", "text": turn.text}] if turn.text.strip() else []
    return said + [
        {"type": "tool_use", "id": each.call.id, "name": each.call.name, "input": each.call.arguments}
        for each in turn.results
    ]


_strict = Enforced(
    frozenset(
        {"maxLength", "minLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
        | {"multipleOf", "minItems", "maxItems", "uniqueItems", "default", "title"}
    )
)
