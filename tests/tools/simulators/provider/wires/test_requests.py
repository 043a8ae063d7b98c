"""What a provider refuses, and what it wants given back: a client that misreads the wire hears of it."""

from typing import Any

import httpx2
import pytest

from tests.tools.simulators.provider.clients import clients
from tools.simulators.provider.conversation import Flavour
from tools.simulators.provider.simulation import Simulation

HELLO = {"role": "user", "content": "hello"}
CALL = {"id": "c1", "type": "function", "function": {"name": "quote", "arguments": "{}"}}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
ANSWERED = {"role": "tool", "tool_call_id": "c1", "content": "1"}
OPEN = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
USED = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "quote", "input": {}}]}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "1"}
ASKED = {"role": "user", "parts": [{"text": "hello"}]}
MODEL_CALLED = {"role": "model", "parts": [{"functionCall": {"name": "quote"}}]}
RESPONDED = {"role": "user", "parts": [{"functionResponse": {"name": "quote", "response": {"result": 1}}}]}


def chat(*messages: Any, **told: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [*messages] or [HELLO], **told}


def messages(*told: Any, **more: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 2000, "messages": [*told] or [HELLO], **more}


def contents(*told: Any, **more: Any) -> dict[str, Any]:
    return {"contents": [*told] or [ASKED], **more}


async def posted(flavour: Flavour, body: Any, model: str = "m") -> httpx2.Response:
    path = {"anthropic": "/v1/messages", "gemini": f"/v1beta/models/{model}:generateContent"}
    keys = {"x-api-key": "k", "authorization": "Bearer k", "x-goog-api-key": "k", "anthropic-version": "2023-06-01"}
    async with clients("inside", Simulation()) as on:
        return await on.http.post(on.bases[flavour] + path.get(flavour, "/chat/completions"), json=body, headers=keys)


@pytest.mark.parametrize(
    ("flavour", "body", "found"),
    [
        ("openai", {"messages": [HELLO]}, "missing required field `model`"),
        ("openai", chat(HELLO, colour="red"), "unknown field `colour`"),
        ("openai", chat(HELLO, thinking={"type": "disabled"}), "Unrecognized request argument supplied: thinking"),
        ("openai", chat(HELLO, temperature=3), "decimal_above_max_value"),
        ("openai", chat(HELLO, model="o3-mini", max_tokens=5), "Use 'max_completion_tokens' instead."),
        ("openai", chat(HELLO, model="gpt-5", temperature=0), "Only 1 is."),
        ("openai", chat(HELLO, stream_options={"include_usage": True}), "only allowed when 'stream' is enabled"),
        ("openai", chat(HELLO, CALLED), "must be followed by tool messages"),
        ("openai", chat(HELLO, CALLED, HELLO), "must be followed by tool messages"),
        ("openai", chat(HELLO, ANSWERED), "must be a response to a preceding message"),
        ("openai", chat({**HELLO, "reasoning_content": "hm"}), "Unknown parameter: 'messages.reasoning_content'"),
        ("openai", chat(HELLO, response_format={"type": "json_object"}), "must contain the word 'json'"),
        ("openai", chat(HELLO, tool_choice="required"), "only allowed when 'tools' are specified"),
        (
            "openai",
            chat(response_format={"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": OPEN}}),
            "'additionalProperties' is required",
        ),
        ("deepseek", chat(response_format={"type": "json_schema"}), "response_format type is unavailable"),
        ("deepseek", chat(HELLO, CALLED, ANSWERED, thinking={"type": "enabled"}), "must be passed back"),
        ("anthropic", {"model": "m", "messages": [HELLO]}, "missing required field `max_tokens`"),
        ("anthropic", messages({"role": "system", "content": "x"}), "Invalid enum value 'system'"),
        ("anthropic", messages({"role": "assistant", "content": "x"}), "first message must use"),
        ("anthropic", messages(temperature=1.5), "range: 0..1"),
        ("anthropic", messages(thinking={"type": "enabled", "budget_tokens": 100}), "greater than or equal to 1024"),
        ("anthropic", messages(thinking={"type": "enabled", "budget_tokens": 2000}), "`max_tokens` must be greater"),
        (
            "anthropic",
            messages(thinking={"type": "enabled", "budget_tokens": 1024}, temperature=0),
            "may only be set to 1",
        ),
        ("anthropic", messages(HELLO, USED), "without `tool_result` blocks"),
        ("anthropic", messages(HELLO, USED, HELLO), "without `tool_result` blocks immediately after"),
        ("anthropic", messages({"role": "user", "content": [RESULT]}), "unexpected `tool_use_id`"),
        (
            "anthropic",
            messages(HELLO, USED, {"role": "user", "content": [{"type": "text", "text": "x"}, RESULT]}),
            "must come first",
        ),
        (
            "anthropic",
            messages(HELLO, USED, {"role": "user", "content": [RESULT]}, thinking={"type": "adaptive"}),
            "must start with a thinking block",
        ),
        (
            "anthropic",
            messages(
                HELLO, {"role": "assistant", "content": [{"type": "thinking", "thinking": "a", "signature": "b"}]}
            ),
            "Invalid `signature`",
        ),
        ("anthropic", messages(output_config={"format": {"type": "json_schema", "schema": OPEN}}), "additionalProp"),
        ("gemini", {}, "missing required field `contents`"),
        ("gemini", contents(colour="red"), "unknown field `colour`"),
        ("gemini", contents({"role": "system", "parts": []}), "Invalid enum value 'system'"),
        ("gemini", contents(ASKED, MODEL_CALLED), "comes before a function response"),
        ("gemini", contents(ASKED, MODEL_CALLED, ASKED), "number of function response parts"),
        ("gemini", contents(generationConfig={"responseJsonSchema": OPEN}), "only supported with response_mime_type"),
        ("gemini", contents(generation_config={"temperature": 3}), "temperature: must be in the range"),
        (
            "gemini",
            contents(generationConfig={"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}}),
            "only one of thinking budget and thinking level",
        ),
        ("gemini", contents(tools=[], toolConfig={}, tool_config={}), "given twice, in both spellings"),
    ],
)
async def test_a_request_that_breaks_a_rule_is_refused_with_the_rule(flavour: Flavour, body: Any, found: str) -> None:
    said = await posted(flavour, body)
    assert said.status_code == 400 and found in said.text


@pytest.mark.parametrize(
    ("flavour", "body"),
    [
        ("openai", chat(HELLO, CALLED, ANSWERED)),
        (
            "openai",
            chat({"role": "developer", "content": [{"type": "text", "text": "be"}]}, HELLO, reasoning_effort="low"),
        ),
        ("deepseek", chat(HELLO, {**CALLED, "reasoning_content": "hm"}, ANSWERED, thinking={"type": "enabled"})),
        ("deepseek", chat(HELLO, CALLED, ANSWERED, HELLO, thinking={"type": "enabled"})),
        ("anthropic", messages(HELLO, USED, {"role": "user", "content": [RESULT, {"type": "text", "text": "x"}]})),
        ("gemini", contents(ASKED, MODEL_CALLED, RESPONDED)),
        (
            "gemini",
            contents(system_instruction={"parts": [{"text": "be"}]}, generation_config={"max_output_tokens": 9}),
        ),
    ],
)
async def test_a_request_that_keeps_the_rules_is_answered(flavour: Flavour, body: Any) -> None:
    said = await posted(flavour, body)
    assert said.status_code == 200, said.text


async def test_signatures_are_wanted_back_as_they_were_sent() -> None:
    tools = [{"functionDeclarations": [{"name": "quote"}]}]
    forced = {"functionCallingConfig": {"mode": "ANY"}}
    model = "gemini-3-flash"
    first = await posted("gemini", contents(tools=tools, toolConfig=forced), model)
    spoken = first.json()["candidates"][0]["content"]
    assert (await posted("gemini", contents(ASKED, spoken, RESPONDED, tools=tools), model)).status_code == 200
    for changed, found in (({}, "missing a `thought_signature`"), ({"thoughtSignature": "EokBAAAA"}, "not valid")):
        part = {"functionCall": spoken["parts"][0]["functionCall"], **changed}
        said = await posted("gemini", contents(ASKED, {"role": "model", "parts": [part]}, RESPONDED), model)
        assert said.status_code == 400 and found in said.text


async def test_thoughts_and_their_signature_are_taken_back() -> None:
    told = {"thinking": {"type": "adaptive"}}
    first = (await posted("anthropic", messages(**told))).json()["content"]
    assert first[0]["type"] == "thinking" and first[0]["signature"]
    called = {"role": "assistant", "content": [first[0], USED["content"][0]]}
    back = messages(HELLO, called, {"role": "user", "content": [RESULT]}, **told)
    assert (await posted("anthropic", back)).status_code == 200
