"""OpenAI chat completions, and DeepSeek's way of speaking them."""

from collections.abc import Iterator
from typing import Any

import msgspec

from core.ports.model import ToolCall
from tools.simulators.provider.conversation import Answer, Ask, Flavour, Kind, Problem, Tokens
from tools.simulators.provider.exchange import Request
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.wires import openai_requests
from tools.simulators.provider.wires.naming import BEGINNING, name
from tools.simulators.provider.wires.wire import Headers, bearer, crumbs, event

DONE = b"data: [DONE]\n\n"


class OpenAI:
    """The wire of OpenAI; with `deepseek` its differences: thoughts are shown, usage rides on the last chunk."""

    def __init__(self, flavour: Flavour) -> None:
        self.flavour: Flavour = flavour
        self._deepseek = flavour == "deepseek"

    def key(self, request: Request) -> str | None:
        """The bearer."""
        return bearer(request.headers)

    def ask(self, request: Request, simulation: Simulation) -> Ask:
        """What a chat completion request asks."""
        return openai_requests.read(request, self.flavour, simulation)

    def answer(self, answer: Answer, ask: Ask) -> bytes:
        """A chat completion."""
        said = answer.said
        refused = said.finish == "refusal" and not self._deepseek
        message: dict[str, Any] = {"role": "assistant", "content": None if refused else said.text}
        if self._deepseek:
            message |= {"reasoning_content": said.reasoning} if ask.shows_thoughts else {}
        else:
            message |= {"refusal": said.text if refused else None, "annotations": []}
        if said.calls:
            calls = [self._call(answer, call, index) for index, call in enumerate(said.calls)]
            message |= {"content": said.text or ("" if self._deepseek else None), "tool_calls": calls}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish(answer)}
        return msgspec.json.encode(
            {**self._head(answer, "chat.completion"), "choices": [choice], "usage": self._usage(answer.tokens)}
        )

    def stream(self, answer: Answer, ask: Ask) -> Iterator[bytes]:
        """The chunks of a chat completion."""
        usage = self._usage(answer.tokens)
        apart = ask.usage_in_stream and not self._deepseek
        head = self._head(answer, "chat.completion.chunk")
        told = {"usage": None} if apart or self._deepseek else {}
        for delta in self._deltas(answer, ask):
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
            yield event({**head, "choices": [choice], **told})
        last = {"content": "", **({"reasoning_content": None} if ask.shows_thoughts else {})} if self._deepseek else {}
        end = {"index": 0, "delta": last, "logprobs": None, "finish_reason": self._finish(answer)}
        yield event({**head, "choices": [end], **({"usage": usage} if self._deepseek else told)})
        if apart:
            yield event({**head, "choices": [], "usage": usage})
        yield DONE

    def problem(self, problem: Problem, number: int) -> bytes:
        """An error object."""
        kind, code = (_DEEPSEEK if self._deepseek else _OPENAI).get(problem.kind, ("server_error", "server_error"))
        told = {"message": problem.message, "type": kind, "param": problem.param, "code": problem.code or code}
        return msgspec.json.encode({"error": told})

    def problem_in_stream(self, problem: Problem, ask: Ask) -> bytes:
        """An error object in place of a chunk."""
        return b"data: " + self.problem(problem, 0) + b"\n\n"

    def headers(self, number: int, problem: Problem | None) -> Headers:
        """The request id, and how long to wait; DeepSeek tells neither limits nor ids."""
        wait = problem.retry_after if problem else None
        waiting = (("retry-after", f"{wait:g}"),) if wait is not None else ()
        if self._deepseek:
            return waiting
        exact = (("retry-after-ms", f"{wait * 1000:.0f}"),) if wait is not None else ()
        return (("x-request-id", name("req_", number, 32)), ("openai-version", "2020-10-01"), *waiting, *exact)

    def listing(self, models: tuple[str, ...]) -> bytes:
        """The list of models."""
        rows = [{"id": each, "object": "model", "created": BEGINNING, "owned_by": self.flavour} for each in models]
        return msgspec.json.encode({"object": "list", "data": rows})

    def _head(self, answer: Answer, kind: str) -> dict[str, Any]:
        prefix = "" if self._deepseek else "chatcmpl-"
        head = {
            "id": name(prefix, answer.number, 32),
            "object": kind,
            "created": BEGINNING + answer.number,
            "model": answer.model,
            "system_fingerprint": "fp_simulated",
        }
        return head if self._deepseek else {**head, "service_tier": "default"}

    def _deltas(self, answer: Answer, ask: Ask) -> Iterator[dict[str, Any]]:
        said = answer.said
        silent: dict[str, Any] = {"reasoning_content": None} if ask.shows_thoughts else {}
        if ask.shows_thoughts:
            yield {"role": "assistant", "content": None, "reasoning_content": ""}
            yield from ({"content": None, "reasoning_content": piece} for piece in crumbs(said.reasoning))
        else:
            first = None if said.calls or said.finish == "refusal" else ""
            yield {"role": "assistant", "content": first, **({} if self._deepseek else {"refusal": None})}
        spoken = "refusal" if said.finish == "refusal" and not self._deepseek else "content"
        yield from ({spoken: piece, **silent} for piece in crumbs(said.text))
        for index, call in enumerate(said.calls):
            whole = self._call(answer, call, index)
            first_piece = {**whole, "index": index, "function": {"name": call.name, "arguments": ""}}
            yield {"tool_calls": [first_piece], **silent}
            for piece in crumbs(whole["function"]["arguments"]):
                yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}], **silent}

    def _call(self, answer: Answer, call: ToolCall, index: int) -> dict[str, Any]:
        prefix = f"call_{index:02}_" if self._deepseek else "call_"
        told = {
            "id": call.id or name(prefix, answer.number, 24, index),
            "type": "function",
            "function": {"name": call.name, "arguments": msgspec.json.encode(call.arguments).decode()},
        }
        return {"index": index, **told} if self._deepseek else told

    def _finish(self, answer: Answer) -> str:
        return _FINISHES[answer.said.finish]

    def _usage(self, tokens: Tokens) -> dict[str, Any]:
        said = tokens.output + tokens.reasoning
        usage: dict[str, Any] = {
            "prompt_tokens": tokens.input,
            "completion_tokens": said,
            "total_tokens": tokens.input + said,
            "prompt_tokens_details": {"cached_tokens": tokens.cached},
            "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
        }
        if self._deepseek:
            hit = {"prompt_cache_hit_tokens": tokens.cached, "prompt_cache_miss_tokens": tokens.input - tokens.cached}
            return usage | hit
        usage["prompt_tokens_details"] |= {"audio_tokens": 0}
        usage["completion_tokens_details"] |= dict.fromkeys(_IDLE, 0)
        return usage


_IDLE = ("audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens")
_FINISHES = {
    "stop": "stop",
    "tools": "tool_calls",
    "length": "length",
    "refusal": "stop",
    "content_filter": "content_filter",
}
_OPENAI: dict[Kind, tuple[str, str | None]] = {
    "invalid": ("invalid_request_error", None),
    "no_key": ("invalid_request_error", None),
    "bad_key": ("invalid_request_error", "invalid_api_key"),
    "billing": ("insufficient_quota", "insufficient_quota"),
    "forbidden": ("invalid_request_error", "unsupported_country_region_territory"),
    "unknown_model": ("invalid_request_error", "model_not_found"),
    "unknown_path": ("invalid_request_error", "unknown_url"),
    "too_large": ("invalid_request_error", "request_too_large"),
    "rate": ("tokens", "rate_limit_exceeded"),
    "quota": ("insufficient_quota", "insufficient_quota"),
}
_DEEPSEEK: dict[Kind, tuple[str, str | None]] = {
    "invalid": ("invalid_request_error", "invalid_request_error"),
    "no_key": ("authentication_error", "invalid_request_error"),
    "bad_key": ("authentication_error", "invalid_request_error"),
    "billing": ("unknown_error", "invalid_request_error"),
    "forbidden": ("permission_error", "invalid_request_error"),
    "unknown_model": ("invalid_request_error", "invalid_request_error"),
    "unknown_path": ("invalid_request_error", "invalid_request_error"),
    "too_large": ("invalid_request_error", "invalid_request_error"),
    "rate": ("rate_limit_error", "rate_limit_exceeded"),
    "quota": ("rate_limit_error", "rate_limit_exceeded"),
    "unavailable": ("service_unavailable_error", "service_unavailable"),
}
"""Type and code of a problem; the type of DeepSeek's 402 misleads in truth as well."""
