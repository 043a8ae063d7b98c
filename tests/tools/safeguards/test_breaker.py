import asyncio
from contextlib import suppress
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AegisError, BadInput, Transient
from core.ports.model import Completion
from tests.tools.safeguards.acting import ASKED, Acting, Step, barred, busy, now, virtually
from tools.clock import VirtualClock
from tools.llm.faults import Trace, Unusable
from tools.safeguards.breaker import Breaker, Circuit
from tools.safeguards.deadline import Deadline
from tools.safeguards.refusals import Crowded, Withheld
from tools.safeguards.terms import BreakerTerms

TERMS = BreakerTerms(failures=3, cooldown_seconds=Decimal(30))
FAILS, LASTS = Step(fault=busy()), Step(fault=barred(lasting=True))
TURNED_AWAY = Step(fault=barred())


async def ask(breaker: Breaker | Deadline, times: int = 1) -> list[str]:
    """What came of so many calls: answered, or the kind of fault."""
    came = []
    for _ in range(times):
        try:
            await breaker.complete(ASKED)
            came.append("answered")
        except AegisError as fault:
            came.append(type(fault).__name__)
    return came


def test_so_many_failures_in_a_row_open_it_and_a_probe_closes_it() -> None:
    async def story(clock: VirtualClock) -> None:
        model = Acting(*[FAILS] * 3, Step())
        breaker = Breaker(model, circuit := Circuit("acting", TERMS, clock))
        assert await ask(breaker, 5) == ["Unavailable"] * 3 + ["Withheld"] * 2
        assert circuit.is_open
        await asyncio.sleep(29.9)
        assert await ask(breaker) == ["Withheld"]
        await asyncio.sleep(0.1)
        assert await ask(breaker, 2) == ["answered"] * 2
        assert not circuit.is_open
        assert circuit.counts().figures == {"opened": 1, "refused": 3, "probes": 1}

    virtually(story)


def test_a_failed_probe_means_another_cool_down() -> None:
    async def story(clock: VirtualClock) -> None:
        breaker = Breaker(Acting(FAILS), circuit := Circuit("acting", TERMS, clock))
        await ask(breaker, 3)
        await asyncio.sleep(30)
        assert await ask(breaker, 2) == ["Unavailable", "Withheld"]
        await asyncio.sleep(29)
        assert await ask(breaker) == ["Withheld"]
        assert circuit.counts().figures["opened"] == 1

    virtually(story)


def test_it_says_since_when_and_why_and_what_closes_it() -> None:
    async def story(clock: VirtualClock) -> None:
        circuit = Circuit("acting", TERMS, clock)
        assert circuit.counts().says == "closed"
        await asyncio.sleep(8)
        await ask(Breaker(Acting(FAILS), circuit), 3)
        why = "open since 2013-10-04T14:12:08Z, a probe goes out after 30 s: too many requests"
        assert circuit.counts().says == why
        with pytest.raises(Withheld, match=f"^acting: {why}$") as raised:
            await Breaker(Acting(), circuit).complete(ASKED)
        assert (raised.value.trace.code, raised.value.lasting) == ("breaker_open", False)

    virtually(story)


def test_a_lasting_fault_opens_it_at_once_and_until_a_person_resets_it() -> None:
    async def story(clock: VirtualClock) -> None:
        breaker = Breaker(Acting(LASTS, Step()), circuit := Circuit("acting", TERMS, clock))
        assert await ask(breaker) == ["Unusable"]
        await asyncio.sleep(1_000_000)
        with pytest.raises(
            Withheld, match="until a person has looked and says `aegis-agents desk reset-models`: the key is wrong"
        ) as raised:
            await breaker.complete(ASKED)
        assert raised.value.lasting
        circuit.reset()
        assert await ask(breaker) == ["answered"]

    virtually(story)


def test_a_quota_that_is_used_up_is_probed_after_a_long_cool_down_of_its_own() -> None:
    async def story(clock: VirtualClock) -> None:
        used_up = Step(fault=Unusable("the quota is used up", Trace("acting", status=429), lasting=True, mends=True))
        breaker = Breaker(Acting(used_up, used_up, Step()), circuit := Circuit("acting", TERMS, clock))
        assert await ask(breaker) == ["Unusable"]
        assert circuit.is_grave and "a probe goes out after 3600 s, or say `aegis-agents desk reset" in circuit.says()
        await asyncio.sleep(3599)
        assert await ask(breaker) == ["Withheld"]
        await asyncio.sleep(1)
        assert await ask(breaker, 2) == ["Unusable", "Withheld"]
        await asyncio.sleep(3600)
        assert await ask(breaker) == ["answered"]
        assert not circuit.is_open and not circuit.is_grave

    virtually(story)


def test_a_request_turned_away_is_no_failure_so_words_from_outside_cannot_open_it() -> None:
    async def story(clock: VirtualClock) -> None:
        breaker = Breaker(Acting(*[FAILS] * 2, *[TURNED_AWAY] * 9, *[FAILS] * 2, Step()), Circuit("a", TERMS, clock))
        assert await ask(breaker, 14) == ["Unavailable"] * 2 + ["Unusable"] * 9 + ["Unavailable"] * 2 + ["answered"]

    virtually(story)


@pytest.mark.parametrize("own", [Crowded("", Trace("desk")), Withheld("", Trace("desk"), True), KeyError()])
def test_what_the_desk_did_itself_is_no_failure_and_ends_no_probe(own: Exception) -> None:
    async def story(clock: VirtualClock) -> None:
        model = Acting(*[Step(fault=own)] * 9, *[FAILS] * 3, Step(fault=own), Step())
        breaker = Breaker(model, circuit := Circuit("acting", TERMS, clock))
        for _ in range(9):
            with pytest.raises(type(own)):
                await breaker.complete(ASKED)
        await ask(breaker, 3)
        await asyncio.sleep(30)
        with pytest.raises(type(own)):
            await breaker.complete(ASKED)
        assert circuit.is_open
        assert await ask(breaker) == ["answered"]

    virtually(story)


def test_only_one_call_probes_at_a_time() -> None:
    async def story(clock: VirtualClock) -> None:
        breaker = Breaker(model := Acting(*[FAILS] * 3, Step(5)), Circuit("acting", TERMS, clock))
        await ask(breaker, 3)
        await asyncio.sleep(30)
        came = await asyncio.gather(*(ask(breaker) for _ in range(4)))
        assert came == [["answered"], ["Withheld"], ["Withheld"], ["Withheld"]]
        assert len(model.began) == 4

    virtually(story)


def test_a_call_that_hangs_until_its_deadline_is_a_failure_and_a_veto_is_none() -> None:
    async def story(clock: VirtualClock) -> None:
        breaker = Breaker(Acting(Step(60)), circuit := Circuit("acting", TERMS, clock))
        for _ in range(9):
            asking = asyncio.create_task(Deadline(breaker, Decimal(2)).complete(ASKED))
            await asyncio.sleep(0.9)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
        assert not circuit.is_open
        assert await ask(Deadline(breaker, Decimal(2)), 4) == ["Unavailable"] * 3 + ["Withheld"]
        assert "cut off after 2.0 s without an answer" in circuit.says()

    virtually(story)


def test_slow_calls_beside_others_that_are_answered_are_no_failures() -> None:
    async def story(clock: VirtualClock) -> None:
        breaker = Breaker(Acting(*[Step(60)] * 6, Step(1)), circuit := Circuit("acting", TERMS, clock))
        came = await asyncio.gather(*(ask(Deadline(breaker, Decimal(2))) for _ in range(7)))
        assert came == [["Unavailable"]] * 6 + [["answered"]]
        assert not circuit.is_open

    virtually(story)


def test_a_call_from_before_it_opened_has_no_say_unless_its_fault_lasts() -> None:
    async def story(clock: VirtualClock) -> None:
        model = Acting(Step(5), Step(6, barred(lasting=True)), *[FAILS] * 3)
        breaker = Breaker(model, circuit := Circuit("acting", TERMS, clock))
        early = [asyncio.create_task(ask(breaker)) for _ in range(2)]
        await asyncio.sleep(1)
        await ask(breaker, 3)
        assert await early[0] == ["answered"] and circuit.is_open
        assert await early[1] == ["Unusable"] and "until a person has looked" in circuit.says()

    virtually(story)


def test_a_failure_from_before_it_opened_does_not_lengthen_the_cool_down() -> None:
    async def story(clock: VirtualClock) -> None:
        breaker = Breaker(Acting(Step(20, busy()), *[FAILS] * 3, Step()), circuit := Circuit("acting", TERMS, clock))
        early = asyncio.create_task(ask(breaker))
        await asyncio.sleep(1)
        await ask(breaker, 3)
        await early
        await asyncio.sleep(11)
        assert (await ask(breaker), circuit.is_open) == (["answered"], False)

    virtually(story)


class Call(NamedTuple):
    pause: int
    took: int
    ends: str


ENDS = {
    "answer": None,
    "busy": busy(),
    "away": barred(),
    "lasting": barred(lasting=True),
    "own": Crowded("", Trace("")),
}
calls = st.builds(
    Call,
    st.sampled_from([0, 0, 1, 12, 31]),
    st.sampled_from([0, 0, 2, 45]),
    st.sampled_from([*ENDS, "busy", "busy", "veto"]),
)


@given(st.lists(calls, max_size=40))
def test_while_it_is_open_nothing_goes_out_but_one_probe_after_the_cool_down(tape: list[Call]) -> None:
    async def story(clock: VirtualClock) -> None:
        circuit = Circuit("acting", TERMS, clock)
        opened_at, lasting, out_while_open = 0.0, False, 0

        class Watched(Acting):
            async def complete(self, request: object) -> Completion:
                nonlocal out_while_open
                probe = circuit.is_open
                if probe:
                    assert not lasting
                    assert now() >= opened_at + 30 - 1e-9
                    out_while_open += 1
                    assert out_while_open == 1
                try:
                    return await super().complete(ASKED)
                finally:
                    out_while_open -= probe

        async def one(call: Call) -> None:
            nonlocal opened_at, lasting
            steps = Step(call.took, ENDS.get(call.ends))
            before = circuit.counts().figures["opened"]
            asking = asyncio.create_task(Breaker(Watched(steps), circuit).complete(ASKED))
            if call.ends == "veto":
                await asyncio.sleep(call.took / 2)
                asking.cancel()
            with suppress(AegisError, asyncio.CancelledError):
                await asking
            lasting = lasting or (call.ends == "lasting" and "is wrong" in circuit.says())
            if circuit.counts().figures["opened"] > before:
                opened_at = now()

        pending = []
        for call in tape:
            await asyncio.sleep(call.pause)
            pending.append(asyncio.create_task(one(call)))
        await asyncio.gather(*pending)

    virtually(story)


@given(st.integers(1, 20))
def test_it_opens_at_exactly_the_failure_that_is_configured(failures: int) -> None:
    async def story(clock: VirtualClock) -> None:
        terms = BreakerTerms(failures=failures)
        came = await ask(Breaker(Acting(FAILS), Circuit("acting", terms, clock)), failures + 3)
        assert came == ["Unavailable"] * failures + ["Withheld"] * 3

    virtually(story)


def test_terms_out_of_range_are_named() -> None:
    with pytest.raises(BadInput, match=r"breaker\.failures: must be from 1 to 1000, found '0'"):
        BreakerTerms(failures=0)
    assert issubclass(Crowded, Transient)
