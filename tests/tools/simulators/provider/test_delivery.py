"""Time on the wire, on a loop whose clock jumps: exact to the profile, and free of charge."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx2
import pytest

from tests.tools.simulators.provider.clients import ask, clients
from tools.clock import VirtualLoop, run
from tools.simulators.provider.application import Provider
from tools.simulators.provider.draws import draw
from tools.simulators.provider.simulation import Latency, Simulation
from tools.simulators.provider.transport import SimulatedTransport

PROFILE = {"some": Latency(800, 1500), "*": Latency(100, 100)}
TOLD: dict[str, Any] = {"messages": [{"role": "user", "content": "hello"}]}


def virtually(main: Coroutine[Any, Any, Any]) -> Any:
    return run(main, loop_factory=lambda: VirtualLoop(0))


async def took(simulation: Simulation, flavour: str = "openai", **told: Any) -> tuple[list[float], bytes]:
    """When the head came, and when each piece of the body, in seconds."""
    loop = asyncio.get_running_loop()
    async with httpx2.AsyncClient(transport=SimulatedTransport(Provider(simulation)), timeout=None) as http:
        asked = http.build_request(
            "POST",
            f"http://x/{flavour}/v1/chat/completions",
            json={**TOLD, **told},
            headers={"authorization": "Bearer k"},
        )
        said = await http.send(asked, stream=True)
        times, body = [loop.time()], b""
        async for piece in said.aiter_raw():
            times.append(loop.time())
            body += piece
        return times, body


def test_the_latency_is_the_one_that_was_drawn_for_the_model() -> None:
    simulation = Simulation(seed=5, latency=PROFILE)
    drawn = PROFILE["some"].seconds(draw(5, 1, "latency"))
    assert virtually(took(simulation, model="some"))[0][0] == pytest.approx(drawn)
    assert virtually(took(simulation, model="other"))[0][0] == pytest.approx(0.1)
    assert virtually(took(Simulation(), model="some"))[0][0] == 0


def test_a_profile_keeps_its_median_and_its_95th_percentile() -> None:
    drawn = sorted(Latency(800, 1500).seconds(draw(1, number, "latency")) for number in range(4_000))
    assert drawn[2_000] == pytest.approx(0.8, rel=0.05)
    assert drawn[3_800] == pytest.approx(1.5, rel=0.07)


def test_a_stream_begins_after_half_of_its_time_and_ends_with_it() -> None:
    times, _ = virtually(took(Simulation(latency={"*": Latency(2000, 2000)}), model="m", stream=True))
    assert (times[0], times[1], times[-1]) == (0, pytest.approx(1), pytest.approx(2))
    assert times == sorted(times) and len(set(times)) > 5


@pytest.mark.parametrize(("stream", "sign"), [(False, b"\n\n"), (True, b": keep-alive\n\n: keep-alive\n\n")])
def test_deepseek_shows_each_second_that_it_is_alive(stream: bool, sign: bytes) -> None:
    slow = Simulation(latency={"*": Latency(2500, 2500)})
    times, body = virtually(took(slow, "deepseek", model="m", stream=stream))
    assert body.startswith(sign) and not body.startswith(sign * 2)
    assert (times[0], times[1], times[-1]) == (0, pytest.approx(1), pytest.approx(2.5))


def test_the_sdk_reads_through_the_signs_of_life() -> None:
    async def main() -> None:
        async with clients("inside", Simulation(latency={"*": Latency(1800, 1800)})) as on:
            whole, streamed = await ask(on, "deepseek"), await ask(on, "deepseek", stream=True)
            assert whole.text == streamed.text and '"view"' in whole.text

    virtually(main())


def test_slow_and_dripping_take_the_time_they_say() -> None:
    assert virtually(took(Simulation(fault_script=("slow",), slow_seconds=10), model="m"))[0][0] == pytest.approx(10)
    times, _ = virtually(took(Simulation(fault_script=("dripping",), drip_seconds=19), model="m"))
    assert len(times) == 21 and times[-1] == pytest.approx(19)


def test_hundreds_of_slow_calls_cost_no_time() -> None:
    async def main() -> float:
        simulation = Simulation(latency=PROFILE)
        async with httpx2.AsyncClient(transport=SimulatedTransport(Provider(simulation)), timeout=None) as http:
            address, key = "http://x/openai/v1/chat/completions", {"authorization": "Bearer k"}
            for _ in range(300):
                await http.post(address, json={**TOLD, "model": "some"}, headers=key)
        return asyncio.get_running_loop().time()

    assert 200 < virtually(main()) < 400
