import asyncio
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.errors import BadInput, Degraded, Halt, Transient
from tests.tools.safeguards.acting import ASKED, Acting, Step, barred, busy, now, virtually
from tools.clock import VirtualClock
from tools.safeguards.deadline import Deadline
from tools.safeguards.retry import Retry
from tools.safeguards.terms import RetryTerms

FAILS = Step(fault=busy())


def begun(*steps: Step, user: str = "", deadline: str | None = None, terms: RetryTerms | None = None) -> list[float]:
    """When the attempts of one request began."""

    async def story(_: VirtualClock) -> list[float]:
        model = Acting(*steps)
        retry = Retry(model, terms or RetryTerms())
        with suppress(Transient):
            await (Deadline(retry, Decimal(deadline)) if deadline else retry).complete(
                structs.replace(ASKED, user=user)
            )
        return model.began

    return virtually(story)


def test_what_may_be_answered_later_is_asked_again_and_counted() -> None:
    async def story(_: VirtualClock) -> None:
        retry = Retry(Acting(FAILS, Step(fault=Transient("reset")), Step()), RetryTerms())
        assert (await retry.complete(ASKED)).text == "yes"
        assert retry.counts().figures == {"attempts": 3, "repeats": 2, "gave_up": 0}

    virtually(story)


def test_after_the_last_attempt_the_fault_itself_is_raised() -> None:
    async def story(_: VirtualClock) -> None:
        fault = busy()
        retry = Retry(Acting(Step(fault=fault)), RetryTerms())
        with pytest.raises(Transient) as raised:
            await retry.complete(ASKED)
        assert raised.value is fault
        assert retry.counts().figures == {"attempts": 3, "repeats": 2, "gave_up": 1}

    virtually(story)


@pytest.mark.parametrize(
    "fault", [barred(), barred(lasting=True), Degraded("?"), Halt("?"), TimeoutError(), KeyError()]
)
def test_nothing_else_is_ever_asked_twice(fault: Exception) -> None:
    async def story(_: VirtualClock) -> None:
        model = Acting(Step(fault=fault))
        with pytest.raises(type(fault)):
            await Retry(model, RetryTerms()).complete(ASKED)
        assert len(model.began) == 1

    virtually(story)


@given(st.text(max_size=20))
def test_waits_double_and_are_drawn_from_the_request_alone(user: str) -> None:
    terms = RetryTerms(attempts=6, longest_seconds=Decimal(1))
    first = begun(FAILS, user=user, terms=terms)
    assert first == begun(FAILS, user=user, terms=terms)
    for (one, two), whole in zip(pairwise(first), [0.2, 0.4, 0.8, 1, 1], strict=True):
        assert whole / 2 <= two - one <= whole * 1.000001


def test_two_requests_that_fail_together_do_not_come_back_together() -> None:
    assert len({begun(FAILS, Step(), user=str(number))[1] for number in range(50)}) == 50


def test_a_wait_the_provider_names_is_kept_if_there_is_time_for_it() -> None:
    named = Step(fault=busy(retry_after=1.5))
    assert begun(named, Step(), deadline="2") == [0, 1.5]
    assert begun(named, Step(), deadline="1.7") == [0]
    assert begun(named, Step()) == [0, 1.5]


def test_without_a_deadline_nobody_waits_for_hours() -> None:
    assert begun(Step(fault=busy(retry_after=3600)), Step()) == [0]


@pytest.mark.parametrize("named", [float("nan"), float("inf"), -1.0, 0.0])
def test_an_absurd_wait_is_neither_kept_nor_a_crash(named: float) -> None:
    began = begun(Step(fault=busy(retry_after=named)), Step())
    assert len(began) == (1 if named == float("inf") else 2)
    assert all(0 <= at < 1 for at in began)


@given(st.integers(1, 40), st.integers(0, 20))
def test_no_attempt_begins_without_room_before_the_deadline(tenths: int, slow: int) -> None:
    deadline = Decimal(tenths) / 10
    began = begun(Step(slow / 10, busy()), deadline=str(deadline), terms=RetryTerms(attempts=10))
    assert all(at <= float(deadline) - 0.3 + 1e-9 for at in began[1:])


def test_a_veto_ends_the_waiting_at_once() -> None:
    async def story(_: VirtualClock) -> None:
        retry = Retry(Acting(Step(fault=busy(retry_after=3))), RetryTerms())
        asking = asyncio.create_task(retry.complete(ASKED))
        await asyncio.sleep(1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert now() == 1

    virtually(story)


def test_terms_out_of_range_are_named() -> None:
    with pytest.raises(BadInput, match=r"retry\.attempts: must be from 1 to 10, found '0'"):
        RetryTerms(attempts=0)
