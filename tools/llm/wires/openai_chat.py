"""Replies of the OpenAI chat format, whole or streamed; what its many speakers do differently is read here as well."""

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from core.facts.models import Usage
from core.ports.model import ToolCall
from tools.llm.wires.answers import CUT, EMPTY, Answer, Failure, arguments, count, decoded, shaped, text_of, word
from tools.llm.wires.sorting import Sort

Json = dict[str, Any]

SORTS: dict[str, Sort] = {
    "invalid_api_key": "halt",
    "insufficient_quota": "wait",
    "billing_not_active": "wait",
    "billing_hard_limit_reached": "wait",
    "model_not_found": "halt",
    "unsupported_parameter": "halt",
    "unsupported_value": "halt",
    "unsupported_country_region_territory": "halt",
    "context_length_exceeded": "degrade",
    "request_beyond_limit": "degrade",
    "tool_use_failed": "degrade",
    "invalid_prompt": "degrade",
    "rate_limit_exceeded": "retry",
    "server_error": "retry",
    "insufficient_system_resource": "retry",
}
"""The words of this format's speakers that mean more than their HTTP status."""


class _Function(Struct):
    name: str
    arguments: Any = None


class _Call(Struct):
    function: _Function | None = None
    id: str | None = None


class _Message(Struct):
    content: str | list[Json] | None = None
    refusal: str | None = None
    reasoning_content: Any = None
    reasoning: Any = None
    tool_calls: list[_Call] | None = None


class _Choice(Struct):
    message: Json | None = None
    finish_reason: str | None = None
    error: Any = None


class _Reply(Struct):
    choices: list[_Choice] | None = None
    model: str | None = None
    usage: Any = None
    error: Any = None


def read(body: bytes) -> Answer:
    """The answer of a whole reply."""
    return _answer(decoded(body, _Reply))


def read_stream(events: Iterable[bytes]) -> Answer:
    """The answer of a stream; one without its end is none."""
    joined = _Joined()
    for event in events:
        if event == b"[DONE]":
            joined.ended = True
        else:
            joined.add(decoded(event, dict))
    return _answer(shaped(joined.reply(), _Reply))


def speaks(event: bytes) -> bool:
    """Whether an event of a stream brings a first word, thought or call."""
    return event != b"[DONE]" and any(
        choice.get("delta", {}).get(name)
        for choice in decoded(event, dict).get("choices") or ()
        for name in ("content", "reasoning_content", "reasoning", "tool_calls", "refusal")
    )


def failure(error: Any, status: int | None = None) -> Failure:
    """What an error object says, whoever put it there: a code may be a word, a number, or only in the type."""
    if not isinstance(error, dict):
        return Failure(None, str(error)[:300], status)
    code, words = error.get("code"), str(error.get("message") or "")
    numbers = (code, error.get("status_code"))
    status = status or next((each for each in numbers if isinstance(each, int) and 400 <= each < 600), None)
    told = word(code) or word(error.get("type"))
    return Failure(_beyond(words) or told, words, status)


def failed(body: bytes, status: int) -> Failure:
    """What the body of an error status says."""
    try:
        found = decoded(body, dict)
    except Failure:
        return Failure(None, body[:300].decode("utf-8", "replace"), status)
    return failure(found.get("error") or found.get("detail") or found.get("message") or found, status)


def _answer(reply: _Reply) -> Answer:
    if reply.error:
        raise failure(reply.error)
    if not reply.choices:
        raise Failure(EMPTY, "no choices")
    choice = reply.choices[0]
    if choice.error or choice.finish_reason == "error":
        raise failure(choice.error or "the answer was broken off")
    if choice.finish_reason == "insufficient_system_resource":
        raise Failure(choice.finish_reason)
    told = choice.message or {}
    message = shaped(told, _Message)
    finish = _FINISHES.get(choice.finish_reason or "", choice.finish_reason or "unsaid")
    calls = _calls(message) if finish in ("stop", "tools", "unsaid") else ()
    if message.refusal and finish == "stop":
        finish = "refusal"
    return Answer(
        text=_text(message.content, "text") or message.refusal or "",
        model=reply.model or "",
        finish="tools" if calls else finish,
        tool_calls=calls,
        reasoning=_reasoning(message),
        usage=_usage(reply.usage),
        written=count(reply.usage, "prompt_tokens_details", "cache_write_tokens"),
        echo=told if calls else None,
    )


def _text(content: str | list[Json] | None, kind: str) -> str:
    if isinstance(content, str) or content is None:
        return content or ""
    return "".join(str(part.get("text") or "") for part in content if part.get("type") == kind)


def _reasoning(message: _Message) -> str | None:
    said = word(message.reasoning_content) or word(message.reasoning)
    if said or not isinstance(message.content, list):
        return said
    thoughts = [part.get("thinking") for part in message.content if part.get("type") == "thinking"]
    pieces = [
        thought if isinstance(thought, str) else _text(shaped(thought, list[Json]), "text") for thought in thoughts
    ]
    return "".join(pieces) or None


def _calls(message: _Message) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(call.id or f"call_{place}", call.function.name, arguments(call.function.arguments, call.function.name))
        for place, call in enumerate(message.tool_calls or ())
        if call.function is not None
    )


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    cached = count(usage, "prompt_tokens_details", "cached_tokens")
    return Usage(
        input=count(usage, "prompt_tokens"),
        output=count(usage, "completion_tokens"),
        cached=count(usage, "prompt_cache_hit_tokens") if cached is None else cached,
        reasoning=count(usage, "completion_tokens_details", "reasoning_tokens"),
    )


def _beyond(words: str) -> str | None:
    """A request larger than the whole limit of a minute is told as a rate limit, and never succeeds."""
    found = _LIMIT.search(words)
    return "request_beyond_limit" if found and int(found["wanted"]) > int(found["limit"]) else None


class _Joined:
    """The chunks of a stream put together; only the first of several answers counts."""

    def __init__(self) -> None:
        self.ended = False
        self._texts: dict[str, list[str]] = {}
        self._parts: list[Any] = []
        self._calls: dict[Any, Json] = {}
        self._model: Any = None
        self._usage: Any = None
        self._finish: Any = None

    def add(self, chunk: Json) -> None:
        if chunk.get("error"):
            raise failure(chunk["error"])
        self._model = chunk.get("model") or self._model
        self._usage = chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage") or self._usage
        for choice in chunk.get("choices") or ():
            if choice.get("error"):
                raise failure(choice["error"])
            if not choice.get("index"):
                self._finish = choice.get("finish_reason") or self._finish
                self._say(choice.get("delta") or {})

    def reply(self) -> Json:
        if self._finish is None and not self.ended:
            raise Failure(CUT, "the stream ended before the answer did")
        message: Json = {name: "".join(pieces) for name, pieces in self._texts.items()}
        if self._parts:
            message["content"] = self._parts
        if self._calls:
            message |= {"role": "assistant", "content": message.get("content"), "tool_calls": [*self._calls.values()]}
        choice = {"message": message, "finish_reason": self._finish}
        return {"choices": [choice], "model": self._model, "usage": self._usage}

    def _say(self, delta: Json) -> None:
        for name in ("content", "refusal", "reasoning_content", "reasoning"):
            if isinstance(piece := delta.get(name), str):
                if name == "content" and self._parts:
                    self._parts.append({"type": "text", "text": piece})
                else:
                    self._texts.setdefault(name, []).append(piece)
            elif isinstance(piece, list):
                self._parts += piece
        for piece in delta.get("tool_calls") or ():
            self._call(piece)

    def _call(self, piece: Json) -> None:
        told = piece.get("function") or {}
        place = piece.get("index")
        place = place if place is not None else piece.get("id") or next(reversed(self._calls), 0)
        call = self._calls.setdefault(place, {"type": "function", "function": {"name": "", "arguments": ""}})
        call["id"] = piece.get("id") or call.get("id")
        call["function"]["name"] += told.get("name") or ""
        more = told.get("arguments") or ""
        call["function"]["arguments"] += more if isinstance(more, str) else text_of(more)


_LIMIT = re.compile(r"Limit:? (?P<limit>\d{1,15})\b.*?Requested:? (?P<wanted>\d{1,15})\b")
_FINISHES = {
    "stop": "stop",
    "eos": "stop",
    "tool_calls": "tools",
    "function_call": "tools",
    "length": "length",
    "model_length": "length",
    "content_filter": "content_filter",
}
