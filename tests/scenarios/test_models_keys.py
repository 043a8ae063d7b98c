"""A key goes to its provider and nowhere else: not into the record, not into a line, not into a log."""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from core.facts.verdicts import Abstained
from runtime.bootstrap import House, Overrides, build
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tests.desks import FILLED, RISE, Rehearsal, Told, settings, tape
from tools.clock import VirtualClock
from tools.journals.sqlite import SqliteJournal
from tools.llm.line import Line
from tools.simulators.provider.application import Provider
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.transport import SimulatedTransport

KEYS = {
    "DEEPSEEK_API_KEY": "planted.key.without.any.prefix",
    "GEMINI_API_KEY": "AIzaSyPlanted0123456789google",
    "ANTHROPIC_API_KEY": "sk-ant-0123456789planted",
}
SENT = ("authorization", "x-api-key", "x-goog-api-key")


class Echo(httpx2.AsyncBaseTransport):
    """A provider that quotes the key it was sent in everything it says."""

    def __init__(self, status: int) -> None:
        self._status = status

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        key = next(request.headers[name] for name in SENT if name in request.headers).removeprefix("Bearer ")
        error = {"type": "invalid_request_error", "status": "FAILED", "message": f"what you sent with {key} is wrong"}
        return httpx2.Response(
            self._status, json={"type": "error", "error": error}, headers={"x-request-id": "req-1"}, request=request
        )


class Watched(httpx2.AsyncBaseTransport):
    """A provider that answers, and remembers the keys it was sent."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self._behind = SimulatedTransport(Provider(Simulation()))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.keys |= {request.headers[name].removeprefix("Bearer ") for name in SENT if name in request.headers}
        return await self._behind.handle_async_request(request)


def keyed() -> Loaded:
    return settings(models__roster="combat", models__answers="provider")


@dataclass(frozen=True)
class Asking(Rehearsal):
    """A rehearsal that asks this transport, with keys, and keeps its journal in a file."""

    loaded: Loaded = field(default_factory=keyed)
    behind: httpx2.AsyncBaseTransport = field(default_factory=Watched)

    def house(self, clock: VirtualClock, models: object = None) -> House:
        """The desk, not opened."""
        self.path.mkdir(exist_ok=True)
        journal = SqliteJournal.open(self.path / "journal.db")
        chosen = Overrides(journal=journal, line=Line(self.behind, "provider"))
        return build(self.loaded, StateFolder(self.path), clock, chosen)


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    caplog.set_level(logging.DEBUG)


def leaks(path: Path, told: Told, logged: str) -> list[str]:
    """Where a key stands that should not."""
    places = {file.name: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    places |= {"lines": json.dumps(told.lines).encode(), "logs": logged.encode(), "facts": repr(told.recorded).encode()}
    return [
        f"{name} in {place}" for place, held in places.items() for name, key in KEYS.items() if key.encode() in held
    ]


@pytest.mark.usefixtures("planted")
def test_each_provider_is_sent_its_own_key_and_the_record_holds_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    behind = Watched()
    told = Asking(tmp_path / "desk", behind=behind).play(tape(RISE, FILLED))
    assert told.outcomes == ["executed"] and behind.keys == set(KEYS.values())
    assert leaks(tmp_path / "desk", told, caplog.text) == []


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 529])
def test_a_provider_that_quotes_the_key_does_not_get_it_into_the_record(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    told = Asking(tmp_path / "desk", behind=Echo(status)).play(tape(RISE, FILLED))
    assert told.outcomes == ["abstained"] and told.all(Abstained)
    assert leaks(tmp_path / "desk", told, caplog.text) == []


def test_a_planted_leak_is_seen(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path / "desk").play(tape("13:40:00 IBM 184.00 184.02"))
    (tmp_path / "desk" / "stray.log").write_text(f"asked with {KEYS['GEMINI_API_KEY']}")
    assert leaks(tmp_path / "desk", told, KEYS["DEEPSEEK_API_KEY"]) == [
        "GEMINI_API_KEY in stray.log",
        "DEEPSEEK_API_KEY in logs",
    ]
