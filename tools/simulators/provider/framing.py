"""HTTP/1.1 as the server reads and writes it: strict, and bounded in every direction.

A request that is not exactly well formed is refused with a status and the connection is closed; there is no guessing
where the next one would begin.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import NamedTuple

from tools.simulators.provider.exchange import Reply, Request, request

HEAD_LIMIT = 32 * 1024
"""Bytes of a request line and its headers."""
MOST_HEADERS = 100
CHUNK_LINE = 64
_LINE = re.compile(rb"([A-Z]{1,16}) (/[!-~]*|\*) HTTP/(\d)\.(\d)")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
_SINGLE = {"content-length", "host", "transfer-encoding", "content-type", "authorization", "x-api-key"}


class Malformed(Exception):
    """What came is no request that can be served."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class TooLarge(Exception):
    """A body above the limit; the head is whole."""

    def __init__(self, head: Request) -> None:
        super().__init__(head.path)
        self.head = head


class Head(NamedTuple):
    """The head of a request, and how its body is framed."""

    request: Request
    length: int | None
    """Bytes of the body; None when it comes in chunks."""
    keep: bool
    """Whether the client wants to go on afterwards."""
    waits: bool
    """Whether it wants to be told to send the body."""


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next head; None when the client has closed between requests."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as cut:
        if not cut.partial:
            return None
        raise Malformed(400, "the request ends within its head") from cut
    except asyncio.LimitOverrunError as long:
        raise Malformed(431, f"the head is larger than {HEAD_LIMIT} bytes") from long
    first, *lines = raw[:-4].split(b"\r\n")
    line = _LINE.fullmatch(first)
    if line is None:
        raise Malformed(400, f"no request line: {first[:80]!r}")
    if (line[3], line[4]) != (b"1", b"1"):
        raise Malformed(505, "only HTTP/1.1 is spoken here")
    headers = _headers(lines)
    heard = request(line[1].decode(), line[2].decode(), headers)
    return Head(
        heard,
        _length(headers),
        headers.get("connection", "").lower() != "close",
        headers.get("expect", "").lower() == "100-continue",
    )


async def read_body(reader: asyncio.StreamReader, head: Head, most: int) -> bytes:
    """The body that belongs to a head."""
    try:
        if head.length is None:
            return await _chunks(reader, head, most)
        if head.length > most:
            raise TooLarge(head.request)
        return await reader.readexactly(head.length)
    except asyncio.IncompleteReadError as cut:
        raise Malformed(400, "the request ends within its body") from cut


def status_line(reply: Reply, keep: bool) -> bytes:
    """The head of a reply."""
    framing = "transfer-encoding: chunked" if reply.length is None else f"content-length: {reply.length}"
    rows = [f"{name}: {value}" for name, value in reply.headers]
    rows += [framing, f"connection: {'keep-alive' if keep else 'close'}"]
    return "\r\n".join([f"HTTP/1.1 {reply.status} {_phrase(reply.status)}", *rows, "", ""]).encode("latin-1")


async def framed(reply: Reply) -> AsyncIterator[bytes]:
    """The body of a reply as it goes over the wire."""
    async for piece in reply.body:
        if reply.length is not None:
            yield piece
        elif piece:
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
    if reply.length is None:
        yield b"0\r\n\r\n"


def refusal(fault: Malformed) -> bytes:
    """A whole reply to what is no request."""
    body = f"{fault}\n".encode()
    rows = ["content-type: text/plain; charset=utf-8", f"content-length: {len(body)}", "connection: close"]
    return "\r\n".join([f"HTTP/1.1 {fault.status} {_phrase(fault.status)}", *rows, "", ""]).encode() + body


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Overloaded"


def _headers(lines: list[bytes]) -> dict[str, str]:
    if len(lines) > MOST_HEADERS:
        raise Malformed(431, f"more than {MOST_HEADERS} headers")
    headers: dict[str, str] = {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise Malformed(400, f"no header: {line[:80]!r}")
        name, value = match[1].decode().lower(), match[2].decode("latin-1")
        if name in headers and name in _SINGLE:
            raise Malformed(400, f"header {name!r} is there twice")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    if "host" not in headers:
        raise Malformed(400, "header 'host' is missing")
    return headers


def _length(headers: dict[str, str]) -> int | None:
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if length is not None or coding.lower() != "chunked":
            raise Malformed(400, "a body is framed by a length or by chunks, not by both or by anything else")
        return None
    if length is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise Malformed(400, f"no content-length: {length[:40]!r}")
    return int(length)


async def _chunks(reader: asyncio.StreamReader, head: Head, most: int) -> bytes:
    body = b""
    while True:
        line = await reader.readline()
        size = re.fullmatch(rb"([0-9A-Fa-f]{1,8})\r\n", line)
        if size is None:
            raise Malformed(400, f"no chunk size: {line[:CHUNK_LINE]!r}")
        count = int(size[1], 16)
        if len(body) + count > most:
            raise TooLarge(head.request)
        chunk = await reader.readexactly(count + 2)
        if chunk[-2:] != b"\r\n":
            raise Malformed(400, "a chunk is longer than it says")
        if not count:
            return body
        body += chunk[:-2]
