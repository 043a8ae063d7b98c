"""The line to the providers: what answers, and how a desk on recorded time feels a provider outside."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.errors import BadInput
from tests.desks import instant
from tools.clock import VirtualLoop
from tools.llm.cassettes.cassette import Cassette
from tools.llm.cassettes.file import Label
from tools.llm.cassettes.miss import CassetteMiss
from tools.llm.line import Line, OnRecordedTime, recorded, recording

ADDRESS = "https://api.example.com/v1/chat"
SLOW = 0.2


def answer_once(listener: socket.socket) -> None:
    """A provider outside this process's loop: one answer, slowly."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(65_536)
        threading.Event().wait(SLOW)
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")


async def _asked() -> tuple[str, float]:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = threading.Thread(target=answer_once, args=(listener,))
        provider.start()
        try:
            async with httpx2.AsyncClient(transport=OnRecordedTime(httpx2.AsyncHTTPTransport())) as client:
                began = loop.time()
                response = await client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
                return response.text, loop.time() - began
        finally:
            provider.join()


def played(work: Coroutine[Any, Any, Any], pace: float | None) -> Any:
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(instant("13:40:00"), pace)) as runner:
        return runner.run(work)


def test_a_desk_on_recorded_time_feels_how_long_a_provider_took() -> None:
    text, took = played(_asked(), None)
    assert text == "ok"
    assert SLOW <= took < 20 * SLOW


def test_on_paced_time_nothing_is_added() -> None:
    text, took = played(_asked(), 1.0)
    assert text == "ok"
    assert took < 2 * SLOW


def test_a_deadline_on_recorded_time_cuts_off_a_slow_provider() -> None:
    async def hurried() -> None:
        async with asyncio.timeout(SLOW / 10):
            await _asked()

    with pytest.raises(TimeoutError):
        played(hurried(), None)


async def test_what_is_recorded_is_played_without_anything_behind_it(tmp_path: Path) -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"said": "yes"})

    path = tmp_path / "a.yaml"
    cassette = Cassette(path, "rewrite", Label("simulator", "a test", "2013-10-04"))
    line = recording(cassette, Line(httpx2.MockTransport(answer), "simulator"))
    assert (await line.client.post(ADDRESS, json={"ask": 1})).json() == {"said": "yes"}
    await line.close()
    playing = recorded(path)
    assert playing.origin == "simulator"
    assert (await playing.client.post(ADDRESS, json={"ask": 1})).json() == {"said": "yes"}
    await playing.close()


async def test_a_request_nobody_recorded_is_named_again_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    cassette = Cassette(path, "rewrite", Label("simulator", "a test", "2013-10-04"))
    line = recording(cassette, Line(httpx2.MockTransport(lambda _: httpx2.Response(200, json={})), "simulator"))
    await line.client.post(ADDRESS, json={"ask": 1})
    await line.close()
    playing = recorded(path)
    with pytest.raises(CassetteMiss):
        await playing.client.post(ADDRESS, json={"ask": 2})
    with pytest.raises(CassetteMiss):
        await playing.close()


def test_a_cassette_that_does_not_say_who_answered_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("version: 1\ninteractions: []\n")
    with pytest.raises(BadInput, match="does not say who answered"):
        recorded(path)


def test_while_it_is_recorded_a_slow_provider_is_late_for_nobody(tmp_path: Path) -> None:
    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await asyncio.sleep(SLOW)
            return httpx2.Response(200, json={"asked": request.url.path})

    async def hurried() -> tuple[str, float]:
        cassette = Cassette(tmp_path / "slow.yaml", "rewrite", Label("simulator", "test", ""))
        line = recording(cassette, Line(Slow(), "simulator"))
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(SLOW / 10):
            text = (await line.client.get(ADDRESS)).text
        passed = asyncio.get_running_loop().time() - began
        await line.close()
        return text, passed

    assert played(hurried(), None) == ('{"asked":"/v1/chat"}', 0)
    assert (tmp_path / "slow.yaml").exists()
