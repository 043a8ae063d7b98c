import asyncio
from contextlib import suppress
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.errors import AegisError, BadInput
from core.facts.models import ModelReplied, Usage
from core.market.instants import SECOND
from core.market.instruments import Money
from core.ports.model import ChatRequest, Completion
from tests.samples import SAMPLES
from tests.tools.safeguards.acting import ASKED, Acting, Step, barred, busy, usd, virtually
from tools.clock import VirtualClock
from tools.llm.cache import KEPT
from tools.safeguards.budget import Budget, Ledger, Price, Spent, deciding, restored
from tools.safeguards.refusals import Withheld
from tools.safeguards.terms import BudgetTerms, Cap
from tools.safeguards.tokens import most

NEEDS = most(ASKED)
SMALL = Step(usage=Usage(20, 10), cost=usd("0.001"))
DAY = "2013-10-04"


def price(tokens_in: int, tokens_out: int) -> Money:
    """A dollar for a thousand tokens."""
    return usd(str(Decimal(tokens_in + tokens_out) / 1000))


WORST = price(NEEDS.input, NEEDS.output).amount


def refusals(story_of: Cap, scope: str, steps: list[Step], times: int) -> tuple[int, Spent, str]:
    """How many of so many calls went out, what was spent, and what the first refusal said."""

    async def story(clock: VirtualClock) -> tuple[int, Spent, str]:
        ledger = Ledger(BudgetTerms(**{scope: story_of}), clock)
        budget, said = Budget(model := Acting(*steps), ledger, price), ""
        with deciding():
            for _ in range(times):
                try:
                    await budget.complete(ASKED)
                except Withheld as fault:
                    said = said or str(fault)
        return len(model.began), ledger.spent(), said

    return virtually(story)


@pytest.mark.parametrize("scope", ["decision", "day"])
def test_at_a_cap_on_calls_nothing_more_goes_out(scope: str) -> None:
    out, spent, said = refusals(Cap(calls=3), scope, [SMALL], 5)
    assert (out, spent) == (3, Spent(DAY, 3, 90, Decimal("0.003")))
    where = f"models.safeguards.budget.{scope}"
    assert said == f"acting: not asked, 3 of 3 calls are spent or held and it may take 1 more ({where})"


@pytest.mark.parametrize("scope", ["decision", "day"])
def test_a_call_that_might_pass_the_cap_on_tokens_is_not_made(scope: str) -> None:
    out, spent, said = refusals(Cap(tokens=NEEDS.total + 60), scope, [SMALL], 5)
    assert (out, spent.tokens) == (3, 90)
    assert f"90 of {NEEDS.total + 60} tokens are spent or held and it may take {NEEDS.total} more" in said


@pytest.mark.parametrize("scope", ["decision", "day"])
def test_a_call_that_might_pass_the_cap_on_money_is_not_made(scope: str) -> None:
    cap = Cap(money=Money(WORST + Decimal("0.001"), "USD"))
    out, spent, said = refusals(cap, scope, [SMALL], 5)
    assert (out, spent.money) == (2, Decimal("0.002"))
    assert "USD are spent or held" in said


def test_a_call_is_held_against_its_own_cap() -> None:
    assert refusals(Cap(tokens=NEEDS.total), "call", [SMALL], 3)[0] == 3
    assert refusals(Cap(tokens=NEEDS.total - 1), "call", [SMALL], 3)[0] == 0
    assert refusals(Cap(money=Money(WORST, "USD")), "call", [SMALL], 3)[0] == 3


def test_a_decision_counts_for_itself_over_all_its_seats_and_tasks() -> None:
    async def story(clock: VirtualClock) -> None:
        ledger = Ledger(BudgetTerms(decision=Cap(calls=2)), clock)
        seats = [Budget(Acting(SMALL), ledger), Budget(Acting(SMALL), ledger)]

        async def decide() -> None:
            with deciding() as tally:
                await asyncio.gather(*(asyncio.create_task(seat.complete(ASKED)) for seat in seats))
                with pytest.raises(Withheld, match=r"2 of 2 calls .*budget\.decision"):
                    await seats[0].complete(ASKED)
                assert tally.calls == 2

        await asyncio.gather(*(asyncio.create_task(decide()) for _ in range(3)))
        for _ in range(5):
            await seats[0].complete(ASKED)
        assert ledger.spent().calls == 11

    virtually(story)


def test_calls_that_are_out_hold_the_most_they_can_take() -> None:
    async def story(clock: VirtualClock) -> None:
        ledger = Ledger(BudgetTerms(day=Cap(tokens=2 * NEEDS.total)), clock)
        budget = Budget(Acting(Step(1, usage=Usage(1, 1))), ledger, price)
        came = await asyncio.gather(*(budget.complete(ASKED) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in came].count(Withheld) == 1
        assert budget.spent().tokens == 4

    virtually(story)


@pytest.mark.parametrize(
    ("step", "tokens", "money"),
    [
        (Step(usage=Usage(20, 10), cost=usd("0.5")), 30, Decimal("0.5")),
        (Step(usage=Usage(20, None), cost=usd("0.5")), 20 + NEEDS.output, Decimal("0.5")),
        (Step(), NEEDS.total, WORST),
        (Step(cost=Money(Decimal(1), "EUR")), NEEDS.total, WORST),
        (Step(fault=busy(status=429)), 0, Decimal(0)),
        (Step(fault=barred()), 0, Decimal(0)),
        (Step(fault=busy(status=None)), NEEDS.total, WORST),
        (Step(fault=KeyError()), NEEDS.total, WORST),
        (Step(seconds=9), NEEDS.total, WORST),
    ],
    ids=["said", "half said", "not said", "other money", "busy", "turned away", "broken line", "our bug", "cut off"],
)
def test_what_nobody_said_is_charged_in_full_and_an_error_of_the_provider_not(
    step: Step, tokens: int, money: Decimal
) -> None:
    async def story(clock: VirtualClock) -> None:
        ledger = Ledger(BudgetTerms(), clock)
        with suppress(AegisError, TimeoutError, KeyError):
            async with asyncio.timeout(1):
                await Budget(Acting(step), ledger, price).complete(ASKED)
        assert ledger.spent() == Spent(DAY, 1, tokens, money)

    virtually(story)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        (None, "nobody knows"),
        (lambda _in, _out: None, "nobody knows"),
        (lambda _in, _out: Money(Decimal(1), "EUR"), "its price is in EUR"),
    ],
)
def test_with_a_cap_on_money_a_model_without_a_known_price_is_not_asked(quote: Price | None, found: str) -> None:
    async def story(clock: VirtualClock) -> None:
        model, capped = Acting(SMALL), Ledger(BudgetTerms(day=Cap(money=usd("5"))), clock)
        with pytest.raises(Withheld, match=f"there is a cap in USD and {found}") as raised:
            await Budget(model, capped, quote).complete(ASKED)
        assert raised.value.lasting and model.began == []
        free = Ledger(BudgetTerms(day=Cap(tokens=10_000)), clock)
        await Budget(model, free, quote).complete(ASKED)
        assert free.counts().figures == {"calls": 1, "tokens": 30, "refused": 0, "unpriced": 1}

    virtually(story)


def test_a_new_day_begins_at_nothing_and_a_clock_that_turns_back_brings_no_day_back() -> None:
    class Turning:
        instant = 1_380_931_199 * SECOND

        def now(self) -> int:
            return self.instant

        def elapsed(self) -> int:
            return 0

    async def story(_: VirtualClock) -> None:
        ledger = Ledger(BudgetTerms(day=Cap(calls=1)), clock := Turning())
        budget = Budget(Acting(SMALL), ledger)
        await budget.complete(ASKED)
        with pytest.raises(Withheld):
            await budget.complete(ASKED)
        clock.instant += SECOND
        await budget.complete(ASKED)
        assert ledger.spent().day == "2013-10-05"
        clock.instant -= SECOND
        with pytest.raises(Withheld):
            await budget.complete(ASKED)
        assert ledger.spent().day == "2013-10-05"

    virtually(story)


def test_the_day_may_be_a_trading_date() -> None:
    async def story(clock: VirtualClock) -> None:
        ledger = Ledger(BudgetTerms(), clock, day=lambda _: "2013-10-07")
        assert ledger.spent() == Spent("2013-10-07")

    virtually(story)


def test_after_a_restart_the_day_goes_on_where_the_journal_says() -> None:
    told = SAMPLES["MODEL_REPLIED"]
    assert isinstance(told, ModelReplied)
    paid = structs.replace(told, origin="provider", usage=Usage(700, 50), cost=usd("0.25"), request_id="r1")
    rows = [
        paid,
        structs.replace(paid, usage=None, cost=None),
        structs.replace(paid, request_id=f"{KEPT}r1"),
        structs.replace(paid, origin="rules"),
    ]
    before = restored(rows, DAY)
    assert before == Spent(DAY, 2, 750, Decimal("0.25"))

    async def story(clock: VirtualClock) -> None:
        budget = Budget(Acting(SMALL), Ledger(BudgetTerms(day=Cap(calls=3)), clock, before))
        await budget.complete(ASKED)
        with pytest.raises(Withheld):
            await budget.complete(ASKED)
        yesterday = Ledger(BudgetTerms(day=Cap(calls=3)), clock, structs.replace(before, day="2013-10-03"))
        assert yesterday.spent() == Spent(DAY)

    virtually(story)


class Call(NamedTuple):
    decision: int
    pause: int
    step: Step


def _step(took: int, share_in: int, share_out: int, ends: str) -> Step:
    if ends in ("busy", "away"):
        return Step(took, busy() if ends == "busy" else barred())
    used_in, used_out = NEEDS.input * share_in // 10, NEEDS.output * share_out // 10
    fault = busy(status=None) if ends == "broken" else None
    return Step(took, fault, usage=Usage(used_in, used_out), cost=price(used_in, used_out))


tenths = st.integers(0, 10)
steps = st.builds(_step, st.integers(0, 4), tenths, tenths, st.sampled_from(["ok", "busy", "broken", "away"]))
tapes = st.lists(st.builds(Call, st.integers(0, 2), st.integers(0, 2), steps), max_size=30)
caps = st.builds(
    Cap,
    calls=st.none() | st.integers(1, 20),
    tokens=st.none() | st.integers(1, 12 * NEEDS.total),
    money=st.none() | st.integers(1, 12 * NEEDS.total).map(lambda mills: usd(str(Decimal(mills) / 1000))),
)


@given(tapes, caps, caps)
def test_no_cap_is_ever_passed_whatever_is_asked_at_once(tape: list[Call], a_decision: Cap, a_day: Cap) -> None:
    """Judged by what the provider itself has given out, not by the ledger."""
    given_out: dict[object, list[Step]] = {scope: [] for scope in (0, 1, 2, "day")}

    class Judged(Acting):
        def __init__(self, call: Call) -> None:
            super().__init__(call.step)
            self.call = call

        async def complete(self, request: ChatRequest) -> Completion:
            given_out[self.call.decision].append(self.call.step)
            given_out["day"].append(self.call.step)
            return await super().complete(request)

    async def story(clock: VirtualClock) -> Spent:
        ledger = Ledger(BudgetTerms(decision=a_decision, day=a_day), clock)

        async def decide(number: int) -> None:
            with deciding():
                async with asyncio.TaskGroup() as asking:
                    for call in (call for call in tape if call.decision == number):
                        await asyncio.sleep(call.pause)
                        asking.create_task(one(call))

        async def one(call: Call) -> None:
            with suppress(AegisError, TimeoutError):
                async with asyncio.timeout(3):
                    await Budget(Judged(call), ledger, price).complete(ASKED)

        await asyncio.gather(*(decide(number) for number in range(3)))
        return ledger.spent()

    spent = virtually(story)
    for scope, cap in ((0, a_decision), (1, a_decision), (2, a_decision), ("day", a_day)):
        out = given_out[scope]
        tokens = sum((step.usage.input or 0) + (step.usage.output or 0) for step in out if step.usage)
        money = sum(step.cost.amount for step in out if step.cost)
        assert cap.calls is None or len(out) <= cap.calls
        assert cap.tokens is None or tokens <= cap.tokens
        assert cap.money is None or money <= cap.money.amount
    assert spent.calls == len(given_out["day"])
    assert a_day.tokens is None or spent.tokens <= a_day.tokens
    assert spent.tokens >= 0 and spent.money >= 0


def test_caps_that_make_no_sense_are_named() -> None:
    with pytest.raises(BadInput, match=r"budget\.tokens: must be above 0"):
        Cap(tokens=0)
    with pytest.raises(BadInput, match=r"budget\.call\.calls: a call is one call"):
        BudgetTerms(call=Cap(calls=1))
    with pytest.raises(BadInput, match="caps must be of one currency, found EUR, USD"):
        BudgetTerms(call=Cap(money=usd("1")), day=Cap(money=Money(Decimal(1), "EUR")))
