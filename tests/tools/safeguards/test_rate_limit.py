import asyncio
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.errors import BadInput
from core.facts.models import Usage
from tests.tools.safeguards.acting import ASKED, Acting, Step, now, virtually
from tools.clock import VirtualClock
from tools.safeguards.deadline import Deadline
from tools.safeguards.rate_limit import Bucket, RateLimit, Turnstile
from tools.safeguards.refusals import Crowded, Withheld
from tools.safeguards.terms import Rates
from tools.safeguards.tokens import Most, most


def limited(model: Acting, **rates: int) -> RateLimit:
    burst = Decimal(rates.pop("burst_seconds", 60))
    return RateLimit(model, Turnstile("maker", Rates(**rates, burst_seconds=burst)))


def test_requests_beyond_the_limit_wait_their_turn_in_the_order_of_asking() -> None:
    async def story(_: VirtualClock) -> None:
        limit = limited(model := Acting(), requests_per_minute=60, burst_seconds=2)
        await asyncio.gather(*(limit.complete(ASKED) for _ in range(5)))
        assert model.began == [0, 0, 1, 2, 3]
        assert limit.counts().figures == {"passed": 5, "waited": 3, "refused": 0}

    virtually(story)


def test_seats_of_one_provider_share_its_limit() -> None:
    async def story(_: VirtualClock) -> None:
        turnstile = Turnstile("maker", Rates(requests_per_minute=60, burst_seconds=Decimal(1)))
        seats = [RateLimit(Acting(), turnstile) for _ in range(3)]
        await asyncio.gather(*(seat.complete(ASKED) for seat in seats))
        assert now() == 2

    virtually(story)


def test_a_turn_that_comes_too_late_is_refused_at_once_and_takes_nothing() -> None:
    async def story(_: VirtualClock) -> None:
        limit = limited(model := Acting(), requests_per_minute=6, burst_seconds=10)
        await limit.complete(ASKED)
        with pytest.raises(
            Crowded, match=r"^maker: its rate limit leaves no room: the next turn is in 10.0 s$"
        ) as raised:
            await Deadline(limit, Decimal(2)).complete(ASKED)
        assert (now(), raised.value.trace.retry_after) == (0, 10)
        await limit.complete(ASKED)
        assert model.began == [0, 10]
        assert limit.counts().figures == {"passed": 2, "waited": 1, "refused": 1}

    virtually(story)


def test_tokens_are_counted_by_the_most_a_request_can_take() -> None:
    async def story(_: VirtualClock) -> None:
        needs = most(ASKED).total
        limit = limited(model := Acting(), tokens_per_minute=needs)
        await limit.complete(ASKED)
        await limit.complete(ASKED)
        assert model.began == [0, 60]

    virtually(story)


def test_a_request_that_no_waiting_lets_through_is_withheld() -> None:
    async def story(_: VirtualClock) -> None:
        limit = limited(model := Acting(), tokens_per_minute=100)
        with pytest.raises(Withheld, match=r"a request of up to 1\d\d tokens, and 100 may go at once"):
            await limit.complete(ASKED)
        assert model.began == []

    virtually(story)


def test_what_was_used_beyond_the_bound_is_paid_back_by_waiting() -> None:
    async def story(_: VirtualClock) -> None:
        needs = most(ASKED).total
        thinking = Step(usage=Usage(needs, needs))
        limit = limited(model := Acting(thinking), tokens_per_minute=needs)
        await limit.complete(ASKED)
        await limit.complete(ASKED)
        assert model.began == [0, 120]

    virtually(story)


def test_without_a_limit_nobody_waits() -> None:
    async def story(_: VirtualClock) -> None:
        limit = limited(model := Acting())
        await asyncio.gather(*(limit.complete(ASKED) for _ in range(100)))
        assert model.began == [0] * 100

    virtually(story)


def test_the_bound_on_tokens_counts_every_byte_that_is_sent() -> None:
    longer = structs.replace(ASKED, user=ASKED.user + "x" * 1000)
    assert most(longer).input - most(ASKED).input == 500
    assert most(longer).output == 100
    assert most(structs.replace(ASKED, user="強" * 100)).input > 150


def test_a_turn_is_taken_when_it_comes_so_waiting_saves_up_no_burst() -> None:
    async def story(_: VirtualClock) -> list[float]:
        rates = Rates(requests_per_minute=12, tokens_per_minute=6000, burst_seconds=Decimal(10))
        turnstile, passed = Turnstile("maker", rates), []
        for tokens in (1000, 1000, 1, 1):
            await turnstile.enter(Most(input=0, output=tokens))
            passed.append(now())
        return passed

    assert virtually(story) == pytest.approx([0, 10, 10.01, 15])


asks = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 400), st.booleans()), min_size=1, max_size=40)


@given(asks, st.integers(1, 120), st.integers(400, 20_000), st.integers(10, 60))
def test_in_no_stretch_of_time_does_more_pass_than_the_bucket_and_its_refill(
    asked: list[tuple[int, int, bool]], requests: int, tokens: int, burst: int
) -> None:
    """Callers come after pauses, with sizes; some are cut off while they wait."""

    async def story(_: VirtualClock) -> list[tuple[float, int]]:
        rates = Rates(requests_per_minute=requests, tokens_per_minute=tokens, burst_seconds=Decimal(burst))
        turnstile = Turnstile("maker", rates)
        passed: list[tuple[float, int]] = []

        async def one(size: int, impatient: bool) -> None:
            with suppress(TimeoutError, Withheld):
                async with asyncio.timeout(0.5 if impatient else None):
                    await turnstile.enter(Most(input=0, output=size))
                    passed.append((now(), size))

        callers = []
        for pause, size, impatient in asked:
            await asyncio.sleep(pause / 1000)
            callers.append(asyncio.create_task(one(size, impatient)))
        await asyncio.gather(*callers)
        return passed

    passed = virtually(story)
    assert [at for at, _ in passed] == sorted(at for at, _ in passed)
    for per_minute, sizes in ((requests, [1] * len(passed)), (tokens, [size for _, size in passed])):
        for first in range(len(passed)):
            for last in range(first, len(passed)):
                took = passed[last][0] - passed[first][0]
                room = max(1, per_minute * burst / 60) + per_minute / 60 * took
                assert sum(sizes[first : last + 1]) <= room + 1e-3


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 60)), max_size=30))
def test_a_bucket_never_holds_more_than_its_capacity_or_gives_what_it_has_not(taken: list[tuple[float, float]]) -> None:
    bucket, at = Bucket(60, 60, 0), 0.0
    for pause, amount in taken:
        at += pause
        turn = bucket.earliest(amount, at)
        assert turn >= at
        bucket.take(amount, turn)
        assert -1e-6 <= bucket.capacity - (bucket.earliest(60, turn) - turn) * bucket.rate <= 60 + 1e-6


def test_rates_out_of_range_are_named() -> None:
    with pytest.raises(BadInput, match=r"rates\.requests_per_minute: must be above 0"):
        Rates(requests_per_minute=0)
    with pytest.raises(BadInput, match=r"rates\.burst_seconds: must be from 1 to 60, found '61'"):
        Rates(burst_seconds=Decimal(61))
