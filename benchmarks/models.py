"""What a structured model call costs in CPU, beside the vendor's own `parse` and, where it is installed, ChatOpenAI.

All sides ask the same local server, which answers at once from a thread of its own; only the CPU of the asking thread
counts. Every side ends with the same validated reply; ours has read tokens, price and latency as well.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from threading import Event, Thread
from typing import Any

import httpx2

from agents.replies import SHAPES, AnalysisReply
from benchmarks.report import Row, paired
from core.ports.model import ChatRequest
from tools.clock import SystemClock
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.opening import open_model

BATCH = 10
PAIRS = 40
GOAL = 0.55
MODEL = "gpt-4o"
SYSTEM = "You read one market event and say what you see. " * 60
USER = "price 184.05, change 1.4 %, spread 2 bp. " * 40
REPLY = {
    "symbol": "IBM",
    "view": "long",
    "confidence": 86,
    "patterns": ["momentum"],
    "risk": "low",
    "data_quality": "good",
    "cited": [{"figure": "change_pct", "value": "1.4"}],
    "rationale": "The rise is well above its threshold and the spread is tight. " * 4,
}
BODY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {"role": "assistant", "content": json.dumps(REPLY), "refusal": None, "annotations": []},
            }
        ],
        "usage": {
            "prompt_tokens": 1200,
            "completion_tokens": 120,
            "total_tokens": 1320,
            "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
    }
).encode()

Ask = Callable[[], Awaitable[AnalysisReply]]


def measure(pairs: int = PAIRS) -> list[Row]:
    """One bar, beside ChatOpenAI where it is installed, and the ratio to the vendor's library."""
    with served() as address, asyncio.Runner() as runner:
        client = httpx2.AsyncClient()
        try:
            ours = _ours(address, client)
            rows = [_row(runner, ours, _library(address, client), "the library's parse", None, pairs)]
            if find_spec("langchain_openai"):
                rows.append(_row(runner, ours, _chat_openai(address, client), "ChatOpenAI", GOAL, pairs))
            return rows
        finally:
            runner.run(client.aclose())


@contextmanager
def served(body: bytes = BODY) -> Iterator[str]:
    """A server on this machine that answers every request with one body; gives its address."""
    ready = Event()
    told: dict[str, Any] = {}

    async def serve() -> None:
        server = await asyncio.start_server(lambda reader, writer: _answer(reader, writer, body), "127.0.0.1", 0)
        told["address"] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        told["stop"] = stop = asyncio.Event()
        told["loop"] = asyncio.get_running_loop()
        ready.set()
        await stop.wait()
        server.close()

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield told["address"]
    finally:
        told["loop"].call_soon_threadsafe(told["stop"].set)
        thread.join()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    try:
        while True:
            asked = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(asked.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            writer.write(head + body)
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        writer.close()


def _ours(address: str, client: httpx2.AsyncClient) -> Ask:
    endpoint = Endpoint("openai", address, origin="simulator")
    model = open_model("seat", ModelTerms(provider="openai", model=MODEL), endpoint, None, client, SystemClock())
    request = ChatRequest(role="analyst", prompt="analyst 1", system=SYSTEM, user=USER, schema=SHAPES["analyst"].schema)

    async def ask() -> AnalysisReply:
        return AnalysisReply.model_validate((await model.complete(request)).parsed)

    return ask


def _library(address: str, client: httpx2.AsyncClient) -> Ask:
    from openai import AsyncOpenAI

    library = AsyncOpenAI(api_key="none", base_url=address, http_client=client, max_retries=0)

    async def ask() -> AnalysisReply:
        reply = await library.chat.completions.parse(
            model=MODEL,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}],
            response_format=AnalysisReply,
            max_completion_tokens=1024,
            temperature=0,
        )
        parsed = reply.choices[0].message.parsed
        assert parsed is not None
        return parsed

    return ask


def _chat_openai(address: str, client: httpx2.AsyncClient) -> Ask:
    chat: Any = import_module("langchain_openai").ChatOpenAI(
        model=MODEL,
        api_key="none",
        base_url=address,
        http_async_client=client,
        max_retries=0,
        temperature=0,
        max_completion_tokens=1024,
    )
    structured = chat.with_structured_output(AnalysisReply, method="json_schema")

    async def ask() -> AnalysisReply:
        reply: AnalysisReply = await structured.ainvoke([("system", SYSTEM), ("human", USER)])
        return reply

    return ask


def _row(runner: asyncio.Runner, ours: Ask, theirs: Ask, label: str, goal: float | None, pairs: int) -> Row:
    async def batch(ask: Ask) -> None:
        for _ in range(BATCH):
            if (await ask()).symbol != REPLY["symbol"]:
                raise RuntimeError(f"{label}: another reply than the one that was served")

    result = paired(lambda: runner.run(batch(ours)), lambda: runner.run(batch(theirs)), pairs, time.thread_time)
    return Row(
        f"CPU per structured call, against {label}",
        result.cost,
        "no bar" if goal is None else f"<= {goal}",
        goal is None or result.cost <= goal,
        result.ours / BATCH * 1e6,
        result.theirs / BATCH * 1e6,
        "us",
        pairs,
    )
