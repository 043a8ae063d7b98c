"""Requests of the OpenAI chat format, and how its speakers differ: how thinking is switched, and two names."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from core.ports.model import ChatRequest, Turn
from tools.llm.endpoints import Endpoint, ModelTerms, Thinking
from tools.llm.wires.answers import text_of
from tools.llm.wires.schemas import Enforced

Body = dict[str, Any]


class Dialect(Struct, frozen=True):
    """Where one speaker of the format differs."""

    thinking: Mapping[Thinking, Body]
    """Sent always, so that a provider's changing default decides nothing."""
    limit: str = "max_tokens"
    """Its name for the most tokens of a reply."""
    counts_stream: bool = True
    """Whether it understands the wish to be told the usage of a stream."""


def dialect(terms: ModelTerms, endpoint: Endpoint) -> Dialect:
    """How this provider is spoken to, by its address or, where that is a simulator's, by its name."""
    host = urlsplit(endpoint.base_url).hostname or ""
    known = next((each for end, each in _HOSTS.items() if host == end or host.endswith(f".{end}")), None)
    return known or _NAMES.get(terms.provider, _PLAIN)


def compose(request: ChatRequest, terms: ModelTerms, spoken: Dialect) -> Body:
    """The body of a chat request: the stable prefix first, what changes last."""
    body: Body = {"model": terms.model, "messages": _messages(request), spoken.limit: request.max_tokens}
    if terms.temperature:
        body["temperature"] = float(request.temperature)
    body |= spoken.thinking[terms.thinking]
    if request.tools:
        body["tools"] = [_tool(tool.name, tool.description, tool.parameters) for tool in request.tools]
    if terms.schema == "strict":
        schema = {"name": request.role, "strict": True, "schema": _strict.schema(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif terms.schema == "object":
        body["response_format"] = {"type": "json_object"}
    return body


def _messages(request: ChatRequest) -> list[Body]:
    messages: list[Body] = [{"role": "system", "content": request.system}] if request.system else []
    messages.append({"role": "user", "content": request.user})
    for turn in request.turns:
        messages.append(_said(turn))
        messages += [
            {"role": "tool", "tool_call_id": result.call.id, "content": result.text} for result in turn.results
        ]
    return messages


def _said(turn: Turn) -> Body:
    """The model's own message; of another provider's, only what was said and called."""
    if turn.echo and "tool_calls" in turn.echo:
        told = {name: value for name, value in turn.echo.items() if name in _GIVEN_BACK and value is not None}
        return {"role": "assistant", "content": None} | told
    calls = [
        {
            "id": each.call.id,
            "type": "function",
            "function": {"name": each.call.name, "arguments": text_of(each.call.arguments)},
        }
        for each in turn.results
    ]
    return {"role": "assistant", "content": turn.text, "tool_calls": calls}


def _tool(name: str, description: str, parameters: Body) -> Body:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def _efforts(off: str) -> dict[Thinking, Body]:
    return {
        "off": {"reasoning_effort": off},
        "low": {"reasoning_effort": "low"},
        "high": {"reasoning_effort": "high"},
    }


_GIVEN_BACK = ("role", "content", "tool_calls", "refusal", "reasoning_content", "reasoning", "reasoning_details")
"""What a provider takes of its own message; the rest it adds for readers, and some refuse it."""
_strict = Enforced(frozenset({"maxLength", "minLength", "default", "uniqueItems", "title"}))
_OPENAI = Dialect(_efforts("none"), limit="max_completion_tokens")
_SWITCHED: dict[Thinking, Body] = {
    "off": {"thinking": {"type": "disabled"}},
    "low": {"thinking": {"type": "enabled"}, "reasoning_effort": "low"},
    "high": {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
}
_ROUTED: dict[Thinking, Body] = {
    "off": {"reasoning": {"enabled": False}},
    "low": {"reasoning": {"enabled": True, "effort": "low"}},
    "high": {"reasoning": {"enabled": True, "effort": "high"}},
}
_TEMPLATED: dict[Thinking, Body] = {
    "off": {"reasoning_effort": "none", "chat_template_kwargs": {"enable_thinking": False}},
    "low": {"reasoning_effort": "low", "chat_template_kwargs": {"enable_thinking": True}},
    "high": {"reasoning_effort": "high", "chat_template_kwargs": {"enable_thinking": True}},
}
_PLAIN = Dialect(_TEMPLATED)
"""A local server: each reads the switch it knows and passes over the other."""
_HOSTS = {
    "openai.com": _OPENAI,
    "deepseek.com": Dialect(_SWITCHED),
    "z.ai": Dialect(_SWITCHED),
    "openrouter.ai": Dialect(_ROUTED),
    "groq.com": Dialect(_efforts("none")),
    "cerebras.ai": Dialect(_efforts("none")),
    "mistral.ai": Dialect(_efforts("none"), counts_stream=False),
}
_NAMES = {end.partition(".")[0]: each for end, each in _HOSTS.items()} | {"zai": _HOSTS["z.ai"]}
