"""The Anthropic Messages format, through the real library."""

from decimal import Decimal
from typing import Any

import httpx2
import pytest

from core.market.instruments import Money
from tests.tools.llm.providers import CALL, SSE, TOOL, Provider, events, request, turned
from tools.llm.faults import Unavailable, Unusable

BLOCKS: list[dict[str, Any]] = [
    {"type": "thinking", "thinking": "I want a quote.", "signature": "Eq=="},
    {"type": "brand_new", "data": [1]},
    {"type": "text", "text": "Let me look."},
    {"type": "tool_use", "id": "call_1", "name": "get_quote", "input": {"symbol": "IBM"}},
]


def reply(*blocks: dict[str, Any], stop: str | None = "end_turn", **usage: Any) -> dict[str, Any]:
    counts = {"input_tokens": 100, "output_tokens": 10, **usage}
    told = list(blocks) or [{"type": "text", "text": '{"view": "long"}'}]
    return {"type": "message", "model": "claude-opus-4-6", "content": told, "stop_reason": stop, "usage": counts}


async def test_an_answer_counts_cached_tokens_as_input_and_prices_each_by_its_own_price() -> None:
    told = reply(cache_read_input_tokens=1000, cache_creation_input_tokens=200)
    completion = await Provider("anthropic", told, headers={"request-id": "req_7"}).complete()
    assert (completion.text, completion.parsed) == ('{"view": "long"}', {"view": "long"})
    assert completion.usage is not None
    assert (completion.usage.input, completion.usage.cached, completion.usage.reasoning) == (1300, 1000, None)
    assert completion.cost == Money(Decimal("0.0025"), "USD")
    assert completion.request_id == "req_7"


async def test_the_system_prompt_is_the_stable_prefix_and_may_be_cached() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete()
    assert provider.body["system"] == [{"type": "text", "text": "Stable.", "cache_control": {"type": "ephemeral"}}]
    assert provider.body["messages"] == [{"role": "user", "content": "Changing."}]
    assert provider.body["max_tokens"] == 1024
    assert str(provider.asked[0].url) == "https://api.anthropic.com/v1/messages"


async def test_an_empty_system_prompt_is_left_out() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete(request(system=""))
    assert "system" not in provider.body


async def test_a_model_that_does_not_think_is_told_so() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete()
    assert (provider.body["thinking"], provider.body["temperature"]) == ({"type": "disabled"}, 0)
    assert "effort" not in provider.body["output_config"]


async def test_a_model_that_thinks_is_told_how_hard_and_sent_no_temperature() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete(thinking="high", schema="none")
    assert (provider.body["thinking"], provider.body["output_config"]) == ({"type": "adaptive"}, {"effort": "high"})
    assert "temperature" not in provider.body


async def test_a_strict_schema_holds_only_what_this_provider_enforces() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete()
    sent = provider.body["output_config"]["format"]
    assert sent["schema"]["properties"] == {
        "view": {"type": "string"},
        "size": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "pattern": {"type": "integer"},
    }


async def test_a_wish_for_functions_comes_with_every_block_to_give_back() -> None:
    completion = await Provider("anthropic", reply(*BLOCKS, stop="tool_use")).complete(request(tools=(TOOL,)))
    assert (completion.finish, completion.tool_calls, completion.text) == ("tools", (CALL,), "Let me look.")
    assert completion.reasoning == "I want a quote."
    assert completion.echo == {"role": "assistant", "content": BLOCKS}


async def test_its_own_blocks_go_back_untouched_and_all_results_in_one_message() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete(turned({"role": "assistant", "content": BLOCKS}))
    said, answered = provider.body["messages"][1:]
    assert said == {"role": "assistant", "content": BLOCKS}
    assert answered["content"] == [{"type": "tool_result", "tool_use_id": "call_1", "content": "184.04 / 184.06"}]
    assert provider.body["tools"][0]["input_schema"] == TOOL.parameters


async def test_another_providers_message_goes_over_as_what_was_said_and_called() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete(turned({"role": "assistant", "content": "x", "tool_calls": []}))
    assert provider.body["messages"][1]["content"] == BLOCKS[2:]


async def test_functions_called_earlier_are_named_even_when_none_is_on_offer() -> None:
    provider = Provider("anthropic", reply())
    await provider.complete(request(turns=turned(None).turns))
    assert [tool["name"] for tool in provider.body["tools"]] == ["get_quote"]
    assert provider.body["tool_choice"] == {"type": "none"}


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refusal"),
        ("pause_turn", "pause_turn"),
        (None, "unsaid"),
    ],
)
async def test_every_end_has_its_word(stop: str | None, finish: str) -> None:
    assert (await Provider("anthropic", reply(stop=stop)).complete()).finish == finish


START = {"type": "message_start", "message": {**reply(), "content": [], "stop_reason": None}}
CALLED = [
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "tool_use", "id": "call_1", "name": "get_quote"},
    },
    {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"symbol":'}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '"IBM"}'}},
    {"type": "content_block_stop", "index": 0},
]
DELTA = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 44}}
END = {"type": "message_stop"}


async def test_a_stream_is_joined_and_its_counts_are_the_last_ones() -> None:
    told = events(START, {"type": "ping"}, *CALLED, DELTA, {"type": "brand_new"}, END, end=b"")
    completion = await Provider("anthropic", told, headers=SSE).complete(streamed=True)
    assert (completion.finish, completion.tool_calls) == ("tools", (CALL,))
    assert completion.usage is not None
    assert (completion.usage.input, completion.usage.output) == (100, 44)
    assert completion.first_token is not None


@pytest.mark.parametrize(
    "told",
    [
        events(START, *CALLED, DELTA, end=b""),
        events(START, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, end=b""),
        events(START, {"type": "content_block_delta", "index": [1], "delta": {"text": "a"}}, END, end=b""),
        events(7, end=b""),
    ],
)
async def test_a_stream_that_breaks_is_no_answer(told: bytes) -> None:
    with pytest.raises(Unavailable):
        await Provider("anthropic", told, headers=SSE).complete(streamed=True)


@pytest.mark.parametrize(
    "told",
    [b"", b"[]", b'{"type": "message"}', b'{"type": "message", "content": [{}]}', httpx2.ReadError("reset")],
)
async def test_a_reply_that_is_none_may_be_asked_for_again(told: Any) -> None:
    with pytest.raises(Unavailable):
        await Provider("anthropic", told).complete()


async def test_an_account_without_credit_needs_a_person_although_it_is_told_as_a_bad_request() -> None:
    words = "Your credit balance is too low to access the Anthropic API."
    told = {"type": "error", "error": {"type": "invalid_request_error", "message": words}}
    with pytest.raises(Unusable, match="credit balance") as fault:
        await Provider("anthropic", told, status=400).complete()
    assert fault.value.lasting


async def test_no_credential_of_the_surroundings_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "somebody-elses")
    provider = Provider("anthropic", reply())
    await provider.complete()
    assert "somebody-elses" not in str(provider.asked[0].headers.raw)
