"""Anthropic messages: blocks of thoughts, words and tool use; events that end with `message_stop`."""

from collections.abc import Iterator
from typing import Any

import msgspec

from tools.simulators.provider.conversation import Answer, Ask, Flavour, Kind, Problem, Tokens
from tools.simulators.provider.exchange import Request
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.wires import anthropic_requests
from tools.simulators.provider.wires.anthropic_requests import PROOF
from tools.simulators.provider.wires.naming import name, signature
from tools.simulators.provider.wires.wire import Headers, bearer, crumbs, event


class Anthropic:
    """The wire of Anthropic."""

    flavour: Flavour = "anthropic"

    def key(self, request: Request) -> str | None:
        """The header of its own, or the bearer."""
        return request.headers.get("x-api-key") or bearer(request.headers)

    def ask(self, request: Request, simulation: Simulation) -> Ask:
        """What a messages request asks."""
        return anthropic_requests.read(request)

    def answer(self, answer: Answer, ask: Ask) -> bytes:
        """A message."""
        return msgspec.json.encode(
            {
                **_head(answer),
                "content": list(_blocks(answer, ask)),
                "stop_reason": _FINISHES[answer.said.finish],
                "stop_sequence": None,
                "usage": _usage(answer.tokens),
            }
        )

    def stream(self, answer: Answer, ask: Ask) -> Iterator[bytes]:
        """The events of a message."""
        begun: dict[str, Any] = {"content": [], "stop_reason": None, "stop_sequence": None}
        counted = _usage(answer.tokens) | {"output_tokens": 1}
        yield _event({"type": "message_start", "message": {**_head(answer), **begun, "usage": counted}})
        for index, block in enumerate(_blocks(answer, ask)):
            yield _event({"type": "content_block_start", "index": index, "content_block": _EMPTY[block["type"]](block)})
            if index == 0:
                yield _event({"type": "ping"})
            for delta in _deltas(block):
                yield _event({"type": "content_block_delta", "index": index, "delta": delta})
            yield _event({"type": "content_block_stop", "index": index})
        ended = {"stop_reason": _FINISHES[answer.said.finish], "stop_sequence": None}
        usage = {"output_tokens": answer.tokens.output + answer.tokens.reasoning}
        yield _event({"type": "message_delta", "delta": ended, "usage": usage})
        yield _event({"type": "message_stop"})

    def problem(self, problem: Problem, number: int) -> bytes:
        """An error object."""
        told = {"type": _PROBLEMS[problem.kind], "message": problem.message}
        return msgspec.json.encode({"type": "error", "error": told, "request_id": _request_id(number)})

    def problem_in_stream(self, problem: Problem, ask: Ask) -> bytes:
        """An error event; nothing comes after it."""
        told = {"type": _PROBLEMS[problem.kind], "message": problem.message}
        return event({"type": "error", "error": told}, "error")

    def headers(self, number: int, problem: Problem | None) -> Headers:
        """The request id; how long to wait; whether it is worth it."""
        told: Headers = (("request-id", _request_id(number)),)
        if problem is None:
            return told
        again = problem.kind in _WORTH_IT
        told = (*told, ("x-should-retry", "true" if again else "false"))
        return told if problem.retry_after is None else (*told, ("retry-after", f"{problem.retry_after:g}"))

    def listing(self, models: tuple[str, ...]) -> bytes:
        """The list of models."""
        rows = [
            {"type": "model", "id": each, "display_name": each, "created_at": "2026-01-01T00:00:00Z"} for each in models
        ]
        ends = {"first_id": models[0] if models else None, "last_id": models[-1] if models else None}
        return msgspec.json.encode({"data": rows, "has_more": False, **ends})


def _head(answer: Answer) -> dict[str, Any]:
    said_by = {"type": "message", "role": "assistant", "model": answer.model}
    return {"id": name("msg_01", answer.number, 22), **said_by}


def _blocks(answer: Answer, ask: Ask) -> Iterator[dict[str, Any]]:
    said = answer.said
    if ask.shows_thoughts and said.reasoning:
        yield {"type": "thinking", "thinking": said.reasoning, "signature": signature(said.reasoning, PROOF)}
    if said.text and said.finish != "content_filter":
        yield {"type": "text", "text": said.text}
    for index, call in enumerate(said.calls):
        ident = call.id or name("toolu_01", answer.number, 22, index)
        yield {"type": "tool_use", "id": ident, "name": call.name, "input": call.arguments}


def _deltas(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    match block["type"]:
        case "text":
            yield from ({"type": "text_delta", "text": piece} for piece in crumbs(block["text"]))
        case "thinking":
            yield from ({"type": "thinking_delta", "thinking": piece} for piece in crumbs(block["thinking"]))
            yield {"type": "signature_delta", "signature": block["signature"]}
        case _:
            told = msgspec.json.encode(block["input"]).decode() if block["input"] else ""
            yield {"type": "input_json_delta", "partial_json": ""}
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in crumbs(told))


def _usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "input_tokens": tokens.input - tokens.cached - tokens.written,
        "cache_creation_input_tokens": tokens.written,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation": {"ephemeral_5m_input_tokens": tokens.written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": tokens.output + tokens.reasoning,
        **({"output_tokens_details": {"thinking_tokens": tokens.reasoning}} if tokens.reasoning else {}),
        "service_tier": "standard",
        "inference_geo": "global",
    }


def _event(data: dict[str, Any]) -> bytes:
    """An event with the spaces at the end of its data that the real one has at times."""
    told = event(data, data["type"])
    return told[:-2] + b" " * (len(told) % 5) + b"\n\n"


def _request_id(number: int) -> str:
    return name("req_01", number, 22)


_EMPTY: dict[str, Any] = {
    "text": lambda block: {"type": "text", "text": ""},
    "thinking": lambda block: {"type": "thinking", "thinking": "", "signature": ""},
    "tool_use": lambda block: {**block, "input": {}},
}
_FINISHES = {
    "stop": "end_turn",
    "tools": "tool_use",
    "length": "max_tokens",
    "refusal": "refusal",
    "content_filter": "refusal",
}
_PROBLEMS: dict[Kind, str] = {
    "invalid": "invalid_request_error",
    "no_key": "authentication_error",
    "bad_key": "authentication_error",
    "billing": "billing_error",
    "forbidden": "permission_error",
    "unknown_model": "not_found_error",
    "unknown_path": "not_found_error",
    "too_large": "request_too_large",
    "rate": "rate_limit_error",
    "quota": "rate_limit_error",
    "server": "api_error",
    "unavailable": "api_error",
    "timeout": "timeout_error",
    "overloaded": "overloaded_error",
}
_WORTH_IT: frozenset[Kind] = frozenset({"rate", "server", "unavailable", "timeout", "overloaded"})
