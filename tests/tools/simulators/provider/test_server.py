"""The server under bad clients: what is no request is refused, and nothing ends the others' service."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.errors import BadInput
from tools.simulators.provider.application import Provider
from tools.simulators.provider.server import HOST, ProviderServer
from tools.simulators.provider.simulation import Simulation

GOOD = b"GET /openai/v1/models HTTP/1.1\r\nhost: here\r\nauthorization: Bearer k\r\n\r\n"


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    server = ProviderServer(Provider(Simulation(fault_script=("hanging",))))
    await server.open()
    yield server
    await server.close()


async def sent(server: ProviderServer, raw: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(raw)
    writer.write_eof()
    try:
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def posted(*lines: bytes, body: bytes = b"") -> bytes:
    head = [b"POST /openai/v1/chat/completions HTTP/1.1", b"host: here", b"authorization: Bearer k", *lines, b"", b""]
    return b"\r\n".join(head) + body


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\nhost: a\r\n\r\n", 505),
        (b"GET / HTTP/2.0\r\nhost: a\r\n\r\n", 505),
        (b"get / HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET http://a/ HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\n folded: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nhost: a\n\n", 400),
        (b"GET / HT", 400),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nlong: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (posted(b"content-length: -1"), 400),
        (posted(b"content-length: 1e3"), 400),
        (posted(b"content-length: 10", b"content-length: 11"), 400),
        (posted(b"content-length: 10", b"transfer-encoding: chunked"), 400),
        (posted(b"transfer-encoding: gzip"), 400),
        (posted(b"content-length: 10", body=b"short"), 400),
        (posted(b"content-length: 999999999999"), 413),
        (posted(b"transfer-encoding: chunked", body=b"zz\r\n"), 400),
        (posted(b"transfer-encoding: chunked", body=b"2\r\nabc\r\n0\r\n\r\n"), 400),
        (posted(b"transfer-encoding: chunked", body=b"fffffff\r\n"), 413),
    ],
)
async def test_what_is_no_request_is_refused_and_the_next_client_is_served(
    server: ProviderServer, raw: bytes, status: int
) -> None:
    assert (await sent(server, raw)).startswith(b"HTTP/1.1 %d " % status)
    assert (await sent(server, GOOD)).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_client_that_says_nothing_is_told_nothing(server: ProviderServer) -> None:
    assert await sent(server, b"") == b""


async def test_one_connection_serves_request_after_request(server: ProviderServer) -> None:
    assert (await sent(server, GOOD * 3)).count(b"HTTP/1.1 200 OK") == 3
    last = GOOD.replace(b"host: here", b"host: here\r\nconnection: close")
    assert (await sent(server, last + GOOD)).count(b"HTTP/1.1 200 OK") == 1


async def test_a_body_in_chunks_is_read_and_one_that_waits_is_called_for(server: ProviderServer) -> None:
    chunked = posted(b"transfer-encoding: chunked", body=b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
    assert b"missing required field `model`" in await sent(server, chunked)
    waiting = posted(b"expect: 100-continue", b"content-length: 2", body=b"{}")
    assert (await sent(server, waiting)).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"model":1}',
        b"[" * 100_000,
        b'{"model":"m","messages":[{"role":"king"}]}',
    ],
)
async def test_a_body_that_makes_no_sense_is_a_400_of_the_wire(server: ProviderServer, body: bytes) -> None:
    told = await sent(server, posted(b"content-length: %d" % len(body), body=body))
    assert told.startswith(b"HTTP/1.1 400 ") and b'"type":"invalid_request_error"' in told


async def test_a_client_that_goes_away_ends_its_reply_and_a_server_that_closes_ends_all(
    server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.simulators.provider.server.GRACE", 0.01)
    body = b'{"model":"m","messages":[{"role":"user","content":"hello"}]}'
    assert await sent(server, posted(b"content-length: %d" % len(body), body=body)) == b""
    assert (await sent(server, GOOD)).startswith(b"HTTP/1.1 200 OK\r\n")
    reader, writer = await asyncio.open_connection(HOST, server.port)
    await server.close()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_a_port_that_is_taken_is_named(server: ProviderServer) -> None:
    other = ProviderServer(Provider())
    with pytest.raises(BadInput, match=rf"port {server.port}: cannot listen on 127\.0\.0\.1: .*; take another, or 0"):
        await other.open(server.port)
    await other.close()
