"""The Gemini generateContent format, through the real library."""

from typing import Any

import httpx2
import pytest

from core.ports.model import ToolCall
from tests.tools.llm.providers import SSE, TOOL, Provider, events, request, turned
from tools.llm.faults import Unavailable, Unusable

PARTS: list[dict[str, Any]] = [
    {"text": "I want a quote.", "thought": True},
    {"text": "Let me look."},
    {"functionCall": {"name": "get_quote", "args": {"symbol": "IBM"}, "id": "call_1"}, "thoughtSignature": "Eo+/=="},
]
QUOTED = "https://generativelanguage.googleapis.com/v1beta/models/asked-model:generateContent"


def reply(*parts: dict[str, Any], finish: str | None = "STOP", **usage: int) -> dict[str, Any]:
    counts = {"promptTokenCount": 100, "candidatesTokenCount": 10, **usage}
    content = {"role": "model", "parts": list(parts) or [{"text": "[1, "}, {"text": "2]"}]}
    candidate = {"content": content, "finishReason": finish}
    return {"candidates": [candidate], "usageMetadata": counts, "modelVersion": "gemini-2.5-flash"}


async def test_an_answer_joins_its_parts_and_counts_thoughts_as_output() -> None:
    told = reply(thoughtsTokenCount=50, cachedContentTokenCount=60)
    completion = await Provider("gemini", told).complete()
    assert (completion.text, completion.finish, completion.parsed) == ("[1, 2]", "stop", None)
    assert completion.usage is not None
    assert (completion.usage.input, completion.usage.output) == (100, 60)
    assert (completion.usage.cached, completion.usage.reasoning) == (60, 50)
    assert completion.cost is not None


async def test_the_version_of_the_api_is_pinned_and_the_key_stays_out_of_the_address() -> None:
    provider = Provider("gemini", reply())
    await provider.complete()
    assert str(provider.asked[0].url) == QUOTED
    assert provider.asked[0].headers["x-goog-api-key"] == "a-key"
    await provider.complete(base_url="https://generativelanguage.googleapis.com/v1beta")
    assert str(provider.asked[1].url) == QUOTED


async def test_the_request_goes_over_the_wire_as_it_was_composed() -> None:
    provider = Provider("gemini", reply())
    await provider.complete()
    settings = provider.body["generationConfig"]
    assert provider.body["contents"] == [{"role": "user", "parts": [{"text": "Changing."}]}]
    assert provider.body["systemInstruction"] == {"parts": [{"text": "Stable."}]}
    assert (settings["maxOutputTokens"], settings["temperature"]) == (1024, 0)
    assert settings["responseMimeType"] == "application/json"
    assert settings["responseJsonSchema"]["properties"]["pattern"] == {"type": "integer", "minimum": 0}


@pytest.mark.parametrize(
    ("thinking", "sent"),
    [("off", {"thinkingBudget": 0}), ("low", {"thinkingLevel": "LOW", "includeThoughts": True})],
)
async def test_whether_a_model_thinks_is_always_said(thinking: Any, sent: dict[str, Any]) -> None:
    provider = Provider("gemini", reply())
    await provider.complete(thinking=thinking)
    assert provider.body["generationConfig"]["thinkingConfig"] == sent


async def test_a_wish_for_functions_ends_with_stop_and_comes_with_its_signature() -> None:
    provider = Provider("gemini", reply(*PARTS))
    completion = await provider.complete(request(tools=(TOOL,)))
    assert (completion.finish, completion.text) == ("tools", "Let me look.")
    assert completion.tool_calls == (ToolCall("call_1", "get_quote", {"symbol": "IBM"}),)
    assert completion.reasoning == "I want a quote."
    assert completion.echo == {"role": "model", "parts": PARTS}
    assert "responseMimeType" not in provider.body["generationConfig"]
    assert provider.body["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"] == TOOL.parameters


@pytest.mark.parametrize("named", [True, False])
async def test_its_own_parts_go_back_untouched_and_an_id_only_where_there_was_one(named: bool) -> None:
    call = PARTS[2]["functionCall"] if named else {"name": "get_quote"}
    echo = {"role": "model", "parts": [*PARTS[:2], {**PARTS[2], "functionCall": call}]}
    provider = Provider("gemini", reply())
    await provider.complete(turned(echo))
    said, answered = provider.body["contents"][1:]
    told = answered["parts"][0]["functionResponse"]
    assert said == echo
    assert (told["name"], told["response"], told.get("id")) == (
        "get_quote",
        {"result": "184.04 / 184.06"},
        "call_1" if named else None,
    )


async def test_another_providers_message_goes_over_as_what_was_said_and_called() -> None:
    provider = Provider("gemini", reply())
    await provider.complete(turned({"role": "assistant", "content": "x"}))
    assert [list(part) for part in provider.body["contents"][1]["parts"]] == [["text"], ["functionCall"]]


@pytest.mark.parametrize(
    ("told", "finish"),
    [
        (reply(finish="MAX_TOKENS"), "length"),
        ({"candidates": [{"finishReason": "MAX_TOKENS"}]}, "length"),
        (reply(finish="SAFETY"), "content_filter"),
        ({"promptFeedback": {"blockReason": "SAFETY"}}, "content_filter"),
        (reply(finish="MALFORMED_FUNCTION_CALL"), "MALFORMED_FUNCTION_CALL"),
        (reply(finish="A_WORD_OF_TOMORROW"), "A_WORD_OF_TOMORROW"),
        (reply(finish=None), "unsaid"),
    ],
)
async def test_every_end_has_its_word(told: dict[str, Any], finish: str) -> None:
    assert (await Provider("gemini", told).complete()).finish == finish


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe",
        b'{"candidates": [{"content": {"parts": 7}, "finishReason": "STOP"}]}',
        b'[{"candidates": [{"content": {"parts": [{"text": "half"}]}}]}]',
        b'[{"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}]',
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
    ],
)
async def test_a_reply_that_is_none_may_be_asked_for_again(told: Any) -> None:
    provider = Provider("gemini", told)
    with pytest.raises(Unavailable):
        await provider.complete()
    assert len(provider.asked) == 1


@pytest.mark.parametrize("headers", [SSE, {}])
async def test_a_stream_that_comes_unasked_is_read_all_the_same(headers: dict[str, str]) -> None:
    told = events(reply({"text": "a"}, finish=None), reply({"text": "b"}, candidatesTokenCount=77), end=b"")
    completion = await Provider("gemini", told, headers=headers).complete(streamed=True)
    assert (completion.text, completion.first_token) == ("ab", None)
    assert completion.usage is not None and completion.usage.output == 77


@pytest.mark.parametrize(
    ("status", "error", "lasting"),
    [
        (400, {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}, True),
        (400, {"status": "INVALID_ARGUMENT", "message": "bad"}, False),
        (
            429,
            {"status": "RESOURCE_EXHAUSTED", "details": [{"violations": [{"quotaId": "RequestsPerDayPerModel"}]}]},
            True,
        ),
        (404, {"status": "NOT_FOUND"}, True),
    ],
)
async def test_a_failure_that_waiting_cannot_mend_is_no_reason_to_wait(status: int, error: Any, lasting: bool) -> None:
    with pytest.raises(Unusable) as fault:
        await Provider("gemini", {"error": error}, status=status).complete()
    assert fault.value.lasting is lasting


@pytest.mark.parametrize("shape", [lambda error: {"error": error}, lambda error: [{"error": error}]])
async def test_the_wait_a_quota_asks_for_is_kept(shape: Any) -> None:
    error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "37.5s"}]}
    with pytest.raises(Unavailable) as fault:
        await Provider("gemini", shape(error), status=429).complete()
    assert fault.value.trace.retry_after == 37.5
    assert fault.value.trace.code == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize("body", [b"<html>", b'"busy"', b'{"error": "busy"}', b"[]", b"\xff"])
async def test_an_error_page_is_sorted_by_its_status(body: bytes) -> None:
    with pytest.raises(Unavailable) as fault:
        await Provider("gemini", body, status=503).complete()
    assert fault.value.trace.status == 503 or fault.value.trace.code == "malformed_reply"
