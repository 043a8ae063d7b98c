"""Models that act as a test tells them, and time that passes only while they wait."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from itertools import chain, repeat
from typing import NamedTuple, TypeVar

from core.facts.models import Usage
from core.market.instruments import Money
from core.ports.model import ChatRequest, Completion
from tests.agents.examples import NOW
from tools.clock import VirtualClock, VirtualLoop, run
from tools.llm.faults import Trace, Unavailable, Unusable

T = TypeVar("T")

ASKED = ChatRequest(role="analyst", prompt="analyst v1", system="Judge.", user="IBM rose.", schema={}, max_tokens=100)


class Step(NamedTuple):
    """One call: how long it takes, and how it ends."""

    seconds: float = 0
    fault: Exception | None = None
    text: str = "yes"
    usage: Usage | None = None
    cost: Money | None = None
    finish: str = "stop"


class Acting:
    """Takes one step per call, the last one again and again; notes when each call began and who was cut off."""

    label = "acting"

    def __init__(self, *steps: Step, name: str = "acting", further: Iterable[Step] | None = None) -> None:
        self.name = name
        self._steps = chain(steps, further or repeat(steps[-1] if steps else Step()))
        self.began: list[float] = []
        self.cut_off = 0

    async def complete(self, _request: ChatRequest) -> Completion:
        self.began.append(asyncio.get_running_loop().time())
        step = next(self._steps)
        try:
            if step.seconds:
                await asyncio.sleep(step.seconds)
        except asyncio.CancelledError:
            self.cut_off += 1
            raise
        if step.fault:
            raise step.fault
        return Completion(
            text=step.text, model=self.name, finish=step.finish, usage=step.usage, cost=step.cost, origin="simulator"
        )


def virtually(story: Callable[[VirtualClock], Awaitable[T]]) -> T:
    """Play a story from the beginning of time."""
    loop = VirtualLoop(NOW)

    async def told() -> T:
        return await story(VirtualClock(loop))

    return run(told(), loop_factory=lambda: loop)


def now() -> float:
    """Virtual seconds since the beginning."""
    return asyncio.get_running_loop().time()


def busy(retry_after: float | None = None, status: int | None = 429) -> Unavailable:
    return Unavailable("too many requests", Trace("acting", status=status, retry_after=retry_after))


def barred(lasting: bool = False) -> Unusable:
    return Unusable("the key is wrong" if lasting else "too long", Trace("acting", status=400), lasting)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")
