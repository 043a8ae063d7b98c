"""Replies of the Anthropic Messages format, whole or streamed."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from core.facts.models import Usage
from core.ports.model import ToolCall
from tools.llm.wires.answers import CUT, MALFORMED, Answer, Failure, arguments, count, decoded, shaped, total, word
from tools.llm.wires.sorting import Sort

Json = dict[str, Any]

SORTS: dict[str, Sort] = {
    "authentication_error": "halt",
    "billing_error": "wait",
    "no_credit": "wait",
    "permission_error": "halt",
    "not_found_error": "halt",
    "invalid_request_error": "degrade",
    "request_too_large": "degrade",
    "rate_limit_error": "retry",
    "api_error": "retry",
    "timeout_error": "retry",
    "overloaded_error": "retry",
}
"""The types of this provider's errors."""


class _Block(Struct):
    type: str
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str = ""
    input: Any = None


class _Reply(Struct):
    type: str | None = None
    content: list[Json] | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: Any = None
    error: Any = None


def read(body: bytes) -> Answer:
    """The answer of a whole reply."""
    return _answer(decoded(body, _Reply))


def read_stream(events: Iterable[bytes]) -> Answer:
    """The answer of a stream; one without its last event is none."""
    joined = _Joined()
    for event in events:
        joined.add(decoded(event, dict))
    return _answer(shaped(joined.reply(), _Reply))


def speaks(event: bytes) -> bool:
    """Whether an event of a stream brings a first word, thought or call."""
    delta = decoded(event, dict).get("delta")
    return isinstance(delta, dict) and bool(delta.get("text") or delta.get("thinking") or delta.get("partial_json"))


def failed(body: bytes, status: int) -> Failure:
    """What the body of an error status says."""
    try:
        return _failure(decoded(body, dict).get("error"), status)
    except Failure:
        return Failure(None, body[:300].decode("utf-8", "replace"), status)


def _failure(error: Any, status: int | None = None) -> Failure:
    if not isinstance(error, dict):
        return Failure(None, str(error or "")[:300], status)
    words = str(error.get("message") or "")
    code = "no_credit" if "credit balance is too low" in words else word(error.get("type"))
    return Failure(code, words, status)


def _answer(reply: _Reply) -> Answer:
    if reply.error:
        raise _failure(reply.error)
    if reply.type != "message" or reply.content is None:
        raise Failure(MALFORMED, f"its type is {reply.type!r}")
    blocks = shaped(reply.content, list[_Block])
    finish = _FINISHES.get(reply.stop_reason or "", reply.stop_reason or "unsaid")
    calls = _calls(blocks) if finish in ("stop", "tools") else ()
    return Answer(
        text="".join(block.text or "" for block in blocks if block.type == "text"),
        model=reply.model or "",
        finish="tools" if calls else finish,
        tool_calls=calls,
        reasoning="\n".join(block.thinking for block in blocks if block.type == "thinking" and block.thinking) or None,
        usage=_usage(reply.usage),
        written=count(reply.usage, "cache_creation_input_tokens"),
        echo={"role": "assistant", "content": reply.content} if calls else None,
    )


def _calls(blocks: list[_Block]) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(block.id or f"call_{place}", block.name, arguments(block.input, block.name))
        for place, block in enumerate(blocks)
        if block.type == "tool_use"
    )


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    cached = count(usage, "cache_read_input_tokens")
    return Usage(
        input=total(count(usage, "input_tokens"), cached, count(usage, "cache_creation_input_tokens")),
        output=count(usage, "output_tokens"),
        cached=cached,
        reasoning=count(usage, "output_tokens_details", "thinking_tokens"),
    )


class _Joined:
    """The events of a stream put together into the message they tell."""

    def __init__(self) -> None:
        self._message: Json = {}
        self._blocks: dict[int, Json] = {}
        self._inputs: dict[int, str] = {}
        self._ended = False

    def add(self, event: Json) -> None:
        kind, place = event.get("type"), event.get("index") or 0
        if kind == "error":
            raise _failure(event.get("error"))
        if kind == "message_start":
            self._message = dict(event.get("message") or {})
        elif kind == "content_block_start":
            self._blocks[place] = dict(event.get("content_block") or {})
        elif kind == "content_block_delta":
            self._change(place, event.get("delta") or {})
        elif kind == "message_delta":
            self._message |= {name: value for name, value in (event.get("delta") or {}).items() if value is not None}
            said = {name: value for name, value in (event.get("usage") or {}).items() if value is not None}
            self._message["usage"] = (self._message.get("usage") or {}) | said
        self._ended = self._ended or kind == "message_stop"

    def reply(self) -> Json:
        if not self._ended:
            raise Failure(CUT, "the stream ended before the answer did")
        for place, text in self._inputs.items():
            self._blocks[place]["input"] = self._input(text)
        return self._message | {"content": [block for _, block in sorted(self._blocks.items())]}

    def _change(self, place: int, delta: Json) -> None:
        block = self._blocks.setdefault(place, {"type": "text"})
        for name in ("text", "thinking", "signature"):
            if isinstance(delta.get(name), str):
                block[name] = (block.get(name) or "") + delta[name]
        if isinstance(delta.get("partial_json"), str):
            self._inputs[place] = self._inputs.get(place, "") + delta["partial_json"]
        if isinstance(delta.get("citation"), dict):
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]

    def _input(self, text: str) -> Any:
        try:
            return arguments(text, "")
        except Failure:
            return text


_FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
