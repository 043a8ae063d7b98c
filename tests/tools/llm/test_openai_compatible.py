"""The OpenAI chat format and its speakers, through the real library."""

from decimal import Decimal
from typing import Any

import httpx2
import pytest

from core.market.instruments import Money
from tests.tools.llm.providers import CALL, SSE, TOOL, Provider, events, request, turned
from tools.llm.faults import Unavailable, Unusable

ECHO = {
    "role": "assistant",
    "content": None,
    "reasoning_content": "I want a quote.",
    "annotations": [],
    "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "get_quote", "arguments": '{"symbol":"IBM"}'}}
    ],
}


def reply(finish: str | None = "stop", model: str = "gpt-4o", **message: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 1000, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 600}}
    told = {"role": "assistant", "content": None, **message}
    return {"choices": [{"index": 0, "message": told, "finish_reason": finish}], "model": model, "usage": usage}


async def test_an_answer_carries_what_the_provider_said_and_what_the_seat_knows() -> None:
    provider = Provider("openai", reply(content='{"view": "long", "size": 0.1}'), headers={"x-request-id": "req_7"})
    completion = await provider.complete()
    assert completion.parsed == {"view": "long", "size": Decimal("0.1")}
    assert (completion.model, completion.asked, completion.origin) == ("gpt-4o", "asked-model", "provider")
    assert completion.usage is not None
    assert (completion.usage.input, completion.usage.cached, completion.usage.reasoning) == (1000, 600, None)
    assert completion.cost == Money(Decimal("0.00185"), "USD")
    assert (completion.request_id, completion.first_token) == ("req_7", None)
    assert completion.latency is not None and completion.latency > 0


@pytest.mark.parametrize(
    ("address", "thinking", "sent"),
    [
        ("https://api.deepseek.com", "off", {"thinking": {"type": "disabled"}}),
        ("https://api.deepseek.com", "low", {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
        ("https://api.openai.com/v1", "off", {"reasoning_effort": "none"}),
        ("https://openrouter.ai/api/v1", "high", {"reasoning": {"enabled": True, "effort": "high"}}),
        ("http://127.0.0.1:11434/v1", "off", {"chat_template_kwargs": {"enable_thinking": False}}),
    ],
)
async def test_whether_a_model_thinks_is_always_said(address: str, thinking: Any, sent: dict[str, Any]) -> None:
    provider = Provider("openai", reply(content="x"))
    await provider.complete(base_url=address, thinking=thinking)
    assert {name: provider.body.get(name) for name in sent} == sent
    assert str(provider.asked[0].url) == f"{address}/chat/completions"


async def test_a_simulated_provider_is_spoken_to_as_the_one_it_stands_for() -> None:
    provider = Provider("openai", reply(content="x", model="deepseek-v4-flash"))
    completion = await provider.complete(base_url="http://127.0.0.1:9/v1", origin="simulator", provider="deepseek")
    assert provider.body["thinking"] == {"type": "disabled"}
    assert completion.origin == "simulator"
    assert completion.cost is not None


@pytest.mark.parametrize(("schema", "kind"), [("strict", "json_schema"), ("object", "json_object"), ("none", None)])
async def test_the_schema_is_enforced_as_far_as_the_provider_can(schema: Any, kind: str | None) -> None:
    provider = Provider("openai", reply(content="x"))
    await provider.complete(schema=schema)
    assert provider.body.get("response_format", {}).get("type") == kind


async def test_a_strict_schema_is_closed_requires_every_field_and_keeps_a_field_called_pattern() -> None:
    provider = Provider("openai", reply(content="x"))
    await provider.complete()
    sent = provider.body["response_format"]["json_schema"]
    assert (sent["name"], sent["strict"]) == ("analyst", True)
    assert sent["schema"]["required"] == ["view", "size", "pattern"]
    assert sent["schema"]["additionalProperties"] is False
    assert sent["schema"]["properties"]["view"] == {"type": "string"}
    assert sent["schema"]["properties"]["pattern"] == {"type": "integer", "minimum": 0}


async def test_a_model_without_a_temperature_is_sent_none() -> None:
    provider = Provider("openai", reply(content="x"))
    await provider.complete(temperature=False)
    assert "temperature" not in provider.body
    await provider.complete(request(temperature=Decimal("0.2")))
    assert provider.body["temperature"] == 0.2
    assert provider.body["max_completion_tokens"] == 1024


async def test_a_wish_for_functions_comes_with_the_message_to_give_back() -> None:
    completion = await Provider("openai", reply("tool_calls", **ECHO)).complete(request(tools=(TOOL,)))
    assert (completion.finish, completion.tool_calls) == ("tools", (CALL,))
    assert completion.reasoning == "I want a quote."
    assert completion.echo == ECHO


async def test_the_providers_own_message_goes_back_with_its_reasoning_and_without_what_it_refuses() -> None:
    provider = Provider("openai", reply(content="x"))
    await provider.complete(turned(ECHO))
    said, answered = provider.body["messages"][2:]
    assert said == {name: value for name, value in ECHO.items() if name != "annotations"}
    assert answered == {"role": "tool", "tool_call_id": "call_1", "content": "184.04 / 184.06"}


@pytest.mark.parametrize("echo", [None, {"role": "model", "parts": []}, {"role": "assistant", "content": []}])
async def test_another_providers_message_goes_over_as_what_was_said_and_called(echo: Any) -> None:
    provider = Provider("openai", reply(content="x"))
    await provider.complete(turned(echo))
    said = provider.body["messages"][2]
    assert (said["content"], said["tool_calls"]) == ("Let me look.", ECHO["tool_calls"])


@pytest.mark.parametrize(
    ("told", "finish"),
    [
        (reply(content=None, refusal="I cannot help with that."), "refusal"),
        (reply("content_filter", content=""), "content_filter"),
        (reply("length", content='{"view": "lo'), "length"),
        (
            reply("length", **{**ECHO, "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": '{"a'}}]}),
            "length",
        ),
        (reply("brand_new", content="x"), "brand_new"),
        (reply(None, content="x"), "unsaid"),
        (reply(content=""), "stop"),
    ],
)
async def test_every_end_has_its_word(told: dict[str, Any], finish: str) -> None:
    completion = await Provider("openai", told).complete()
    assert (completion.finish, completion.tool_calls) == (finish, ())
    assert completion.parsed is None


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"<html>busy</html>",
        b'{"choices": [{"message"',
        b"[" * 100_000,
        b'{"choices": null}',
        b'{"choices": []}',
        b'{"choices": [7]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"choices": [{"message": {"content": "\xff"}, "finish_reason": "stop"}]}',
        b'{"choices": [{"message": {"content": "a"}, "finish_reason": "insufficient_system_resource"}]}',
        {"error": {"code": 502, "message": "Provider returned error"}},
        {
            "choices": [
                {"error": {"code": 503, "message": "busy"}, "message": {"content": ""}, "finish_reason": "error"}
            ]
        },
        events({"choices": [{"delta": {"content": "half"}}]}, end=b""),
        events({"choices": [{"delta": 7}]}),
        events({"choices": {"delta": 7}}),
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("peer closed connection"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_reply_that_is_none_may_be_asked_for_again(told: Any, streamed: bool) -> None:
    provider = Provider("openai", told, headers=SSE if streamed and isinstance(told, bytes) else None)
    with pytest.raises(Unavailable) as fault:
        await provider.complete(streamed=streamed)
    assert fault.value.trace.provider == "vendor"
    assert len(provider.asked) == 1
    assert fault.value.__suppress_context__


@pytest.mark.parametrize("given", ['{"symbol": ', "[1]", '"IBM"', "NaN", '{"a": 1e999}'])
async def test_a_call_nobody_can_read_is_no_answer(given: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "get_quote", "arguments": given}}
    with pytest.raises(Unusable, match="get_quote") as fault:
        await Provider("openai", reply("tool_calls", tool_calls=[call])).complete()
    assert (fault.value.lasting, fault.value.trace.code) == (False, "malformed_tool_call")


async def test_a_stream_is_timed_to_its_first_word_and_joined() -> None:
    chunks = [
        {"model": "deepseek-v4-flash", "choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]},
        {"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}}]},
        {"choices": [{"index": 0, "delta": {"content": "Yes", "reasoning_content": None}}]},
        {"choices": [{"index": 1, "delta": {"content": "another"}}]},
        {"choices": [{"index": 0, "delta": {"content": "."}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    ]
    provider = Provider("openai", b": keep-alive\n\n" + events(*chunks), headers=SSE)
    completion = await provider.complete(streamed=True)
    assert (completion.text, completion.reasoning, completion.finish) == ("Yes.", "Hm.", "stop")
    assert completion.usage is not None and completion.usage.output == 2
    assert completion.first_token is not None and completion.latency is not None
    assert 0 < completion.first_token <= completion.latency
    assert provider.body["stream_options"] == {"include_usage": True}


async def test_no_name_of_another_account_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    monkeypatch.setenv("OPENAI_API_KEY", "somebody-elses")
    provider = Provider("openai", reply(content="x"))
    await provider.complete()
    headers = provider.asked[0].headers
    assert headers["authorization"] == "Bearer a-key"
    assert "openai-organization" not in headers
    assert "openai-project" not in headers
