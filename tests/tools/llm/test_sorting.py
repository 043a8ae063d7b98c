"""Failures of providers, sorted by the response they need, without a word that must not be told."""

import traceback
from typing import Any

import pytest

from tests.tools.llm.providers import AT, Provider
from tools.llm.endpoints import Wire
from tools.llm.faults import Unavailable, Unusable
from tools.llm.wires.sorting import request_id, retry_after

KEY = "sk-very-secret-0123456789abcdef"


async def fault_of(status: int, error: Any, wire: Wire = "openai", **headers: str) -> Unavailable | Unusable:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises((Unavailable, Unusable)) as raised:
        await Provider(wire, {"error": error}, status=status, headers=named).complete(key=KEY)
    assert isinstance(raised.value, Unavailable | Unusable)
    return raised.value


def _sort(fault: Unavailable | Unusable) -> str:
    if isinstance(fault, Unavailable):
        return "retry"
    return "wait" if fault.mends else "halt" if fault.lasting else "degrade"


@pytest.mark.parametrize(
    ("status", "code", "sort"),
    [
        (400, "invalid_request_error", "degrade"),
        (401, "invalid_api_key", "halt"),
        (402, "invalid_request_error", "wait"),
        (403, None, "halt"),
        (404, "model_not_found", "halt"),
        (408, None, "retry"),
        (409, None, "retry"),
        (413, None, "degrade"),
        (418, None, "degrade"),
        (422, None, "degrade"),
        (429, "rate_limit_exceeded", "retry"),
        (429, "insufficient_quota", "wait"),
        (500, "server_error", "retry"),
        (503, None, "retry"),
        (529, None, "retry"),
        (302, None, "degrade"),
    ],
)
async def test_a_failure_asks_for_one_of_four_responses(status: int, code: str | None, sort: str) -> None:
    fault = await fault_of(status, {"message": "no", "code": code})
    assert _sort(fault) == sort
    assert (fault.trace.status, fault.trace.code) == (status, code)


@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
async def test_no_key_and_no_account_is_ever_told(wire: Wire, status: int) -> None:
    words = f"Incorrect API key provided: {KEY}, organization org-abcdef123456"
    fault = await fault_of(status, {"message": words, "status": "UNKNOWN"}, wire)
    told = "".join(traceback.format_exception(fault)) + repr(fault) + repr(fault.trace)
    assert KEY[3:] not in told
    assert "org-abcdef" not in told


async def test_a_refused_key_is_named_by_its_variable_and_place() -> None:
    fault = await fault_of(401, {"code": "invalid_api_key"})
    assert "the key was refused; THE_KEY is read from the environment or .env" in str(fault)


async def test_a_request_beyond_a_whole_minutes_limit_is_not_tried_again() -> None:
    words = "Rate limit reached on tokens per min (TPM): Limit 200000, Used 0, Requested 242288. Please try again."
    assert isinstance(await fault_of(429, {"code": "rate_limit_exceeded", "message": words}), Unusable)
    words = words.replace("242288", "42288")
    assert isinstance(await fault_of(429, {"code": "rate_limit_exceeded", "message": words}), Unavailable)


async def test_a_provider_that_says_not_to_try_again_is_believed() -> None:
    assert isinstance(await fault_of(500, {}, x_should_retry="false"), Unusable)
    assert isinstance(await fault_of(500, {}, x_should_retry="true"), Unavailable)


async def test_a_fault_keeps_the_wait_and_the_name_of_the_request() -> None:
    fault = await fault_of(429, {}, retry_after="7", x_request_id="req_7")
    assert (fault.trace.retry_after, fault.trace.request_id) == (7.0, "req_7")
    assert (await fault_of(400, {}, retry_after="7")).trace.retry_after is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "2"}, 0.25),
        ({"retry-after": "Mon, 21 Sep 2026 14:13:50 GMT"}, 30.0),
        ({"retry-after": "Mon, 21 Sep 2026 14:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_a_wait_is_read_from_whichever_header_says_so(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, AT) == seconds


def test_a_request_is_named_by_the_first_header_that_does() -> None:
    assert request_id({"request-id": "a", "cf-ray": "b"}) == "a"
    assert request_id({}) is None


@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", b'{"detail": [{"msg": "x"}]}', b"[]", b"\xff"])
@pytest.mark.parametrize("wire", ["openai", "anthropic"])
async def test_an_error_page_is_sorted_by_its_status(wire: Wire, body: bytes) -> None:
    with pytest.raises(Unavailable) as fault:
        await Provider(wire, body, status=502).complete()
    assert fault.value.trace.status == 502
