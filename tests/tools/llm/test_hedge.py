import asyncio
from decimal import Decimal
from random import Random

import pytest

from core.errors import BadInput, Degraded, Halt
from tests.tools.safeguards.acting import ASKED, Acting, Step, barred, busy, now, virtually
from tools.clock import VirtualClock
from tools.llm.hedge import Hedge, Latencies
from tools.safeguards.deadline import Deadline
from tools.safeguards.terms import HedgeTerms

TERMS = HedgeTerms(least=4, window=20, untaught_seconds=Decimal(1))
HANGS = Step(3600)


def hedge(*models: Acting, terms: HedgeTerms = TERMS) -> Hedge:
    for place, model in enumerate(models):
        model.name = ("one", "two", "three")[place]
    return Hedge(models, terms)


def test_a_quick_first_model_is_asked_alone() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(Step(0.9)), two := Acting())
        assert (await chain.complete(ASKED)).model == "one"
        assert two.began == []
        assert chain.counts().figures["calls"] == chain.counts().figures["requests"] == 1

    virtually(story)


def test_a_slow_one_gets_company_and_the_first_answer_wins_and_the_loser_is_gone() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(one := Acting(HANGS), two := Acting(Step(0.5)))
        assert (await chain.complete(ASKED)).model == "two"
        assert (two.began, now(), one.cut_off) == ([1], 1.5, 1)
        assert len(asyncio.all_tasks()) == 1
        figures = {"requests": 1, "calls": 2, "hedged": 1, "after_fault": 0, "won_by_later": 1, "cut_off": 1}
        assert chain.counts().figures == figures

    virtually(story)


def test_the_first_may_still_win_and_wins_a_tie() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(Step(1.25), Step(1.5)), two := Acting(Step(0.5)), terms=HedgeTerms())
        assert [(await chain.complete(ASKED)).model for _ in range(10)] == ["one"] * 10
        assert (len(two.began), chain.figures["won_by_later"]) == (10, 0)

    virtually(story)


@pytest.mark.parametrize("failed", [Step(0.25, busy()), Step(0.25, barred(lasting=True)), Step(0.25, finish="length")])
def test_a_failure_or_half_an_answer_brings_the_next_one_at_once(failed: Step) -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(failed), two := Acting(Step(0.5)))
        assert (await chain.complete(ASKED)).model == "two"
        assert (two.began, chain.figures["after_fault"], chain.figures["hedged"]) == ([0.25], 1, 0)

    virtually(story)


def test_a_refusal_is_an_answer_and_nobody_is_asked_on_until_somebody_says_yes() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(Step(text="", finish="refusal")), two := Acting())
        assert (await chain.complete(ASKED)).finish == "refusal"
        assert two.began == []

    virtually(story)


def test_a_failure_beside_a_call_that_still_runs_waits_for_it() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(Step(3)), Acting(Step(0.5, busy())))
        assert ((await chain.complete(ASKED)).model, now()) == ("one", 3)

    virtually(story)


@pytest.mark.parametrize("slow", [0.0, 2.0])
def test_when_all_fail_the_fault_that_asks_for_most_is_raised(slow: float) -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(Step(slow, barred(lasting=True))), Acting(Step(0, busy())))
        with pytest.raises(Degraded, match="the key is wrong"):
            await chain.complete(ASKED)

    virtually(story)


def test_when_nobody_finishes_the_first_half_answer_is_given_so_that_its_reason_is_recorded() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(Step(finish="length")), Acting(Step(text=" ")))
        assert (await chain.complete(ASKED)).model == "one"

    virtually(story)


@pytest.mark.parametrize("fault", [Halt("?"), TimeoutError(), KeyError()])
def test_a_fault_of_ours_ends_the_race_and_leaves_nobody_behind(fault: Exception) -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(one := Acting(HANGS), Acting(Step(0.5, fault)))
        with pytest.raises(type(fault)):
            await chain.complete(ASKED)
        assert (one.cut_off, len(asyncio.all_tasks())) == (1, 1)

    virtually(story)


def test_a_veto_cuts_off_everybody_at_once() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(one := Acting(HANGS), two := Acting(HANGS))
        asking = asyncio.create_task(chain.complete(ASKED))
        await asyncio.sleep(1.25)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (one.cut_off, two.cut_off, now(), len(asyncio.all_tasks())) == (1, 1, 1.25, 1)

    virtually(story)


def test_what_is_slow_is_learned_and_never_more_than_a_part_of_the_time_left() -> None:
    async def story(_: VirtualClock) -> None:
        steps = [Step(tenths / 10) for tenths in (1, 2, 3, 4)]
        chain = hedge(Acting(*steps, HANGS, Step(0.1), *[HANGS] * 9), two := Acting())
        for _ in steps:
            await chain.complete(ASKED)
        at = now()
        await Deadline(chain, Decimal(2)).complete(ASKED)
        assert two.began[0] - at == pytest.approx(0.42)
        for _ in range(9):
            at = now()
            await Deadline(chain, Decimal("0.5")).complete(ASKED)
        assert two.began[-1] - at == pytest.approx(0.25)

    virtually(story)


def test_the_slowest_calls_are_not_forgotten_so_the_wait_does_not_shrink() -> None:
    """Latencies evenly from 0 to 2 s, each cut off soon after the next model is asked; the wait stays near p90."""

    async def story(_: VirtualClock) -> None:
        draw = Random(1)
        tape = [Step(draw.uniform(0, 2)) for _ in range(2000)]
        chain = hedge(Acting(*tape), Acting(Step(0.05)), terms=HedgeTerms(percentile=90, window=100))
        for _ in tape:
            await Deadline(chain, Decimal(10)).complete(ASKED)
        assert chain.latencies[0].patience() == pytest.approx(1.85, abs=0.2)
        assert chain.figures["hedged"] <= 200

    virtually(story)


def test_a_model_that_always_takes_the_same_time_is_never_slow() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(Step(0.5)), two := Acting())
        for _ in range(100):
            await chain.complete(ASKED)
        assert two.began == []

    virtually(story)


def test_a_third_model_is_asked_beside_the_second() -> None:
    async def story(_: VirtualClock) -> None:
        chain = hedge(Acting(HANGS), two := Acting(HANGS), three := Acting(Step(0.25)))
        assert (await Deadline(chain, Decimal(2)).complete(ASKED)).model == "three"
        assert (two.began, three.began, now()) == ([1], [1.5], 1.75)

    virtually(story)


def test_patience_is_a_percentile_of_the_newest_and_at_least_a_little() -> None:
    async def story(_: VirtualClock) -> None:
        seen = Latencies(HedgeTerms(window=100, least=20))
        assert seen.patience() == 1
        for hundredths in range(1, 201):
            seen.add(hundredths / 100)
        assert seen.patience() == pytest.approx(1.95 * 1.05)
        for _ in range(100):
            seen.add(0)
        assert seen.patience() == 0.05

    virtually(story)


def test_terms_out_of_range_are_named() -> None:
    with pytest.raises(BadInput, match=r"hedge\.share: must be from 0\.05 to 0\.95, found '1'"):
        HedgeTerms(share=Decimal(1))
    with pytest.raises(BadInput, match=r"hedge\.least: must be from 1 to 10, found '20'"):
        HedgeTerms(window=10)
