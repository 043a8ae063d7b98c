"""Gemini models behind google-genai.

The library composes its own requests and replies; here it is given the body as it goes over the wire and asked for the
reply as it came, so that thought signatures come back untouched and an unknown word in a reply raises nothing. The
version of the API is pinned, and both HTTP clients are given: it would otherwise take whichever is installed. It hands
no raw stream out, so an answer is always asked for whole; streams are read where a server sends one all the same. Its
websockets are not used, and the context they are given trusts nobody: loading the usual one takes as long as a call.
"""

from collections.abc import Callable, Mapping
from functools import cache
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING

import httpx2

from core.ports.model import ChatRequest
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.wires import gemini_reply
from tools.llm.wires.answers import MALFORMED, Answer, Failure
from tools.llm.wires.gemini_body import compose
from tools.llm.wires.served import unreachable
from tools.llm.wires.sorting import Sort

if TYPE_CHECKING:
    from google.genai import Client

_VERSION = "v1beta"


class Gemini:
    """The wire of Google's own format."""

    sorts: Mapping[str, Sort] = gemini_reply.SORTS

    def __init__(self, terms: ModelTerms, endpoint: Endpoint, key: str, client: httpx2.AsyncClient) -> None:
        self._terms = terms
        self._library = _opened(endpoint.base_url.rstrip("/").removesuffix(f"/{_VERSION}"), key, client)

    def load(self) -> None:
        """Import the vendor's library and open its client, so that the first question need not."""
        self._library()

    async def send(self, request: ChatRequest, streamed: bool) -> httpx2.Response:
        """Ask for content; always whole."""
        from google.genai import errors, types

        library = self._library()
        settings = types.GenerateContentConfig(
            http_options=types.HttpOptions(extra_body=compose(request, self._terms)),
            should_return_http_response=True,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        try:
            reply = await library.aio.models.generate_content(model=self._terms.model, contents="-", config=settings)
        except errors.APIError as error:
            if not isinstance(error.response, httpx2.Response):
                raise Failure(error.status, error.message or "", error.code) from None
            return error.response
        except httpx2.HTTPError as error:
            raise unreachable(error) from None
        except ValueError as error:
            raise Failure(MALFORMED, type(error).__name__) from None
        told = reply.sdk_http_response
        body = (told.body if told else None) or ""
        headers = httpx2.Headers(
            [
                (name.encode("utf-8", "replace"), value.encode("utf-8", "replace"))
                for name, value in ((told and told.headers) or {}).items()
                if name.lower() not in _DONE
            ]
        )
        return httpx2.Response(200, headers=headers, content=body.encode("utf-8", "replace"))

    def read(self, body: bytes) -> Answer:
        """The answer of a whole reply."""
        return gemini_reply.read(body)

    def read_stream(self, events: list[bytes]) -> Answer:
        """The answer of a stream's events."""
        return gemini_reply.read_stream(events)

    def speaks(self, event: bytes) -> bool:
        """Never: the library hands out whole replies only, so there is no first token to be timed."""
        return False

    def failed(self, body: bytes, status: int) -> Failure:
        """What the body of an error status says."""
        return gemini_reply.failed(body, status)


def _opened(base_url: str, key: str, client: httpx2.AsyncClient) -> "Callable[[], Client]":
    @cache
    def opened() -> "Client":
        from google.genai import Client, types

        idle = httpx2.Client(transport=httpx2.MockTransport(_never))
        options = types.HttpOptions(
            base_url=base_url,
            api_version=_VERSION,
            httpx_async_client=client,
            httpx_client=idle,
            async_client_args={"ssl": SSLContext(PROTOCOL_TLS_CLIENT)},
        )
        return Client(enterprise=False, api_key=key, http_options=options)

    return opened


def _never(request: httpx2.Request) -> httpx2.Response:
    raise RuntimeError(f"nothing waits on the thread: {request.method} {request.url.path}")


_DONE = {"content-encoding", "content-length", "transfer-encoding"}
"""Headers about how the body travelled; it has been unpacked."""
