"""What the SDKs understand of the simulator, over a socket and inside the process."""

from typing import get_args

import openai
import pytest

from core.facts.models import Role
from tests.contracts.test_model import request
from tests.tools.simulators.provider.clients import ANALYST, WAYS, Way, ask, clients
from tools.llm.offline.rules import RulesModel
from tools.simulators.provider.conversation import Flavour
from tools.simulators.provider.routes import FLAVOURS
from tools.simulators.provider.simulation import Line, Simulation, simulated

both_ways = pytest.mark.parametrize("way", WAYS)
each_flavour = pytest.mark.parametrize("flavour", FLAVOURS)
ENDS: dict[Flavour, str] = {"openai": "stop", "deepseek": "stop", "anthropic": "end_turn", "gemini": "STOP"}
CALLED: dict[Flavour, str] = {
    "openai": "tool_calls",
    "deepseek": "tool_calls",
    "anthropic": "tool_use",
    "gemini": "STOP",
}


@both_ways
@each_flavour
async def test_rules_answer_as_they_do_without_a_wire_between(way: Way, flavour: Flavour) -> None:
    async with clients(way) as on:
        for role in get_args(Role):
            asked = request(role)
            said = await ask(on, flavour, asked)
            assert said.text == (await RulesModel().complete(asked)).text
            assert said.finish == ENDS[flavour]


@both_ways
@each_flavour
async def test_a_stream_says_the_same_as_a_whole_answer(way: Way, flavour: Flavour) -> None:
    async with clients(way) as on:
        whole = await ask(on, flavour, think=True)
        streamed = await ask(on, flavour, think=True, stream=True)
        again = await ask(on, flavour, think=True)
    assert (streamed.text, streamed.finish, streamed.reasoning) == (whole.text, whole.finish, whole.reasoning)
    assert streamed.tokens == again.tokens
    assert bool(whole.reasoning) == (flavour != "openai")


@both_ways
@each_flavour
@pytest.mark.parametrize("stream", [False, True])
async def test_an_offered_function_is_called_with_valid_arguments(way: Way, flavour: Flavour, stream: bool) -> None:
    async with clients(way, Simulation(tools=True)) as on:
        said = await ask(on, flavour, tools=True, stream=stream)
    assert (said.calls, said.finish) == ([("quote", {"symbol": "IBM"})], CALLED[flavour])


@each_flavour
async def test_the_stable_prefix_counts_as_cached_from_the_second_time_on(flavour: Flavour) -> None:
    async with clients("inside") as on:
        counted = [(await ask(on, flavour)).tokens for _ in range(3)]
    cached = [0 if each is None else each[0] for each in counted]
    assert cached[0] == 0 and cached[1] == cached[2] == -(-(len(ANALYST.system) + 2) // 4)


@both_ways
@each_flavour
async def test_a_request_without_a_key_is_refused_as_the_wire_says(way: Way, flavour: Flavour) -> None:
    status, body = {"anthropic": (401, "authentication_error"), "gemini": (403, "PERMISSION_DENIED")}.get(
        flavour, (401, "error")
    )
    async with clients(way) as on:
        said = await on.http.get(
            f"{on.bases[flavour]}/v1/models" if flavour != "openai" else f"{on.bases[flavour]}/models"
        )
        assert said.status_code == status and body in said.text
        assert on.provider.record.totals().by_status == {status: 1}


async def test_models_are_listed_and_others_are_unknown() -> None:
    async with clients("inside", Simulation(models=("flash", "opus"))) as on:
        assert [each.id async for each in on.openai().models.list()] == ["flash", "opus"]
        assert [each.id async for each in on.anthropic().models.list()] == ["flash", "opus"]
        pager = await on.gemini().aio.models.list()
        assert [each.name async for each in pager] == ["models/flash", "models/opus"]
        with pytest.raises(openai.NotFoundError) as found:
            await ask(on, "openai")
        assert found.value.code == "model_not_found"
        with pytest.raises(openai.BadRequestError, match="Model Not Exist"):
            await ask(on, "deepseek")


async def test_another_model_may_answer_than_the_one_that_was_asked() -> None:
    async with clients("inside", Simulation(aliases={"some": "some-2026"})) as on:
        assert (await ask(on, "openai")).raw.model == "some-2026"


@both_ways
async def test_the_same_seed_gives_the_same_bytes_twice(way: Way) -> None:
    told = {"seed": 3, "persona": "random-valid", "faults": {"429-after": 0.3, "empty": 0.2, "cut": 0.2}}
    runs = [await _bodies(way, Simulation(**told)) for _ in range(2)]  # type: ignore[arg-type]
    assert runs[0] == runs[1] and len(set(runs[0])) > 10
    assert runs[0] != await _bodies(way, Simulation(**{**told, "seed": 4}))  # type: ignore[arg-type]


async def _bodies(way: Way, simulation: Simulation) -> list[tuple[int, bytes]]:
    told = {"model": "some", "messages": [{"role": "user", "content": ANALYST.system + ANALYST.user}]}
    bodies = []
    async with clients(way, simulation) as on:
        for stream in [False, True] * 10:
            address = f"{on.bases['deepseek']}/chat/completions"
            said = await on.http.post(address, json={**told, "stream": stream}, headers={"authorization": "Bearer k"})
            bodies.append((said.status_code, said.content))
    return bodies


async def test_a_scripted_persona_says_its_lines_and_then_refuses() -> None:
    simulation = Simulation(persona="scripted", replies=(Line("one"), Line("two", finish="length")))
    async with clients("inside", simulation) as on:
        assert [(await ask(on, "openai")).text for _ in range(2)] == ["one", "two"]
        with pytest.raises(openai.BadRequestError, match="the script has 2 replies, and this is request 3"):
            await ask(on, "openai")


async def test_an_answer_ends_where_its_tokens_do() -> None:
    async with clients("inside") as on:
        messages = [{"role": "user", "content": "hello"}]
        said = await on.openai().chat.completions.create(model="m", max_completion_tokens=5, messages=messages)  # type: ignore[arg-type]
    assert (said.choices[0].finish_reason, len(said.choices[0].message.content or "")) == ("length", 20)


async def test_the_record_holds_every_request_and_no_key() -> None:
    async with clients("socket", Simulation(fault_script=("ok", "500"))) as on:
        await ask(on, "openai")
        with pytest.raises(openai.InternalServerError):
            await ask(on, "openai")
        await on.http.get(f"{on.bases['openai']}/nothing", headers={"authorization": "Bearer secret-key"})
        seen = list(on.provider.record.seen)
    assert [(each.number, each.status, each.fault) for each in seen] == [
        (1, 200, None),
        (2, 500, "500"),
        (0, 404, None),
    ]
    assert b"IBM" in seen[0].body and "secret" not in repr(seen)


async def test_bare_paths_and_real_hosts_reach_the_provider_they_belong_to() -> None:
    async with clients("inside") as on:
        for address, headers in (
            ("https://api.openai.com/v1/models", {"authorization": "Bearer k"}),
            ("http://simulated/v1/models", {"authorization": "Bearer k", "anthropic-version": "2023-06-01"}),
            ("http://simulated/v1beta/models", {"x-goog-api-key": "k"}),
            ("https://api.deepseek.com/models", {"authorization": "Bearer k"}),
        ):
            assert (await on.http.get(address, headers=headers)).status_code == 200
        assert [each.flavour for each in on.provider.record.seen] == ["openai", "anthropic", "gemini", "deepseek"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_body_above_the_limit_is_refused_in_the_words_of_the_wire(way: Way) -> None:
    async with clients(way) as on:
        headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
        said = await on.http.post(f"{on.bases['anthropic']}/v1/messages", content=b"x" * 5_000_000, headers=headers)
        assert (said.status_code, said.json()["error"]["type"]) == (413, "request_too_large")
        assert on.provider.record.totals().by_status == {413: 1}


async def test_a_fault_no_one_knows_is_named_with_those_that_are() -> None:
    with pytest.raises(Exception, match=r"here\.toml: faults: 'slo' is none; known are slow, dripping"):
        simulated({"faults": {"slo": 0.1}}, "here.toml")
