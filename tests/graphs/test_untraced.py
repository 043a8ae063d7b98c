"""Whatever the environment asks for, no state of a run is sent to a service outside."""

import os
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from langsmith import utils

from runtime.cli.main import main
from tests.desks import FILLED, RISE, Rehearsal, consent, tape

SWITCHES = ["LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"]


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a collector on this machine is sent; every switch is on."""
    asked: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(202)
            self.end_headers()

        do_GET = do_PATCH = do_POST

        def log_message(self, *_: object) -> None:
            return None

    for name in SWITCHES:
        monkeypatch.setenv(name, "true")
    utils.get_env_var.cache_clear()
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        monkeypatch.setenv("LANGSMITH_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("LANGSMITH_API_KEY", "none")
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield asked
        server.shutdown()
        thread.join()
    utils.get_env_var.cache_clear()


def test_a_desk_used_as_a_library_posts_nothing(posted: list[str], tmp_path: Path) -> None:
    story = Rehearsal(tmp_path).play(tape(RISE, FILLED), consent())
    assert (story.outcomes, utils.tracing_is_enabled(), posted) == (["executed"], False, [])


def test_the_command_line_switches_it_off(
    posted: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["aegis-agents", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert {os.environ[name] for name in SWITCHES} == {"false"} and posted == []
    assert "serve" in capsys.readouterr().out
