"""Three providers with fixed answers, and their SDKs over one injected client: what cassettes record in tests."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2

from tools.llm.cassettes.file import Label

SAID = "매수하지 않는다 · 見送る"
MADE = Label(origin="simulator", recorded_with="fixed answers", recorded_at="2026-11-20T15:00:00Z")
KEY = "sk-proj-0123456789abcdefABCDEF0123456789"


class Provider(httpx2.AsyncBaseTransport):
    """Answers by path and remembers what it was asked."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response] | None = None) -> None:
        self.requests: list[httpx2.Request] = []
        self.closed = False
        self._answer = answer or reply

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.requests.append(request)
        return self._answer(request)

    async def aclose(self) -> None:
        self.closed = True


class Crumbs(httpx2.AsyncByteStream):
    """A body that comes in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def reply(request: httpx2.Request) -> httpx2.Response:
    """What a provider of this path's wire says to the last thing the user wrote."""
    body = json.loads(request.content)
    if request.url.path.endswith("generateContent"):
        said: dict[str, Any] = {"content": {"parts": [{"text": SAID}], "role": "model"}, "finishReason": "STOP"}
        return _json({"candidates": [said]})
    if request.url.path.endswith("/messages"):
        said = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "stop_reason": "end_turn",
            "content": [{"type": "text", "text": SAID}], "usage": {"input_tokens": 9, "output_tokens": 7},
        }  # fmt: skip
        return _json(said, {"request-id": "req_1", "anthropic-organization-id": "0aa1-desk-organisation"})
    if body.get("stream"):
        events = [_chunk(body["model"], word) for word in (*SAID.split(" "), None)]
        pieces = [f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode() for event in events]
        return httpx2.Response(
            200, headers={"content-type": "text/event-stream"}, stream=Crumbs(*pieces, b"data: [DONE]\n\n")
        )
    whole = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": SAID}}],
    }  # fmt: skip
    return _json(whole, {"x-request-id": "req_2", "openai-organization": "desk-organisation"})


async def ask_openai(client: httpx2.AsyncClient, user: str = "IBM?") -> str:
    from openai import AsyncOpenAI

    sdk = AsyncOpenAI(api_key=KEY, base_url="https://api.openai.com/v1", http_client=client, max_retries=0)
    answered = await sdk.chat.completions.create(model="gpt-test", messages=[{"role": "user", "content": user}])
    return answered.choices[0].message.content or ""


async def ask_openai_streamed(client: httpx2.AsyncClient, user: str = "IBM?") -> str:
    from openai import AsyncOpenAI

    sdk = AsyncOpenAI(api_key=KEY, base_url="https://api.openai.com/v1", http_client=client, max_retries=0)
    stream = await sdk.chat.completions.create(
        model="gpt-test", messages=[{"role": "user", "content": user}], stream=True
    )
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


async def ask_anthropic(client: httpx2.AsyncClient, user: str = "IBM?") -> str:
    from anthropic import AsyncAnthropic

    sdk = AsyncAnthropic(api_key=KEY, base_url="https://api.anthropic.com", http_client=client, max_retries=0)
    answered = await sdk.messages.create(
        model="claude-test", max_tokens=64, messages=[{"role": "user", "content": user}]
    )
    return "".join(block.text for block in answered.content if block.type == "text")


async def ask_gemini(client: httpx2.AsyncClient, user: str = "IBM?") -> str:
    from google import genai
    from google.genai.types import HttpOptions

    with httpx2.Client(transport=httpx2.BaseTransport()) as unused:
        options = HttpOptions(httpx_async_client=client, httpx_client=unused, api_version="v1beta")
        sdk = genai.Client(api_key=KEY, http_options=options)
        answered = await sdk.aio.models.generate_content(model="gemini-test", contents=user)
        return answered.text or ""


ASK: dict[str, Callable[..., Awaitable[str]]] = {
    "openai": ask_openai,
    "openai-streamed": ask_openai_streamed,
    "anthropic": ask_anthropic,
    "gemini": ask_gemini,
}


def _chunk(model: str, word: str | None) -> dict[str, Any]:
    delta = {} if word is None else {"content": word if word == SAID.split(" ")[0] else f" {word}"}
    choice = {"index": 0, "delta": delta, "finish_reason": None if word is not None else "stop"}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}


def _json(body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx2.Response:
    return httpx2.Response(200, json=body, headers={"set-cookie": "__cf=0123456789abcdef; Path=/", **(headers or {})})
