"""The real SDKs, raw and without retries, asking the simulator what the desk would ask."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import anthropic
import httpx2
import openai
from google import genai
from google.genai import types

from core.ports.model import ChatRequest, Tool
from tests.contracts.test_model import request
from tools.simulators.provider.application import Provider
from tools.simulators.provider.conversation import Flavour
from tools.simulators.provider.routes import BASES, FLAVOURS
from tools.simulators.provider.server import ProviderServer
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.transport import SimulatedTransport

Way = Literal["socket", "inside"]
WAYS: tuple[Way, ...] = ("socket", "inside")
QUOTE = Tool(
    "quote", "The last price.", {"type": "object", "properties": {"symbol": {"type": "string"}}, "required": ["symbol"]}
)
ANALYST = request("analyst")


@dataclass(frozen=True, slots=True)
class Said:
    """What an SDK understood of an answer."""

    text: str
    finish: str | None = None
    reasoning: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: tuple[int, int] | None = None
    """Read from the cache, and reasoned."""
    raw: Any = None


@dataclass(frozen=True, slots=True)
class Clients:
    """One connection, and a client of each SDK on it."""

    http: httpx2.AsyncClient
    bases: dict[Flavour, str]
    provider: Provider
    key: str = "any"

    def openai(self, flavour: Flavour = "openai") -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(
            api_key=self.key, base_url=self.bases[flavour], max_retries=0, http_client=self.http, timeout=TIMEOUT
        )

    def anthropic(self) -> anthropic.AsyncAnthropic:
        return anthropic.AsyncAnthropic(
            api_key=self.key, base_url=self.bases["anthropic"], max_retries=0, http_client=self.http, timeout=TIMEOUT
        )

    def gemini(self) -> genai.Client:
        options = types.HttpOptions(
            base_url=self.bases["gemini"],
            api_version="v1beta",
            httpx_async_client=self.http,
            httpx_client=httpx2.Client(transport=httpx2.MockTransport(lambda asked: httpx2.Response(500))),
            timeout=int(TIMEOUT * 1000),
        )
        return genai.Client(api_key=self.key, http_options=options)


TIMEOUT = 2.0
Asks = Callable[..., Coroutine[Any, Any, Said]]


@asynccontextmanager
async def clients(way: Way, simulation: Simulation | None = None, key: str = "any") -> AsyncIterator[Clients]:
    """A provider of its own, reached this way."""
    provider = Provider(simulation)
    async with AsyncExitStack() as stack:
        if way == "socket":
            server = ProviderServer(provider)
            await server.open()
            stack.push_async_callback(server.close)
            http, bases = httpx2.AsyncClient(), server.bases()
        else:
            http = httpx2.AsyncClient(transport=SimulatedTransport(provider))
            bases = {flavour: f"http://simulated{base}" for flavour, base in BASES.items()}
        await stack.enter_async_context(http)
        yield Clients(http, bases, provider, key)


async def ask(on: Clients, flavour: Flavour, asked: ChatRequest = ANALYST, **options: Any) -> Said:
    """Ask with the SDK of this provider; options: stream, think, tools, force."""
    return await _ASK[flavour](on, flavour, asked, **options)


async def _openai(on: Clients, flavour: Flavour, asked: ChatRequest, **options: Any) -> Said:
    messages: Any = [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.user}]
    told: dict[str, Any] = {"model": "some", "messages": messages}
    if options.get("think"):
        thinking = {"type": "enabled"}
        told |= {"extra_body": {"thinking": thinking}} if flavour == "deepseek" else {"reasoning_effort": "low"}
    if options.get("tools"):
        function = {"name": QUOTE.name, "description": QUOTE.description, "parameters": QUOTE.parameters}
        told |= {"tools": [{"type": "function", "function": function}]}
    if not options.get("stream"):
        whole = await on.openai(flavour).chat.completions.create(**told)
        message = whole.choices[0].message
        calls = [(call.function.name, _json(call.function.arguments)) for call in message.tool_calls or []]
        thoughts = getattr(message, "reasoning_content", None) or ""
        return Said(
            message.content or "", whole.choices[0].finish_reason, thoughts, calls, _openai_tokens(whole), whole
        )
    pieces = [each async for each in await on.openai(flavour).chat.completions.create(**told, **_STREAMED)]
    deltas = [each.choices[0] for each in pieces if each.choices]
    usage = next(each for each in reversed(pieces) if each.usage is not None)
    return Said(
        "".join(each.delta.content or "" for each in deltas),
        next(each.finish_reason for each in reversed(deltas)),
        "".join(getattr(each.delta, "reasoning_content", None) or "" for each in deltas),
        _joined_calls(deltas),
        _openai_tokens(usage),
    )


async def _anthropic(on: Clients, flavour: Flavour, asked: ChatRequest, **options: Any) -> Said:
    system = [{"type": "text", "text": asked.system, "cache_control": {"type": "ephemeral"}}]
    told: dict[str, Any] = {"model": "some", "max_tokens": 4096, "system": system}
    told["messages"] = [{"role": "user", "content": asked.user}]
    if options.get("think"):
        told["thinking"] = {"type": "adaptive"}
    if options.get("tools"):
        told["tools"] = [{"name": QUOTE.name, "description": QUOTE.description, "input_schema": QUOTE.parameters}]
    if options.get("stream"):
        async with on.anthropic().messages.stream(**told) as stream:
            message: Any = await stream.get_final_message()
    else:
        message = await on.anthropic().messages.create(**told)
    blocks = message.content
    details = message.usage.output_tokens_details
    return Said(
        "".join(each.text for each in blocks if each.type == "text"),
        message.stop_reason,
        "".join(each.thinking for each in blocks if each.type == "thinking"),
        [(each.name, each.input) for each in blocks if each.type == "tool_use"],
        (message.usage.cache_read_input_tokens, details.thinking_tokens if details else 0),
        message,
    )


async def _gemini(on: Clients, flavour: Flavour, asked: ChatRequest, **options: Any) -> Said:
    config = types.GenerateContentConfig(system_instruction=asked.system)
    if options.get("think"):
        config.thinking_config = types.ThinkingConfig(include_thoughts=True, thinking_budget=1024)
    if options.get("tools"):
        declared = types.FunctionDeclaration(name=QUOTE.name, parameters_json_schema=QUOTE.parameters)
        config.tools = [types.Tool(function_declarations=[declared])]
    client = on.gemini()
    models = client.aio.models
    if options.get("stream"):
        chunks = [
            e async for e in await models.generate_content_stream(model="some", contents=asked.user, config=config)
        ]
    else:
        chunks = [await models.generate_content(model="some", contents=asked.user, config=config)]
    candidates = [each for chunk in chunks for each in chunk.candidates or []]
    parts = [part for each in candidates for part in (each.content.parts if each.content else None) or []]
    called = [part.function_call for part in parts if part.function_call]
    ended = candidates[-1].finish_reason if candidates else None
    usage = chunks[-1].usage_metadata
    assert usage is not None
    return Said(
        "".join(part.text or "" for part in parts if not part.thought),
        ended.value if ended else None,
        "".join(part.text or "" for part in parts if part.thought),
        [(call.name or "", call.args or {}) for call in called],
        (usage.cached_content_token_count or 0, usage.thoughts_token_count or 0),
        chunks[-1],
    )


def _openai_tokens(told: Any) -> tuple[int, int]:
    usage = told.usage
    return usage.prompt_tokens_details.cached_tokens, usage.completion_tokens_details.reasoning_tokens


def _joined_calls(deltas: list[Any]) -> list[tuple[str, dict[str, Any]]]:
    names: dict[int, str] = {}
    words: dict[int, str] = {}
    for each in deltas:
        for call in each.delta.tool_calls or []:
            names[call.index] = call.function.name or names[call.index]
            words[call.index] = words.get(call.index, "") + call.function.arguments
    return [(names[index], _json(words[index])) for index in names]


def _json(text: str) -> dict[str, Any]:
    return dict(httpx2.Response(200, text=text).json())


_STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
_ASK: dict[Flavour, Asks] = {"openai": _openai, "deepseek": _openai, "anthropic": _anthropic, "gemini": _gemini}
assert set(_ASK) == set(FLAVOURS)
