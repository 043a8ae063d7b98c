"""Gemini generateContent: parts of a candidate, whole function calls, a stream without a last word."""

from collections.abc import Iterator
from typing import Any

import msgspec

from tools.simulators.provider.conversation import Answer, Ask, Flavour, Kind, Problem, Tokens
from tools.simulators.provider.exchange import Request
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.wires import gemini_requests
from tools.simulators.provider.wires.gemini_requests import PROOF
from tools.simulators.provider.wires.naming import name, signature
from tools.simulators.provider.wires.wire import Headers, crumbs

LONGEST = 400
"""Characters in one part of a text; a longer one comes in several."""
GOOGLE = "type.googleapis.com/google.rpc."


class Gemini:
    """The wire of Gemini."""

    flavour: Flavour = "gemini"

    def key(self, request: Request) -> str | None:
        """The header of its own, or the query."""
        return request.headers.get("x-goog-api-key") or request.query.get("key")

    def ask(self, request: Request, simulation: Simulation) -> Ask:
        """What a generateContent request asks."""
        return gemini_requests.read(request, simulation)

    def answer(self, answer: Answer, ask: Ask) -> bytes:
        """A response with one candidate, or a blocked prompt with none."""
        return msgspec.json.encode(_response(answer, list(_parts(answer, ask)), last=True))

    def stream(self, answer: Answer, ask: Ask) -> Iterator[bytes]:
        """The responses of a stream: events, or the elements of one array."""
        pieces = [split for part in _parts(answer, ask) for split in _split(part)]
        rows = [[each] for each in pieces] or [[]]
        for index, row in enumerate(rows):
            told = msgspec.json.encode(_response(answer, row, last=index == len(rows) - 1))
            if ask.events:
                yield b"data: " + told + b"\r\n\r\n"
            else:
                yield (b",\r\n" if index else b"[") + told
        if not ask.events:
            yield b"]"

    def problem(self, problem: Problem, number: int) -> bytes:
        """An error object."""
        return msgspec.json.encode(_error(problem))

    def problem_in_stream(self, problem: Problem, ask: Ask) -> bytes:
        """An error event, or an array of nothing but the error."""
        told = msgspec.json.encode(_error(problem))
        return b"data: " + told + b"\r\n\r\n" if ask.events else b"[" + told + b"]"

    def headers(self, number: int, problem: Problem | None) -> Headers:
        """Nothing worth reading: no request id, no limits."""
        return (("server-timing", "gfet4t7; dur=1"),)

    def listing(self, models: tuple[str, ...]) -> bytes:
        """The list of models."""
        methods = ["generateContent", "countTokens"]
        rows = [
            {"name": f"models/{each}", "displayName": each, "supportedGenerationMethods": methods} for each in models
        ]
        return msgspec.json.encode({"models": rows})


def _parts(answer: Answer, ask: Ask) -> Iterator[dict[str, Any]]:
    said = answer.said
    if ask.shows_thoughts and said.reasoning:
        yield {"text": said.reasoning, "thought": True}
    if said.text and said.finish not in ("content_filter", "refusal"):
        yield from ({"text": said.text[at : at + LONGEST]} for at in range(0, len(said.text), LONGEST))
    for index, call in enumerate(said.calls):
        ident = call.id or name("", answer.number, 8, index)
        told: dict[str, Any] = {"functionCall": {"name": call.name, "args": call.arguments, "id": ident}}
        yield told if index else {**told, "thoughtSignature": signature(call.name, PROOF)}


def _split(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "text" not in part:
        yield part
        return
    yield from ({**part, "text": piece} for piece in crumbs(part["text"]))


def _response(answer: Answer, parts: list[dict[str, Any]], last: bool) -> dict[str, Any]:
    tail = {
        "usageMetadata": _usage(answer.tokens),
        "modelVersion": answer.model,
        "responseId": name("", answer.number, 22),
    }
    if answer.said.finish == "refusal":
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **tail}
    content: dict[str, Any] = {"parts": parts, "role": "model"} if parts else {"role": "model"}
    if answer.said.finish == "content_filter":
        content = {}
    candidate: dict[str, Any] = {"content": content, "index": 0}
    return {"candidates": [candidate | ({"finishReason": _FINISHES[answer.said.finish]} if last else {})], **tail}


def _usage(tokens: Tokens) -> dict[str, Any]:
    counted = {
        "promptTokenCount": tokens.input,
        "candidatesTokenCount": tokens.output,
        "thoughtsTokenCount": tokens.reasoning,
        "cachedContentTokenCount": tokens.cached,
        "totalTokenCount": tokens.input + tokens.output + tokens.reasoning,
    }
    details = [{"modality": "TEXT", "tokenCount": tokens.input}]
    return {key: count for key, count in counted.items() if count} | {"promptTokensDetails": details}


def _error(problem: Problem) -> dict[str, Any]:
    told: dict[str, Any] = {"code": problem.status, "message": problem.message, "status": _PROBLEMS[problem.kind]}
    details: list[dict[str, Any]] = []
    if problem.kind == "bad_key":
        info = {"@type": f"{GOOGLE}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
        details.append(info)
    if problem.kind == "quota":
        violation = {"quotaMetric": "generate_content_requests", "quotaId": "GenerateRequestsPerDayPerProjectPerModel"}
        details.append({"@type": f"{GOOGLE}QuotaFailure", "violations": [violation]})
    if problem.retry_after is not None:
        details.append({"@type": f"{GOOGLE}RetryInfo", "retryDelay": f"{problem.retry_after:g}s"})
    return {"error": told | ({"details": details} if details else {})}


_FINISHES = {"stop": "STOP", "tools": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}
_PROBLEMS: dict[Kind, str] = {
    "invalid": "INVALID_ARGUMENT",
    "no_key": "PERMISSION_DENIED",
    "bad_key": "INVALID_ARGUMENT",
    "billing": "FAILED_PRECONDITION",
    "forbidden": "PERMISSION_DENIED",
    "unknown_model": "NOT_FOUND",
    "unknown_path": "NOT_FOUND",
    "too_large": "INVALID_ARGUMENT",
    "rate": "RESOURCE_EXHAUSTED",
    "quota": "RESOURCE_EXHAUSTED",
    "server": "INTERNAL",
    "unavailable": "UNAVAILABLE",
    "timeout": "DEADLINE_EXCEEDED",
    "overloaded": "UNAVAILABLE",
}
