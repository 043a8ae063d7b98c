from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.errors import Transient
from core.facts.models import Usage
from tests.tools.safeguards.acting import ASKED, Acting, Step, busy, now, usd, virtually
from tools.clock import VirtualClock
from tools.llm.cache import Cache


def test_a_request_of_the_same_bytes_is_answered_again_at_once_marked_and_for_nothing() -> None:
    async def story(_: VirtualClock) -> None:
        cache = Cache(model := Acting(Step(1, usage=Usage(900, 80), cost=usd("0.5"))), 10)
        first = await cache.complete(ASKED)
        again = await cache.complete(structs.replace(ASKED))
        assert (first.request_id, first.cost) == (None, usd("0.5"))
        assert (again.text, again.model, again.origin) == (first.text, first.model, first.origin)
        assert again.request_id is not None and again.request_id.startswith("kept: ")
        assert (again.cost, again.usage, again.latency) == (usd("0"), None, 0)
        assert (len(model.began), now()) == (1, 1)
        assert cache.counts().figures == {"hits": 1, "misses": 1, "kept": 1}

    virtually(story)


@pytest.mark.parametrize(
    "other", [{"user": "IBM fell."}, {"max_tokens": 99}, {"schema": {"type": "object"}}, {"role": "verifier"}]
)
def test_any_other_request_is_asked(other: dict[str, object]) -> None:
    async def story(_: VirtualClock) -> None:
        cache = Cache(model := Acting(), 10)
        await cache.complete(ASKED)
        await cache.complete(structs.replace(ASKED, **other))
        assert len(model.began) == 2

    virtually(story)


@pytest.mark.parametrize("step", [Step(finish="length"), Step(text=" "), Step(text="", finish="refusal")])
def test_only_a_whole_answer_is_kept(step: Step) -> None:
    async def story(_: VirtualClock) -> None:
        cache = Cache(model := Acting(step, Step()), 10)
        await cache.complete(ASKED)
        assert (await cache.complete(ASKED)).text == "yes"
        assert len(model.began) == 2

    virtually(story)


def test_a_fault_and_what_is_drawn_at_a_temperature_are_not_kept() -> None:
    async def story(_: VirtualClock) -> None:
        cache = Cache(model := Acting(Step(fault=busy()), Step()), 10)
        with pytest.raises(Transient):
            await cache.complete(ASKED)
        warm = structs.replace(ASKED, temperature=Decimal("0.1"))
        await cache.complete(warm)
        await cache.complete(warm)
        assert len(model.began) == 3
        assert cache.counts().figures["kept"] == 0

    virtually(story)


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 5))
def test_it_keeps_those_asked_for_last_and_never_more_than_it_may(asked: list[int], entries: int) -> None:
    async def story(_: VirtualClock) -> None:
        cache = Cache(model := Acting(), entries)
        newest: list[int] = []
        for number in asked:
            before = len(model.began)
            await cache.complete(structs.replace(ASKED, user=str(number)))
            assert (len(model.began) == before) == (number in newest)
            newest = [*(each for each in newest if each != number), number][-entries:]
            assert cache.counts().figures["kept"] == len(newest)

    virtually(story)
