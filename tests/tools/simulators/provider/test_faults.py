"""Every fault, and what it is to the SDKs: the exception or the answer that a desk has to live with."""

import json
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from google.genai import errors

from tests.tools.simulators.provider.clients import WAYS, Clients, Way, ask, clients
from tools.simulators.provider.conversation import Flavour
from tools.simulators.provider.faults import FOREIGN, PROBLEMS, befalls
from tools.simulators.provider.routes import FLAVOURS
from tools.simulators.provider.simulation import FAULTS, Simulation

each_flavour = pytest.mark.parametrize("flavour", FLAVOURS)
OPENAI: dict[str, type[Exception]] = {
    "400": openai.BadRequestError,
    "401": openai.AuthenticationError,
    "402": openai.APIStatusError,
    "403": openai.PermissionDeniedError,
    "404": openai.NotFoundError,
    "413": openai.APIStatusError,
    "429": openai.RateLimitError,
    "429-after": openai.RateLimitError,
    "quota": openai.RateLimitError,
}
ANTHROPIC: dict[str, type[Exception]] = {
    "400": anthropic.BadRequestError,
    "401": anthropic.AuthenticationError,
    "402": anthropic.APIStatusError,
    "403": anthropic.PermissionDeniedError,
    "404": anthropic.NotFoundError,
    "413": anthropic.APIStatusError,
    "429": anthropic.RateLimitError,
    "429-after": anthropic.RateLimitError,
    "quota": anthropic.RateLimitError,
}
LOST: dict[Flavour, tuple[type[Exception], ...]] = {
    "openai": (openai.APIConnectionError, httpx2.RemoteProtocolError),
    "deepseek": (openai.APIConnectionError, httpx2.RemoteProtocolError),
    "anthropic": (anthropic.APIConnectionError, httpx2.RemoteProtocolError),
    "gemini": (httpx2.RemoteProtocolError,),
}
LATE: dict[Flavour, tuple[type[Exception], ...]] = {
    "openai": (openai.APITimeoutError, httpx2.ReadTimeout),
    "deepseek": (openai.APITimeoutError, httpx2.ReadTimeout),
    "anthropic": (anthropic.APITimeoutError, httpx2.ReadTimeout),
    "gemini": (httpx2.ReadTimeout,),
}
TORN: dict[Flavour, tuple[type[Exception], ...]] = {
    "openai": (json.JSONDecodeError,),
    "deepseek": (json.JSONDecodeError,),
    "anthropic": (json.JSONDecodeError, ValueError),
    "gemini": (errors.APIError, errors.UnknownApiResponseError, json.JSONDecodeError),
}


def raised(flavour: Flavour, fault: str) -> type[Exception]:
    if flavour == "gemini":
        return errors.ServerError if PROBLEMS[fault][0] >= 500 else errors.ClientError
    if flavour == "anthropic":
        return ANTHROPIC.get(fault, anthropic.InternalServerError)
    return OPENAI.get(fault, openai.InternalServerError)


def befallen(fault: str, **changes: Any) -> Simulation:
    return Simulation(fault_script=(fault,) * 4, **changes)


def status_of(error: Any) -> int:
    return int(getattr(error, "status_code", 0) or error.code)


@pytest.mark.parametrize(("way", "flavour"), [("socket", "openai"), *(("inside", each) for each in FLAVOURS)])
async def test_every_refusal_is_the_exception_of_its_status(way: Way, flavour: Flavour) -> None:
    async with clients(way, Simulation(fault_script=tuple(PROBLEMS))) as on:
        for fault, (status, _, message) in PROBLEMS.items():
            with pytest.raises(raised(flavour, fault), match=message.split("(")[0].strip(" .")) as found:
                await ask(on, flavour)
            assert status_of(found.value) == status


async def test_who_says_how_long_to_wait_says_it_in_its_own_way() -> None:
    async with clients("inside", befallen("429-after", retry_after=1.5)) as on:
        with pytest.raises(openai.RateLimitError) as found:
            await ask(on, "openai")
        assert found.value.response.headers["retry-after-ms"] == "1500"
        with pytest.raises(anthropic.RateLimitError) as limited:
            await ask(on, "anthropic")
        assert limited.value.response.headers["retry-after"] == "1.5"
        with pytest.raises(errors.ClientError) as exhausted:
            await ask(on, "gemini")
        assert '"retryDelay": "1.5s"' in json.dumps(exhausted.value.details)
        assert "retry-after" not in exhausted.value.response.headers


@pytest.mark.parametrize("way", WAYS)
@each_flavour
@pytest.mark.parametrize("fault", ["dropped", "half"])
async def test_a_connection_that_breaks_is_a_broken_connection(way: Way, flavour: Flavour, fault: str) -> None:
    async with clients(way, befallen(fault)) as on:
        for stream in (False, True):
            with pytest.raises(LOST[flavour]):
                await ask(on, flavour, stream=stream)


@pytest.mark.parametrize("way", WAYS)
@each_flavour
async def test_silence_ends_with_the_clients_patience(
    way: Way, flavour: Flavour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.tools.simulators.provider.clients.TIMEOUT", 0.05)
    async with clients(way, Simulation(fault_script=("hanging", "stalled"))) as on:
        for _ in range(2):
            with pytest.raises(LATE[flavour]):
                await ask(on, flavour)


@each_flavour
async def test_a_torn_body_is_no_json(flavour: Flavour) -> None:
    async with clients("inside", befallen("malformed")) as on:
        for stream in (False, True):
            with pytest.raises(TORN[flavour]):
                await ask(on, flavour, stream=stream)


@pytest.mark.parametrize("way", WAYS)
@each_flavour
async def test_a_dripping_body_is_whole_in_the_end(way: Way, flavour: Flavour) -> None:
    async with clients(way, befallen("dripping", drip_seconds=0.1)) as on:
        for stream in (False, True):
            assert '"view":"long"' in (await ask(on, flavour, stream=stream)).text


async def test_an_error_inside_a_200_is_there_to_be_found() -> None:
    async with clients("inside", befallen("in_band")) as on:
        told: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
        whole: Any = await on.openai().chat.completions.create(**told)
        assert whole.choices is None and whole.error["message"] == "Overloaded"
        with pytest.raises(openai.APIError, match="Overloaded"):
            await ask(on, "openai", stream=True)
        with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
            await ask(on, "anthropic", stream=True)
        with pytest.raises(errors.APIError, match="Overloaded"):
            await ask(on, "gemini", stream=True)


async def test_a_stream_that_is_cut_off_in_good_order_has_no_last_word() -> None:
    async with clients("inside", befallen("cut")) as on:
        assert "message_stop" not in await _events(on, "anthropic")
        assert "[DONE]" not in await _events(on, "openai")
        assert "finishReason" not in await _events(on, "gemini")


async def _events(on: Clients, flavour: Flavour) -> str:
    hello = {"role": "user", "content": "hello"}
    told: dict[Flavour, tuple[str, dict[str, Any]]] = {
        "openai": ("/chat/completions", {"model": "m", "messages": [hello], "stream": True}),
        "anthropic": ("/v1/messages", {"model": "m", "max_tokens": 99, "messages": [hello], "stream": True}),
        "gemini": (
            "/v1beta/models/m:streamGenerateContent?alt=sse",
            {"contents": [{"parts": [{"text": "hello"}]}]},
        ),
    }
    path, body = told[flavour]
    keys = {"x-api-key": "k", "authorization": "Bearer k", "x-goog-api-key": "k", "anthropic-version": "2023-06-01"}
    return (await on.http.post(on.bases[flavour] + path, json=body, headers=keys)).text


@each_flavour
@pytest.mark.parametrize("stream", [False, True])
async def test_what_is_said_amiss_comes_as_each_provider_says_it(flavour: Flavour, stream: bool) -> None:
    ends: dict[Flavour, tuple[str | None, ...]] = {
        "openai": ("stop", "stop", "content_filter", "length"),
        "deepseek": ("stop", "stop", "content_filter", "length"),
        "anthropic": ("end_turn", "refusal", "refusal", "max_tokens"),
        "gemini": ("STOP", None, "SAFETY", "MAX_TOKENS"),
    }
    script = ("empty", "refusal", "content_filter", "length", "foreign", "wrong_schema")
    async with clients("inside", Simulation(fault_script=script)) as on:
        empty, refused, withheld, cut, foreign, other = [await ask(on, flavour, stream=stream) for _ in script]
    assert (empty.text, withheld.text, foreign.text) == ("", "", FOREIGN)
    assert tuple(each.finish for each in (empty, refused, withheld, cut)) == ends[flavour]
    assert cut.text.startswith('{"cited"') and not cut.text.endswith("}")
    assert json.loads(other.text) == {"answer": "42", "mood": {"calm": True}}


async def test_a_refusal_has_its_own_field_at_openai_and_its_own_reason_at_gemini() -> None:
    async with clients("inside", befallen("refusal")) as on:
        assert (await ask(on, "openai")).raw.choices[0].message.refusal.startswith("I'm sorry")
        assert (await ask(on, "gemini")).raw.prompt_feedback.block_reason.value == "PROHIBITED_CONTENT"


def test_faults_befall_their_share_of_requests_and_the_same_ones_each_time() -> None:
    simulation = Simulation(seed=7, faults={"slow": 0.1, "500": 0.05})
    drawn = [befalls(simulation, number) for number in range(1, 4001)]
    assert 0.08 < drawn.count("slow") / 4000 < 0.12
    assert 0.035 < drawn.count("500") / 4000 < 0.065
    assert drawn == [befalls(simulation, number) for number in range(1, 4001)]
    assert drawn != [befalls(Simulation(seed=8, faults=simulation.faults), number) for number in range(1, 4001)]


def test_a_script_of_faults_comes_before_their_shares() -> None:
    simulation = Simulation(fault_script=("ok", "half"), faults={"empty": 1.0})
    assert [befalls(simulation, number) for number in (1, 2, 3)] == [None, "half", "empty"]


def test_every_fault_is_described_and_every_refusal_is_a_fault() -> None:
    assert set(PROBLEMS) < set(FAULTS)
