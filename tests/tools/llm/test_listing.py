"""The names a provider serves: asked for in its own words, all at once, and never waited for too long."""

import asyncio
from collections.abc import Callable

import httpx2
import pytest

from core.errors import Degraded
from tests.desks import instant
from tools.clock import VirtualLoop
from tools.llm.endpoints import Endpoint, Wire
from tools.llm.listing import PATIENCE, served
from tools.simulators.provider.application import Provider
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.transport import SimulatedTransport

ENDPOINTS: dict[Wire, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
}


async def listed(transport: httpx2.AsyncBaseTransport, wire: Wire = "openai", base_url: str = "") -> frozenset[str]:
    async with httpx2.AsyncClient(transport=transport) as client:
        return await served(Endpoint(wire, base_url or ENDPOINTS[wire]), "a-key", client)


def answering(answer: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.MockTransport:
    return httpx2.MockTransport(answer)


@pytest.mark.parametrize("wire", ENDPOINTS)
async def test_every_wire_lists_plain_names(wire: Wire) -> None:
    provider = Provider(Simulation(models=("one", "two")))
    assert await listed(SimulatedTransport(provider), wire) == {"one", "two"}


@pytest.mark.parametrize(
    ("wire", "base_url", "target", "header"),
    [
        ("openai", "", "https://api.openai.com/v1/models", "authorization"),
        ("anthropic", "", "https://api.anthropic.com/v1/models?limit=1000", "x-api-key"),
        ("anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/models?limit=1000", "x-api-key"),
        (
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta",
            "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000",
            "x-goog-api-key",
        ),
    ],
)
async def test_each_is_asked_for_all_of_it_in_its_own_words(
    wire: Wire, base_url: str, target: str, header: str
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert (str(request.url), request.headers[header].removeprefix("Bearer ")) == (target, "a-key")
        return httpx2.Response(200, json={"data": [{"id": "one"}]})

    assert await listed(answering(answer), wire, base_url) == {"one"}


@pytest.mark.parametrize(
    ("response", "says"),
    [
        (httpx2.Response(401, json={}), "answers 401"),
        (httpx2.Response(200, text="<html>"), "cannot be read"),
        (httpx2.Response(200, json=[]), "cannot be read"),
        (httpx2.Response(200, json={"data": [{"title": "one"}]}), "cannot be read"),
    ],
)
async def test_what_is_no_list_is_said(response: httpx2.Response, says: str) -> None:
    with pytest.raises(Degraded, match=f"its list of models {says}"):
        await listed(answering(lambda _request: response))


async def test_a_wire_of_ones_own_has_no_list() -> None:
    async with httpx2.AsyncClient(transport=answering(lambda _request: httpx2.Response(200))) as client:
        with pytest.raises(Degraded, match="a wire of your own has no list of models"):
            await served(Endpoint("own.module:Wire", "http://127.0.0.1:9"), "a-key", client)


async def test_a_provider_that_is_down_is_named_by_address() -> None:
    def down(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(Degraded, match=r"https://api\.openai\.com/v1: cannot be reached: ConnectError"):
        await listed(answering(down))


def test_a_list_that_does_not_come_is_given_up() -> None:
    class Silent(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await asyncio.sleep(600)
            raise httpx2.ReadTimeout("never", request=request)

    loop = VirtualLoop(instant("13:40:00"))
    with asyncio.Runner(loop_factory=lambda: loop) as runner, pytest.raises(Degraded, match="cannot be reached"):
        runner.run(listed(Silent()))
    assert loop.passed <= (PATIENCE + 1) * 10**9
