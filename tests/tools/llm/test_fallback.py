import asyncio

import pytest

from core.errors import BadInput, Degraded, Halt, Transient
from tests.tools.safeguards.acting import ASKED, Acting, Step, barred, busy, now, virtually
from tools.clock import VirtualClock
from tools.llm.fallback import Fallback, worst
from tools.llm.offline.rules import RulesModel


@pytest.mark.parametrize("fault", [busy(), barred(), Transient("reset"), Degraded("?")])
def test_the_next_model_is_asked_when_one_cannot_answer_and_the_answer_names_it(fault: Exception) -> None:
    async def story(_: VirtualClock) -> None:
        chain = Fallback([Acting(Step(fault=fault), Step(), name="one"), Acting(name="two"), Acting(name="three")])
        assert [(await chain.complete(ASKED)).model for _ in range(2)] == ["two", "one"]
        assert chain.counts().figures == {"one": 1, "two": 1, "three": 0, "nobody": 0}

    virtually(story)


def test_an_answer_is_never_passed_over_however_unwelcome_it_is() -> None:
    async def story(_: VirtualClock) -> None:
        chain = Fallback([Acting(Step(text="", finish="refusal"), name="one"), two := Acting(name="two")])
        assert (await chain.complete(ASKED)).finish == "refusal"
        assert two.began == []

    virtually(story)


def test_when_nobody_answers_the_fault_that_asks_for_most_is_raised() -> None:
    async def story(_: VirtualClock) -> None:
        faults = [busy(), barred(lasting=True), barred()]
        chain = Fallback([Acting(Step(fault=fault), name=str(number)) for number, fault in enumerate(faults)])
        with pytest.raises(Degraded, match="the key is wrong"):
            await chain.complete(ASKED)
        assert chain.counts().figures["nobody"] == 1

    virtually(story)


def test_faults_are_ordered_by_what_they_ask_for_and_the_first_of_equals_counts() -> None:
    first, second, lasting = busy(), busy(), barred(lasting=True)
    assert worst([first, second]) is first
    assert worst([first, away := barred()]) is away
    assert worst([lasting, away]) is lasting


@pytest.mark.parametrize("fault", [Halt("?"), TimeoutError(), KeyError()])
def test_a_fault_that_is_not_the_models_ends_the_chain(fault: Exception) -> None:
    async def story(_: VirtualClock) -> None:
        chain = Fallback([Acting(Step(fault=fault)), two := Acting(name="two")])
        with pytest.raises(type(fault)):
            await chain.complete(ASKED)
        assert two.began == []

    virtually(story)


def test_a_deadline_or_veto_outside_asks_nobody_else() -> None:
    async def story(_: VirtualClock) -> None:
        chain = Fallback([Acting(Step(9)), two := Acting(name="two")])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await chain.complete(ASKED)
        assert (two.began, now()) == ([], 2)

    virtually(story)


def test_a_chain_is_called_after_its_models_and_says_where_answers_may_come_from() -> None:
    chain = Fallback([Acting(name="one"), RulesModel(), Acting(name="one")])
    assert (chain.name, chain.label) == ("one or rules", "acting or rules, no model")
    with pytest.raises(BadInput, match="at least one"):
        Fallback([])
