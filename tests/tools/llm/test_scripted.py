import asyncio

import pytest

from core.errors import Transient
from core.ports.model import ChatRequest
from tests.contracts.test_model import request
from tools.llm.offline.scripted import OffScript, Scripted, ScriptedModel


async def test_replies_are_given_in_order_to_whoever_they_fit() -> None:
    model = ScriptedModel(
        [Scripted("a"), Scripted("v", role="verifier"), Scripted("c", role="commander", symbol="SPY"), Scripted("b")]
    )
    asked: list[ChatRequest] = [request("verifier"), request("verifier"), request("commander")]
    assert [(await model.complete(each)).text for each in asked] == ["a", "v", "b"]
    assert model.requests == asked
    with pytest.raises(OffScript, match=r"^unused: commander on SPY$"):
        model.finish()


async def test_an_unexpected_request_complains_at_once_and_again_at_the_end() -> None:
    model = ScriptedModel([Scripted("v", role="verifier")])
    with pytest.raises(OffScript, match=r"^unexpected: analyst on IBM$"):
        await model.complete(request("analyst"))
    await model.complete(request("verifier"))
    with pytest.raises(OffScript, match=r"^unexpected: analyst on IBM$"):
        model.finish()


async def test_unused_replies_complain_at_the_end() -> None:
    with pytest.raises(OffScript, match="unused: any role on any symbol; unused: analyst on any symbol"):
        ScriptedModel([Scripted("a"), Scripted("b", role="analyst")]).finish()
    ScriptedModel([]).finish()


async def test_a_fault_is_raised_in_place_of_a_reply() -> None:
    with pytest.raises(Transient, match="429"):
        await ScriptedModel([Scripted(fault=Transient("429"))]).complete(request("analyst"))


async def test_a_slow_reply_waits_on_the_clock_of_the_loop() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    completion = await ScriptedModel([Scripted("a", latency_ms=20)]).complete(request("analyst"))
    assert loop.time() - begun >= 0.02
    assert completion.latency == 20_000_000
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ScriptedModel([Scripted("a", latency_ms=60_000)]).complete(request("analyst"))
