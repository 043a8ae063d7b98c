import asyncio
from decimal import Decimal

import pytest

from core.ports.model import ChatRequest, Completion
from tests.tools.safeguards.acting import ASKED, Acting, Step, now, virtually
from tools.clock import VirtualClock
from tools.llm.faults import Unavailable
from tools.safeguards.deadline import Deadline, left


class Watching:
    """Notes how much time a call has."""

    name = label = "watching"

    def __init__(self) -> None:
        self.left: list[float | None] = []

    async def complete(self, _request: ChatRequest) -> Completion:
        self.left.append(left())
        return Completion(text="yes", model=self.name)


def test_an_answer_in_time_is_given_and_a_late_one_is_a_fault_that_says_so() -> None:
    async def story(_: VirtualClock) -> None:
        model = Acting(Step(1.999), Step(2.001))
        timed = Deadline(model, Decimal(2))
        assert (await timed.complete(ASKED)).text == "yes"
        with pytest.raises(Unavailable, match=r"^acting: no answer within 2 s$") as raised:
            await timed.complete(ASKED)
        assert (raised.value.trace.provider, raised.value.trace.code) == ("acting", "deadline")
        assert (model.cut_off, timed.counts().figures) == (1, {"late": 1})

    virtually(story)


def test_whoever_is_asked_knows_the_nearest_deadline_and_nobody_else_does() -> None:
    async def story(_: VirtualClock) -> None:
        model = Watching()
        await Deadline(Deadline(model, Decimal(1)), Decimal(3)).complete(ASKED)
        await Deadline(Deadline(model, Decimal(3)), Decimal(1)).complete(ASKED)
        await asyncio.create_task(Deadline(model, Decimal(2)).complete(ASKED))
        await model.complete(ASKED)
        assert model.left == [1, 1, 2, None]
        assert left() is None

    virtually(story)


def test_a_veto_from_outside_and_a_timeout_of_the_model_itself_are_no_lateness() -> None:
    async def story(_: VirtualClock) -> None:
        timed = Deadline(Acting(Step(fault=TimeoutError("its own")), Step(9)), Decimal(2))
        with pytest.raises(TimeoutError, match="its own"):
            await timed.complete(ASKED)
        asking = asyncio.create_task(timed.complete(ASKED))
        await asyncio.sleep(1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (now(), timed.counts().figures) == (1, {"late": 0})

    virtually(story)


def test_the_stage_around_it_is_the_one_that_says_late_when_both_end_together() -> None:
    async def story(_: VirtualClock) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await Deadline(Acting(Step(9)), Decimal(2)).complete(ASKED)

    virtually(story)
