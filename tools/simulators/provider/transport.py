"""The provider without a socket: an httpx2 transport, so that a client of any SDK talks to it inside the process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import httpx2

from tools.simulators.provider.application import LARGEST, Provider
from tools.simulators.provider.exchange import Dropped, request

T = TypeVar("T")


class SimulatedTransport(httpx2.AsyncBaseTransport):
    """Serves one provider; the client's read timeout holds as it would on a socket."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def handle_async_request(self, asked: httpx2.Request) -> httpx2.Response:
        """Reply to one request."""
        headers = {name.lower(): value for name, value in asked.headers.items()}
        heard = request(asked.method, asked.url.raw_path.decode("ascii"), headers, await _read(asked))
        patience = asked.extensions.get("timeout", {}).get("read")
        try:
            reply = await _within(patience, self._provider.handle(heard), asked)
        except Dropped as fault:
            raise httpx2.RemoteProtocolError(
                "Server disconnected without sending a response.", request=asked
            ) from fault
        length = () if reply.length is None else (("content-length", str(reply.length)),)
        body = _Body(reply.body, patience, asked)
        return httpx2.Response(reply.status, headers=[*reply.headers, *length], stream=body, request=asked)


class _Body(httpx2.AsyncByteStream):
    def __init__(self, pieces: AsyncIterator[bytes], patience: float | None, asked: httpx2.Request) -> None:
        self._pieces = pieces
        self._patience = patience
        self._asked = asked

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (piece := await _within(self._patience, anext(self._pieces, None), self._asked)) is not None:
                yield piece
        except Dropped as fault:
            raise httpx2.RemoteProtocolError(
                "peer closed connection without sending complete message body", request=self._asked
            ) from fault

    async def aclose(self) -> None:
        close = getattr(self._pieces, "aclose", None)
        if close is not None:
            await close()


async def _read(asked: httpx2.Request) -> bytes:
    body = b""
    if not isinstance(asked.stream, httpx2.AsyncByteStream):
        return asked.read()
    async for piece in asked.stream:
        body += piece
        if len(body) > LARGEST:
            break
    return body


async def _within(patience: float | None, work: Awaitable[T], asked: httpx2.Request) -> T:
    try:
        async with asyncio.timeout(patience):
            return await work
    except TimeoutError as late:
        raise httpx2.ReadTimeout("The simulated provider did not send in time.", request=asked) from late
