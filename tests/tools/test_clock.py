"""Virtual time: exact, equal in every run, and awake to the world."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.instants import SECOND
from tools.clock import SystemClock, VirtualClock, VirtualLoop, run

T = TypeVar("T")
START = 1_380_893_400_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
PACES = pytest.mark.parametrize("pace", [None, 50.0], ids=["jumping", "paced"])


def virtually(main: Callable[[VirtualClock], Coroutine[Any, Any, T]], pace: float | None = None) -> T:
    async def with_clock() -> T:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return await main(VirtualClock(loop))

    return run(with_clock(), loop_factory=lambda: VirtualLoop(START, pace))


def wakes(instants: list[int]) -> list[int]:
    async def main(clock: VirtualClock) -> list[int]:
        seen: list[int] = []
        for instant in instants:
            asyncio.get_running_loop().call_at(instant / SECOND, lambda: seen.append(clock.now() - START))
        await asyncio.sleep(max(instants) / SECOND)
        return seen

    return virtually(main)


def test_minute_timers_of_five_days_wake_at_exactly_their_instants() -> None:
    instants = [minute * MINUTE + minute for minute in range(1, 5 * 1440 + 1)]
    assert wakes(instants) == instants


def test_a_timer_of_whole_milliseconds_wakes_exactly_years_later() -> None:
    instants = [day * DAY + day * 1_000_000 for day in range(1, 20 * 365, 13)]
    assert wakes(instants) == instants


def test_two_timers_one_nanosecond_apart_wake_apart() -> None:
    assert wakes([5 * DAY, 5 * DAY + 1]) == [5 * DAY, 5 * DAY + 1]


def test_a_timer_set_for_now_or_the_past_wakes_now() -> None:
    assert wakes([0, -5, 7]) == [0, 0, 7]


@given(st.lists(st.integers(0, 60 * DAY), min_size=1, max_size=20))
def test_any_set_of_timers_within_sixty_days_wakes_in_order_at_its_instants(instants: list[int]) -> None:
    assert wakes(instants) == sorted(instants)


@given(st.floats(0, 10**8))
def test_any_timer_however_fine_or_far_is_reached(when: float) -> None:
    async def main(clock: VirtualClock) -> int:
        loop = asyncio.get_running_loop()
        reached = asyncio.Event()
        loop.call_at(when, reached.set)
        await reached.wait()
        return clock.now() - START

    assert virtually(main) == int((Decimal(repr(when)) * SECOND).to_integral_value())


def test_short_sleeps_add_up_without_drift() -> None:
    async def main(clock: VirtualClock) -> int:
        for _ in range(10_000):
            await asyncio.sleep(0.1)
        return clock.now()

    assert virtually(main) == START + 1000 * SECOND


def test_deadlines_hold_in_virtual_time() -> None:
    async def main(clock: VirtualClock) -> tuple[int, int]:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3.5):
                await asyncio.sleep(3600)
        first = clock.now() - START
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 1.5)
        async with asyncio.timeout(10):
            await asyncio.sleep(9)
        return first, clock.now() - START

    assert virtually(main) == (3_500_000_000, 14 * SECOND)


async def busy_desk(clock: VirtualClock) -> list[tuple[int, str]]:
    """Producers, a queue, a veto that cancels, and a failing group: everything whose order could differ."""
    log: list[tuple[int, str]] = []
    queue: asyncio.Queue[str] = asyncio.Queue(maxsize=2)

    async def produce(name: str, every: float) -> None:
        for number in range(5):
            await asyncio.sleep(every)
            await queue.put(f"{name}{number}")

    async def consume() -> None:
        for _ in range(15):
            log.append((clock.now(), await queue.get()))
            await asyncio.sleep(0.05)

    async def think(name: str) -> None:
        try:
            await asyncio.sleep(100)
        finally:
            log.append((clock.now(), f"{name} cancelled"))

    async def fail() -> None:
        await asyncio.sleep(2)
        raise ValueError

    async with asyncio.TaskGroup() as group:
        for name, every in (("a", 0.1), ("b", 0.1), ("c", 0.3)):
            group.create_task(produce(name, every))
        group.create_task(consume())
    with pytest.raises(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            for number in range(9):
                group.create_task(think(f"thought {number}"))
            group.create_task(fail())
    return log


def test_two_runs_of_a_program_are_the_same_also_when_other_objects_fill_the_memory() -> None:
    first = virtually(busy_desk)
    ballast = [[object() for _ in range(number)] for number in range(50)]
    assert virtually(busy_desk) == first
    assert len(first) == 24
    assert ballast


def test_a_paced_run_is_the_same_as_a_jumping_one() -> None:
    assert virtually(busy_desk, pace=200) == virtually(busy_desk)


def test_pace_is_kept_against_the_real_clock() -> None:
    async def main(clock: VirtualClock) -> float:
        await asyncio.sleep(0.01)
        began = time.monotonic_ns()
        for _ in range(20):
            await asyncio.sleep(0.5)
        return (time.monotonic_ns() - began) * 50 / (10 * SECOND)

    assert 0.9 < virtually(main, pace=50) < 4


@pytest.mark.parametrize("pace", [0, -1, float("inf"), float("nan")])
def test_a_pace_that_is_none_is_refused(pace: float) -> None:
    with pytest.raises(BadInput, match="pace: must be above 0"):
        VirtualLoop(START, pace)


@PACES
def test_without_a_timer_the_loop_waits_for_a_signal_and_does_not_spin(pace: float | None) -> None:
    async def main(clock: VirtualClock) -> tuple[float, int]:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        began, worked = time.monotonic(), time.thread_time()
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()
        await stopped.wait()
        return (time.thread_time() - worked) / (time.monotonic() - began), clock.now() - START

    share, passed = virtually(main, pace)
    assert share < 0.5
    assert (passed == 0) is (pace is None)


@PACES
def test_a_signal_is_heard_while_timers_follow_each_other_without_end(pace: float | None) -> None:
    async def main(clock: VirtualClock) -> int:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
        ticks = 0
        while not stopped.is_set():
            await asyncio.sleep(1)
            ticks += 1
            if ticks == 3:
                os.kill(os.getpid(), signal.SIGINT)
        return ticks

    assert virtually(main, pace) <= 5


def test_the_first_interrupt_cancels_the_program() -> None:
    async def main(clock: VirtualClock) -> None:
        while True:
            await asyncio.sleep(1)
            if clock.now() - START == 100 * SECOND:
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        virtually(main)


def test_a_socket_cuts_a_paced_wait_short() -> None:
    async def main(clock: VirtualClock) -> int:
        here, there = socket.socketpair()
        with here, there:
            here.setblocking(False)
            threading.Timer(0.05, there.send, (b"stop",)).start()
            async with asyncio.timeout(3600):
                assert await asyncio.get_running_loop().sock_recv(here, 4) == b"stop"
        return clock.now() - START

    assert 2 * SECOND < virtually(main, pace=50) < 3600 * SECOND


def test_time_after_an_idle_wait_goes_on_at_its_pace() -> None:
    async def main(clock: VirtualClock) -> list[int]:
        woken = asyncio.Event()
        loop = asyncio.get_running_loop()
        threading.Timer(0.05, loop.call_soon_threadsafe, (woken.set,)).start()
        await woken.wait()
        instants = [clock.now() - START]
        began = time.monotonic_ns()
        await asyncio.sleep(2.5)
        return [*instants, clock.now() - START - instants[0], time.monotonic_ns() - began]

    idle, slept, real = virtually(main, pace=50)
    assert idle > 2 * SECOND
    assert slept == 2_500_000_000
    assert real > 0.9 * slept / 50


@PACES
def test_time_stands_still_while_a_thread_works(pace: float | None) -> None:
    async def main(clock: VirtualClock) -> int:
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(time.sleep, 0.05)
        return clock.now() - START

    assert virtually(main, pace) == 0


def test_the_clock_of_the_world_goes_forward() -> None:
    clock = SystemClock()
    readings = [clock.elapsed() for _ in range(100)]
    assert all(earlier <= later for earlier, later in pairwise(readings))
    assert abs(clock.now() - time.time_ns()) < 60 * SECOND


def test_run_serves_a_program_on_the_ordinary_loop_too() -> None:
    async def main() -> str:
        await asyncio.sleep(0)
        return "done"

    assert run(main()) == "done"


def test_how_long_a_stage_took_is_real_also_when_time_is_virtual() -> None:
    async def main(clock: VirtualClock) -> int:
        began = clock.elapsed()
        await asyncio.sleep(3600)
        return clock.elapsed() - began

    assert 0 < virtually(main) < 60 * SECOND
