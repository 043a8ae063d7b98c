"""The setting of the tests is real: the network is off, strict settings are on, the evidence adds up."""

import asyncio
import json
import os
import socket
from datetime import UTC, datetime

import pytest

from tests.session.evidence import Folder, as_json, folder_of, table
from tests.session.network_off import NetworkIsOff, resolves_here, stays_here

ELSEWHERE = ("192.0.2.1", 443)


def test_connecting_to_another_machine_is_refused() -> None:
    with socket.socket() as outside, pytest.raises(NetworkIsOff, match=r"192\.0\.2\.1"):
        outside.connect(ELSEWHERE)


def test_sending_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as outside, pytest.raises(NetworkIsOff):
        outside.sendto(b"tick", ELSEWHERE)


def test_resolving_another_name_is_refused() -> None:
    with pytest.raises(NetworkIsOff, match=r"api\.example"):
        socket.getaddrinfo("api.example", 443)


async def test_the_event_loop_is_held_too() -> None:
    with pytest.raises(NetworkIsOff):
        await asyncio.open_connection("api.example", 443)
    with pytest.raises(NetworkIsOff):
        await asyncio.open_connection(*ELSEWHERE)


async def test_a_server_on_this_machine_can_be_reached() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


def test_what_stays_here_and_what_does_not() -> None:
    assert stays_here(socket.AF_UNIX, "control.sock")
    assert stays_here(socket.AF_INET6, ("::1", 80, 0, 0))
    assert not stays_here(socket.AF_INET, ("8.8.8.8", 53))
    assert resolves_here(None) and resolves_here(b"localhost") and resolves_here("8.8.8.8")


def test_strict_settings_are_on_and_no_key_of_a_person_is_seen() -> None:
    assert os.environ["LANGGRAPH_STRICT_MSGPACK"] == "true"
    assert os.environ["LANGSMITH_TRACING"] == "false"
    assert [name for name in os.environ if name.endswith("_API_KEY")] == []


def test_seconds_are_added_per_folder_and_the_slowest_comes_first() -> None:
    assert folder_of("tests/core/risk/test_gate.py::test_one[2/3]") == "core"
    assert folder_of("tests/test_alone.py::test_one") == "."
    lines = table({"core": Folder(passed=2, seconds=1.0), "chaos": Folder(passed=1, failed=1, seconds=2.5)})
    assert lines == ["     2.5 s      2 tests  tests/chaos", "     1.0 s      2 tests  tests/core"]


def test_the_evidence_names_its_day_and_its_counts() -> None:
    folders = {"core": Folder(passed=3, skipped=1, seconds=0.26)}
    figures = {"tests/chaos/test_kills.py::test_kills": "7 kills, 0 double, 0 lost"}
    evidence = json.loads(as_json(folders, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), figures))
    assert evidence["date"] == "2026-01-02T03:04:05Z"
    assert evidence["folders"] == {"core": {"passed": 3, "failed": 0, "skipped": 1, "seconds": 0.3}}
    assert evidence["figures"] == figures
