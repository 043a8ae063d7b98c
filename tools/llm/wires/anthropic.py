"""Claude models behind the Anthropic Messages format."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import httpx2

from core.ports.model import ChatRequest
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.wires import anthropic_reply
from tools.llm.wires.answers import Answer, Failure
from tools.llm.wires.anthropic_body import compose
from tools.llm.wires.posting import post, settle_platform
from tools.llm.wires.sorting import Sort

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic


class Anthropic:
    """The wire of Anthropic's own format."""

    sorts: Mapping[str, Sort] = anthropic_reply.SORTS

    def __init__(self, terms: ModelTerms, endpoint: Endpoint, key: str, client: httpx2.AsyncClient) -> None:
        self._terms = terms
        self._library = _opened(endpoint.base_url.rstrip("/").removesuffix("/v1"), key, client)

    def load(self) -> None:
        """Import the vendor's library and open its client, so that the first question need not."""
        self._library()

    async def send(self, request: ChatRequest, streamed: bool) -> httpx2.Response:
        """Ask for a message."""
        import anthropic

        body = compose(request, self._terms)
        if streamed:
            body["stream"] = True
        return await post(anthropic, self._library(), "/v1/messages", body, streamed)

    def read(self, body: bytes) -> Answer:
        """The answer of a whole reply."""
        return anthropic_reply.read(body)

    def read_stream(self, events: list[bytes]) -> Answer:
        """The answer of a stream's events."""
        return anthropic_reply.read_stream(events)

    def speaks(self, event: bytes) -> bool:
        """Whether an event brings a first word, thought or call."""
        return anthropic_reply.speaks(event)

    def failed(self, body: bytes, status: int) -> Failure:
        """What the body of an error status says."""
        return anthropic_reply.failed(body, status)


def _opened(base_url: str, key: str, client: httpx2.AsyncClient) -> "Callable[[], AsyncAnthropic]":
    @cache
    def opened() -> "AsyncAnthropic":
        from anthropic import AsyncAnthropic

        library = AsyncAnthropic(api_key=key, base_url=base_url, http_client=client, max_retries=0)
        settle_platform(library)
        return library

    return opened
