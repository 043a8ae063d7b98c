"""Replies of the OpenAI Responses format, whole or streamed. It is only read: seats are asked in the chat format."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from core.facts.models import Usage
from core.ports.model import ToolCall
from tools.llm.wires.answers import CUT, EMPTY, MALFORMED, Answer, Failure, arguments, count, decoded, shaped, word
from tools.llm.wires.openai_chat import failure

Json = dict[str, Any]


class _Item(Struct):
    type: str = ""
    content: list[Json] | None = None
    summary: list[Json] | None = None
    call_id: str | None = None
    name: str = ""
    arguments: Any = None


class _Reply(Struct):
    output: list[Json] | None = None
    status: str | None = None
    model: str | None = None
    usage: Any = None
    error: Any = None
    incomplete_details: Any = None


def read(body: bytes) -> Answer:
    """The answer of a whole reply."""
    return _answer(decoded(body, _Reply))


def read_stream(events: Iterable[bytes]) -> Answer:
    """The answer of a stream: its last event holds the whole reply, the finished items where that leaves them out."""
    items: list[Json] = []
    for event in events:
        if event == b"[DONE]":
            continue
        told = decoded(event, dict)
        kind = told.get("type")
        if kind == "error":
            raise failure(told.get("error") or told)
        if kind == "response.output_item.done" and isinstance(told.get("item"), dict):
            items.append(told["item"])
        if kind in _ENDS:
            reply = shaped(told.get("response"), _Reply)
            reply.output = reply.output or items
            return _answer(reply)
    raise Failure(CUT, "the stream ended before the answer did")


def _answer(reply: _Reply) -> Answer:
    if reply.error:
        raise failure(reply.error)
    if reply.status not in ("completed", "incomplete"):
        raise Failure(EMPTY if reply.status else MALFORMED, f"its status is {reply.status!r}")
    told = reply.output or []
    items = shaped(told, list[_Item])
    if not items and reply.status == "completed":
        raise Failure(EMPTY, "no output")
    finish = "stop" if reply.status == "completed" else _cut(reply.incomplete_details)
    calls = _calls(items) if finish == "stop" else ()
    parts = [part for item in items if item.type == "message" for part in item.content or ()]
    refusal = _joined(parts, "refusal", "refusal")
    if refusal and finish == "stop":
        finish = "refusal"
    return Answer(
        text=_joined(parts, "output_text", "text") or refusal,
        model=reply.model or "",
        finish="tools" if calls else finish,
        tool_calls=calls,
        reasoning=_reasoning(items),
        usage=_usage(reply.usage),
        written=count(reply.usage, "input_tokens_details", "cache_write_tokens"),
        echo={"output": told} if calls else None,
    )


def _cut(details: Any) -> str:
    reason = word(details.get("reason")) if isinstance(details, dict) else None
    return {"max_output_tokens": "length"}.get(reason or "", reason or "unsaid")


def _calls(items: list[_Item]) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(item.call_id or f"call_{place}", item.name, arguments(item.arguments, item.name))
        for place, item in enumerate(items)
        if item.type == "function_call"
    )


def _reasoning(items: list[_Item]) -> str | None:
    thoughts = [item for item in items if item.type == "reasoning"]
    texts = [_joined(item.content or [], "reasoning_text", "text") for item in thoughts]
    texts += [str(part.get("text") or "") for item in thoughts for part in item.summary or ()]
    return "\n".join(text for text in texts if text) or None


def _joined(parts: list[Json], kind: str, name: str) -> str:
    return "".join(str(part.get(name) or "") for part in parts if part.get("type") == kind)


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    return Usage(
        input=count(usage, "input_tokens"),
        output=count(usage, "output_tokens"),
        cached=count(usage, "input_tokens_details", "cached_tokens"),
        reasoning=count(usage, "output_tokens_details", "reasoning_tokens"),
    )


_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
