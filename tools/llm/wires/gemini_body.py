"""Requests of the Gemini generateContent format, as they go over the wire.

Older models refuse functions together with an enforced schema, so while functions are on offer none is enforced; the
reader of the reply checks it all the same.
"""

from collections.abc import Mapping
from typing import Any

from core.ports.model import ChatRequest, Tool, ToolResult, Turn
from tools.llm.endpoints import ModelTerms, Thinking
from tools.llm.wires.schemas import Enforced

Body = dict[str, Any]


def compose(request: ChatRequest, terms: ModelTerms) -> Body:
    """The body of a generateContent request: the stable prefix first, what changes last."""
    body: Body = {"systemInstruction": {"parts": [{"text": request.system}]}} if request.system else {}
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_tool(tool) for tool in request.tools]}]
    body["contents"] = [{"role": "user", "parts": [{"text": request.user}]}, *_turns(request.turns)]
    body["generationConfig"] = _settings(request, terms)
    return body


def _settings(request: ChatRequest, terms: ModelTerms) -> Body:
    settings: Body = {"maxOutputTokens": request.max_tokens, "thinkingConfig": _THINKING[terms.thinking]}
    if terms.temperature:
        settings["temperature"] = float(request.temperature)
    if terms.schema != "none" and not request.tools:
        settings["responseMimeType"] = "application/json"
        if terms.schema == "strict":
            settings["responseJsonSchema"] = _strict.schema(request.schema)
    return settings


def _tool(tool: Tool) -> Body:
    return {"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters}


def _turns(turns: tuple[Turn, ...]) -> list[Body]:
    contents: list[Body] = []
    for turn in turns:
        said = _said(turn)
        named = {part["functionCall"].get("id") for part in said["parts"] if "functionCall" in part}
        answered = [_answered(result, result.call.id in named) for result in turn.results]
        contents += [said, {"role": "user", "parts": answered}]
    return contents


def _said(turn: Turn) -> Body:
    """The model's own parts, signatures and all; of another provider's message, only what was said and called."""
    if turn.echo and isinstance(turn.echo.get("parts"), list):
        return turn.echo
    said: list[Body] = [{"text": turn.text}] if turn.text else []
    calls = [{"functionCall": {"name": each.call.name, "args": each.call.arguments}} for each in turn.results]
    return {"role": "model", "parts": said + calls}


def _answered(result: ToolResult, named: bool) -> Body:
    """Older models give their calls no id and match the answers by name and order."""
    told: Body = {"name": result.call.name, "response": {"result": result.text}}
    return {"functionResponse": told | ({"id": result.call.id} if named else {})}


_THINKING: Mapping[Thinking, Body] = {
    "off": {"thinkingBudget": 0},
    "low": {"thinkingLevel": "LOW", "includeThoughts": True},
    "high": {"thinkingLevel": "HIGH", "includeThoughts": True},
}
_strict = Enforced(
    frozenset({"maxLength", "minLength", "pattern", "multipleOf", "uniqueItems", "default"})
    | {"exclusiveMinimum", "exclusiveMaximum"}
)
