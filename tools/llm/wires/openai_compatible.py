"""Models behind the OpenAI chat format: OpenAI, DeepSeek, other vendors, and local servers such as Ollama or vLLM."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import httpx2

from core.ports.model import ChatRequest
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.wires import openai_chat
from tools.llm.wires.answers import Answer, Failure
from tools.llm.wires.openai_body import Body, compose, dialect
from tools.llm.wires.posting import post, settle_platform
from tools.llm.wires.sorting import Sort

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class OpenAICompatible:
    """The wire of every server that speaks this format."""

    sorts: Mapping[str, Sort] = openai_chat.SORTS

    def __init__(self, terms: ModelTerms, endpoint: Endpoint, key: str, client: httpx2.AsyncClient) -> None:
        self._terms = terms
        self._dialect = dialect(terms, endpoint)
        self._library = _opened(endpoint.base_url, key, client)

    def load(self) -> None:
        """Import the vendor's library and open its client, so that the first question need not."""
        self._library()

    async def send(self, request: ChatRequest, streamed: bool) -> httpx2.Response:
        """Ask for a chat completion."""
        import openai

        body: Body = compose(request, self._terms, self._dialect)
        if streamed:
            body["stream"] = True
            if self._dialect.counts_stream:
                body["stream_options"] = {"include_usage": True}
        return await post(openai, self._library(), "/chat/completions", body, streamed)

    def read(self, body: bytes) -> Answer:
        """The answer of a whole reply."""
        return openai_chat.read(body)

    def read_stream(self, events: list[bytes]) -> Answer:
        """The answer of a stream's events."""
        return openai_chat.read_stream(events)

    def speaks(self, event: bytes) -> bool:
        """Whether an event brings a first word, thought or call."""
        return openai_chat.speaks(event)

    def failed(self, body: bytes, status: int) -> Failure:
        """What the body of an error status says."""
        return openai_chat.failed(body, status)


def _opened(base_url: str, key: str, client: httpx2.AsyncClient) -> "Callable[[], AsyncOpenAI]":
    @cache
    def opened() -> "AsyncOpenAI":
        from openai import AsyncOpenAI, Omit

        unsaid = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
        library = AsyncOpenAI(
            api_key=key,
            base_url=base_url,
            http_client=client,
            max_retries=0,
            default_headers=unsaid,  # type: ignore[arg-type]
        )
        settle_platform(library)
        return library

    return opened
