"""Tests marked `vcr` play calls recorded once: compared and scrubbed as cassettes of the desk are, and as readable.

A file lies in `cassettes/<module>/<test>.yaml` beside its test. `pytest --record-mode=rewrite` records it anew; the
network being off, whoever answers then is a simulator.
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tools.llm.cassettes.exchange import Answer, Asked, canonical
from tools.llm.cassettes.file import parsed, written
from tools.llm.cassettes.scrub import scrubbed, scrubbed_answer

if TYPE_CHECKING:
    from vcr import VCR
    from vcr.request import Request


@pytest.fixture(scope="session")
def vcr_config() -> dict[str, Any]:
    return terms()


def terms() -> dict[str, Any]:
    return {
        "match_on": ("method", "scheme", "host", "path", "query", "body"),
        "decode_compressed_response": True,
        "before_record_request": clean_request,
        "before_record_response": clean_response,
    }


def pytest_recording_configure(config: pytest.Config | None, vcr: "VCR") -> None:
    vcr.register_serializer("yaml", SimpleNamespace(serialize=labelled, deserialize=parsed))


def clean_request(request: "Request") -> "Request":
    headers = tuple((name, str(value)) for name, value in request.headers.items())
    clean = scrubbed(Asked(request.method, request.uri, headers, request.body or b""))
    return type(request)(clean.method, clean.uri, clean.body or None, dict(clean.headers))


def clean_response(response: dict[str, Any]) -> dict[str, Any]:
    headers = tuple((name, value) for name, values in response["headers"].items() for value in values)
    status = response["status"]
    clean = scrubbed_answer(Answer(status["code"], status["message"] or "", headers, response["body"]["string"]))
    return {
        "status": {"code": clean.status, "message": clean.reason},
        "headers": {name: [value for other, value in clean.headers if other == name] for name, _ in clean.headers},
        "body": {"string": clean.body},
    }


def labelled(document: dict[str, Any]) -> str:
    """The file's text: sorted and under a label, as the desk writes its cassettes."""
    made = {"origin": "simulator", "recorded_with": "pytest-recording"}
    interactions = sorted(document["interactions"], key=lambda each: _place(each["request"]))
    return written({"version": document["version"], "made": made, "interactions": interactions})


def _place(request: dict[str, Any]) -> tuple[str, str, bytes]:
    body = request["body"] or b""
    return request["uri"], request["method"], canonical(body.encode() if isinstance(body, str) else body)
