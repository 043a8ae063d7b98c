"""The provider on a socket of this machine: connections, their limits, and how they end."""

import asyncio
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from core.errors import BadInput
from tools.simulators.provider.application import LARGEST, Provider
from tools.simulators.provider.conversation import Flavour
from tools.simulators.provider.exchange import Dropped, Reply, Request
from tools.simulators.provider.framing import (
    HEAD_LIMIT,
    Head,
    Malformed,
    TooLarge,
    framed,
    read_body,
    read_head,
    refusal,
    status_line,
)
from tools.simulators.provider.routes import BASES

HOST = "127.0.0.1"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
MOST_CONNECTIONS = 256
IDLE = 75.0
"""Seconds a connection may be silent between requests, or take to send one."""
GRACE = 1.0
"""Seconds for a reply to get ready once its client has stopped listening, or the server is told to end."""
MOST_UNWANTED = 1_000
"""Pieces that are read and thrown away."""
T = TypeVar("T")


class ProviderServer:
    """Serves one provider on the loopback address."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._replies: set[asyncio.Task[bool]] = set()

    async def open(self, port: int = 0) -> None:
        """Begin to listen; port 0 takes a free one."""
        loop = asyncio.get_running_loop()

        def protocol() -> StreamReaderProtocol:
            return StreamReaderProtocol(_Reader(limit=HEAD_LIMIT), self._connected)

        try:
            self._server = await loop.create_server(protocol, HOST, port)
        except OSError as error:
            raise BadInput(f"port {port}: cannot listen on {HOST}: {error.strerror}; take another, or 0") from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, let replies end that are nearly there, and end every connection."""
        if self._server is not None:
            self._server.close()
        if self._replies:
            await asyncio.wait(self._replies, timeout=GRACE)
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def bases(self) -> dict[Flavour, str]:
        """The base address for a client of each provider."""
        return {flavour: f"http://{HOST}:{self.port}{base}" for flavour, base in BASES.items()}

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None and isinstance(reader, _Reader)
        self._connections.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: "_Reader", writer: StreamWriter) -> None:
        try:
            if len(self._connections) > MOST_CONNECTIONS:
                raise Malformed(503, f"more than {MOST_CONNECTIONS} connections")
            while (head := await _soon(read_head(reader))) is not None:
                if not await self._exchange(reader, writer, head):
                    return
        except Malformed as fault:
            writer.write(refusal(fault))
            await _linger(reader, writer)

    async def _exchange(self, reader: "_Reader", writer: StreamWriter, head: Head) -> bool:
        try:
            if head.waits:
                writer.write(CONTINUE)
            body = await _soon(read_body(reader, head, LARGEST))
        except TooLarge as large:
            await _send(self.provider.oversized(large.head), writer, keep=False)
            await _linger(reader, writer)
            return False
        heard = replace(head.request, body=body)
        replying = asyncio.create_task(self._reply(heard, writer, head.keep))
        self._replies.add(replying)
        try:
            await reader.patience(replying)
            return replying.done() and replying.result()
        finally:
            self._replies.discard(replying)
            replying.cancel()

    async def _reply(self, heard: Request, writer: StreamWriter, keep: bool) -> bool:
        try:
            await _send(await self.provider.handle(heard), writer, keep)
        except Dropped:
            return False
        return keep


class _Reader(StreamReader):
    """A reader that knows when its client has gone."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)
        self._gone = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self._gone.set()

    def set_exception(self, exc: BaseException) -> None:
        super().set_exception(exc)  # type: ignore[arg-type]
        self._gone.set()

    async def patience(self, work: asyncio.Task[T]) -> None:
        """Wait for work, but not much longer than the client does."""
        gone = asyncio.create_task(self._gone.wait())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({work}, timeout=GRACE)
        finally:
            gone.cancel()


async def _send(reply: Reply, writer: StreamWriter, keep: bool) -> None:
    writer.write(status_line(reply, keep))
    async for piece in framed(reply):
        writer.write(piece)
        await writer.drain()


async def _linger(reader: StreamReader, writer: StreamWriter) -> None:
    """Read a little of what is still coming, so that the client can read why nobody wants it."""
    await writer.drain()
    writer.write_eof()
    try:
        async with asyncio.timeout(GRACE):
            for _ in range(MOST_UNWANTED):
                if not await reader.read(HEAD_LIMIT):
                    return
    except TimeoutError:
        return


async def _soon(work: Awaitable[T]) -> T:
    async with asyncio.timeout(IDLE):
        return await work
