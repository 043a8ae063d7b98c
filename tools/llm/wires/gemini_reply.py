"""Replies of the Gemini generateContent format: whole, as an array of pieces, or as server-sent events."""

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from core.facts.models import Usage
from core.ports.model import ToolCall
from tools.llm.wires.answers import CUT, EMPTY, Answer, Failure, arguments, count, decoded, shaped, total, word
from tools.llm.wires.sorting import Sort

Json = dict[str, Any]

SORTS: dict[str, Sort] = {
    "API_KEY_INVALID": "halt",
    "UNAUTHENTICATED": "halt",
    "PERMISSION_DENIED": "halt",
    "FAILED_PRECONDITION": "halt",
    "NOT_FOUND": "halt",
    "DAILY_QUOTA": "wait",
    "INVALID_ARGUMENT": "degrade",
    "OUT_OF_RANGE": "degrade",
    "RESOURCE_EXHAUSTED": "retry",
    "CANCELLED": "retry",
    "INTERNAL": "retry",
    "UNAVAILABLE": "retry",
    "DEADLINE_EXCEEDED": "retry",
}
"""The statuses of this provider's errors, a key it does not know, and the quota of a day."""


class _Call(Struct):
    name: str
    args: Any = None
    id: str | None = None


class _Part(Struct):
    text: str | None = None
    thought: bool | None = None
    functionCall: _Call | None = None


class _Candidate(Struct):
    content: Json | None = None
    finishReason: str | None = None
    index: int | None = None


class _Reply(Struct):
    candidates: list[_Candidate] | None = None
    promptFeedback: Any = None
    usageMetadata: Any = None
    modelVersion: str | None = None
    error: Any = None


def read(body: bytes) -> Answer:
    """The answer of a whole reply, or of the array that a stream without events is."""
    if body.lstrip().startswith(b"["):
        return _answer(_joined(decoded(body, list[_Reply])))
    return _answer(decoded(body, _Reply))


def read_stream(events: Iterable[bytes]) -> Answer:
    """The answer of a stream; one without its end is none."""
    return _answer(_joined([decoded(event, _Reply) for event in events]))


def failed(body: bytes, status: int) -> Failure:
    """What the body of an error status says; on streams it lies in an array."""
    try:
        found = decoded(body, object)
    except Failure:
        return Failure(None, body[:300].decode("utf-8", "replace"), status)
    first = found[0] if isinstance(found, list) and found else found
    return _failure(first.get("error") if isinstance(first, dict) else None, status)


def _failure(error: Any, status: int | None = None) -> Failure:
    if not isinstance(error, dict):
        return Failure(None, str(error or "")[:300], status)
    told = error.get("details")
    details = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    code = word(error.get("status"))
    if any(each.get("reason") == "API_KEY_INVALID" for each in details):
        code = "API_KEY_INVALID"
    elif code == "RESOURCE_EXHAUSTED" and "PerDay" in str([each.get("violations") for each in details]):
        code = "DAILY_QUOTA"
    said = next((_DELAY.fullmatch(str(each["retryDelay"])) for each in details if each.get("retryDelay")), None)
    status = status or count(error, "code")
    return Failure(code, str(error.get("message") or ""), status, float(said[1]) if said else None)


def _joined(pieces: list[_Reply]) -> _Reply:
    """The pieces of a stream as one reply: parts in turn, counts and the end from the last that has them."""
    if broken := next((piece for piece in pieces if piece.error), None):
        return broken
    parts: list[Any] = []
    whole = _Reply()
    finish = None
    for piece in pieces:
        for candidate in piece.candidates or ():
            if not candidate.index:
                parts += (candidate.content or {}).get("parts") or ()
                finish = candidate.finishReason or finish
        whole.promptFeedback = piece.promptFeedback or whole.promptFeedback
        whole.usageMetadata = piece.usageMetadata or whole.usageMetadata
        whole.modelVersion = piece.modelVersion or whole.modelVersion
    if finish is None and not whole.promptFeedback:
        raise Failure(CUT, "the stream ended before the answer did")
    if finish is not None:
        whole.candidates = [_Candidate({"role": "model", "parts": parts}, finish)]
    return whole


def _answer(reply: _Reply) -> Answer:
    if reply.error:
        raise _failure(reply.error)
    model, usage = reply.modelVersion or "", _usage(reply.usageMetadata)
    if not reply.candidates:
        if isinstance(reply.promptFeedback, dict) and reply.promptFeedback.get("blockReason"):
            return Answer(text="", model=model, finish="content_filter", usage=usage)
        raise Failure(EMPTY, "no candidates")
    candidate = reply.candidates[0]
    content = candidate.content or {}
    parts = shaped(content.get("parts") or [], list[_Part])
    finish = _FINISHES.get(candidate.finishReason or "", candidate.finishReason or "unsaid")
    calls = _calls(parts) if finish == "stop" else ()
    return Answer(
        text="".join(part.text or "" for part in parts if not part.thought),
        model=model,
        finish="tools" if calls else finish,
        tool_calls=calls,
        reasoning="".join(part.text or "" for part in parts if part.thought) or None,
        usage=usage,
        echo=content if calls else None,
    )


def _calls(parts: list[_Part]) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(call.id or f"call_{place}", call.name, arguments(call.args, call.name))
        for place, call in enumerate(_called(parts))
    )


def _called(parts: list[_Part]) -> list[_Call]:
    return [part.functionCall for part in parts if part.functionCall is not None]


def _usage(usage: Any) -> Usage | None:
    """Fields are left out in place of zeros, thoughts are billed as output, and function results as input."""
    if not isinstance(usage, dict):
        return None
    thoughts = count(usage, "thoughtsTokenCount")
    return Usage(
        input=total(count(usage, "promptTokenCount"), count(usage, "toolUsePromptTokenCount")),
        output=total(count(usage, "candidatesTokenCount"), thoughts),
        cached=count(usage, "cachedContentTokenCount"),
        reasoning=thoughts,
    )


_DELAY = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")
_FINISHES = {"STOP": "stop", "MAX_TOKENS": "length"} | dict.fromkeys(
    ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"), "content_filter"
)
