"""A provider on this machine that gives back what a test wrote down, and remembers what it was asked."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from core.ports.model import ChatRequest, Completion, Tool, ToolCall, ToolResult, Turn
from tools.clock import SystemClock
from tools.llm.endpoints import Endpoint, ModelTerms, Wire
from tools.llm.opening import open_model

AT = 1_790_000_000 * 1_000_000_000
SCHEMA = {
    "type": "object",
    "properties": {
        "view": {"type": "string", "maxLength": 64},
        "size": {"anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]},
        "pattern": {"type": "integer", "minimum": 0},
    },
}
TOOL = Tool("get_quote", "The best bid and offer.", {"type": "object", "properties": {"symbol": {"type": "string"}}})
CALL = ToolCall("call_1", "get_quote", {"symbol": "IBM"})
RESULT = ToolResult(CALL, "184.04 / 184.06")
ADDRESSES: Mapping[Wire, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
}


class TestClock(SystemClock):
    """The day and hour stand still; durations are real."""

    __test__ = False

    def now(self) -> int:
        return AT


class Provider:
    """Answers through a real library: only the transport underneath is the test's."""

    def __init__(self, wire: Wire, *told: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.wire = wire
        self.told = [each if isinstance(each, bytes | Exception) else json.dumps(each).encode() for each in told]
        self.status = status
        self.headers = headers or {"content-type": "application/json"}
        self.asked: list[httpx2.Request] = []

    @property
    def body(self) -> Any:
        return json.loads(self.asked[-1].content)

    async def complete(
        self, asked: ChatRequest | None = None, *, key: str | None = "a-key", streamed: bool = False, **changes: Any
    ) -> Completion:
        """Ask a model of this provider once; `changes` are to its terms or its endpoint."""
        places = {name: changes.pop(name) for name in ("base_url", "origin") if name in changes}
        variable = changes.pop("variable", "THE_KEY")
        endpoint = Endpoint(self.wire, **{"base_url": ADDRESSES[self.wire], "key": variable, **places})
        terms = ModelTerms(**{"provider": "vendor", "model": "asked-model", **changes})
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer)) as client:
            return await open_model("seat", terms, endpoint, key, client, TestClock()).complete(
                asked or request(), streamed=streamed
            )

    def _answer(self, asked: httpx2.Request) -> httpx2.Response:
        self.asked.append(asked)
        told = self.told[min(len(self.asked), len(self.told)) - 1]
        if isinstance(told, Exception):
            raise told
        return httpx2.Response(self.status, headers=self.headers, content=told)


def request(**changes: Any) -> ChatRequest:
    """What a seat asks, with a change or two."""
    plain = {"role": "analyst", "prompt": "analyst 1", "system": "Stable.", "user": "Changing.", "schema": SCHEMA}
    return ChatRequest(**(plain | changes))


def turned(echo: dict[str, Any] | None) -> ChatRequest:
    """A request after one round of functions."""
    return request(tools=(TOOL,), turns=(Turn(results=(RESULT,), text="Let me look.", echo=echo),))


def events(*told: Any, end: bytes = b"data: [DONE]\n\n") -> bytes:
    """Server-sent events."""
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in told) + end


SSE = {"content-type": "text/event-stream"}
