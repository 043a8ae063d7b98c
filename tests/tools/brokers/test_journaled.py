"""In front of every broker: nothing leaves without a recorded, unused clearance for exactly this order, and once."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from core.errors import Halt, Transient
from core.facts.orders import OrderIntended, OrderPlaced, OrderRejected, OrderUnknown
from core.ports.broker import Placed, Refused, Unknown
from core.record.codec import order_hash
from core.risk.clearance import Clearance
from tests.tools.brokers.bench import HANDMADE, cleared, order, paper, ruled
from tests.tools.brokers.desk import Broken, Desk, Full, Silent, Slow
from tools.brokers.paper import PaperBroker

NAME = order().client_id


async def test_a_cleared_order_is_recorded_then_sent_once_then_its_answer_recorded() -> None:
    desk = Desk()
    clearance = await cleared(desk.journal, order())
    answer = await desk.broker.submit(order(), clearance)
    assert answer == Placed(NAME, "paper-1")
    assert desk.sent == [order()]
    intended = OrderIntended(order(), order_hash(order()), "run-1.verdict")
    assert await desk.facts() == [intended, OrderPlaced(NAME, "paper-1")]


async def test_the_intent_is_named_after_the_verdict_and_everything_goes_back_to_the_run() -> None:
    desk = Desk()
    await desk.broker.submit(order(), await cleared(desk.journal, order()))
    events = [event.envelope async for event in desk.journal.read(stream=f"order:{NAME}")]
    assert [event.id for event in events] == ["run-1.verdict.intent", f"{NAME}.placed"]
    assert [event.metadata.correlation for event in events] == ["run-1", "run-1"]
    assert [event.metadata.causation for event in events] == ["run-1.verdict", "run-1.verdict.intent"]


async def test_a_refusal_by_the_broker_is_recorded() -> None:
    desk = Desk()
    wanted = order(symbol="NONE")
    answer = await desk.broker.submit(wanted, await cleared(desk.journal, wanted))
    assert isinstance(answer, Refused)
    assert (await desk.facts())[1:] == [OrderRejected(NAME, answer.reason)]


async def test_a_handmade_clearance_is_worth_nothing() -> None:
    desk = Desk()
    made = structs.replace(HANDMADE, order_hash=order_hash(order()))
    assert await desk.broker.submit(order(), made) == Refused(NAME, "clearance: no_verdict")
    assert (desk.sent, await desk.facts()) == ([], [])


async def test_a_clearance_that_refers_to_something_else_is_worth_nothing() -> None:
    desk = Desk()
    await desk.broker.submit(order(), await cleared(desk.journal, order()))
    made = Clearance("run-1.verdict.intent", order_hash(order(2)), 10**19)
    assert await desk.broker.submit(order(2), made) == Refused(order(2).client_id, "clearance: no_verdict")


async def test_a_denial_clears_nothing() -> None:
    desk = Desk()
    verdict = await ruled(desk.journal, order(), cleared=False)
    made = Clearance(verdict, order_hash(order()), 10**19)
    assert await desk.broker.submit(order(), made) == Refused(NAME, "clearance: denied")
    assert (desk.sent, await desk.facts()) == ([], [])


@pytest.mark.parametrize(
    "changes",
    [{"quantity": Decimal(11)}, {"side": "sell"}, {"symbol": "SPY"}, {"account": "other"}, {"leg": "exit"}],
    ids=str,
)
async def test_an_altered_order_is_not_the_one_that_was_cleared(changes: dict[str, Any]) -> None:
    desk = Desk()
    clearance = await cleared(desk.journal, order())
    altered = order(**changes)
    assert await desk.broker.submit(altered, clearance) == Refused(NAME, "clearance: other_order")
    rewritten = structs.replace(clearance, order_hash=order_hash(altered))
    assert await desk.broker.submit(altered, rewritten) == Refused(NAME, "clearance: other_order")
    assert (desk.sent, await desk.facts()) == ([], [])


async def test_a_clearance_ends_at_its_instant_and_cannot_be_prolonged() -> None:
    desk = Desk()
    clearance = await cleared(desk.journal, order(), expires=60)
    desk.clock.seconds = 60
    assert await desk.broker.submit(order(), clearance) == Refused(NAME, "clearance: expired")
    prolonged = structs.replace(clearance, expires=10**19)
    assert await desk.broker.submit(order(), prolonged) == Refused(NAME, "clearance: expired")
    assert (desk.sent, await desk.facts()) == ([], [])
    desk.clock.seconds = 59
    assert isinstance(await desk.broker.submit(order(), clearance), Placed)


async def test_a_clearance_is_used_once_also_across_a_restart() -> None:
    desk = Desk()
    clearance = await cleared(desk.journal, order())
    await desk.broker.submit(order(), clearance)
    for broker in (desk.broker, desk.restarted()):
        assert await broker.submit(order(), clearance) == Refused(NAME, "clearance: already used")
    assert desk.sent == [order()]


async def test_of_two_at_once_with_one_clearance_one_is_sent() -> None:
    desk = Desk()
    clearance = await cleared(desk.journal, order())
    answers = await asyncio.gather(*(desk.broker.submit(order(), clearance) for _ in range(5)))
    assert [type(answer) for answer in answers].count(Placed) == 1
    assert desk.sent == [order()]


async def test_a_second_verdict_does_not_make_a_second_order_of_the_same_name() -> None:
    desk = Desk()
    await desk.broker.submit(order(), await cleared(desk.journal, order()))
    again = await desk.broker.submit(order(), await cleared(desk.journal, order(), label="-2"))
    assert again == Refused(NAME, "an order of this client id is already recorded")
    assert desk.sent == [order()]


async def test_silence_is_unknown_and_is_never_sent_again() -> None:
    desk = Desk(paper(Silent))
    clearance = await cleared(desk.journal, order())
    answer = await desk.broker.submit(order(), clearance)
    assert answer == Unknown(NAME, "TimeoutError: no answer within 0.02 s")
    assert (await desk.facts())[1:] == [OrderUnknown(NAME, answer.reason)]
    for broker in (desk.broker, desk.restarted()):
        assert await broker.submit(order(), clearance) == Refused(NAME, "clearance: already used")
    assert desk.sent == [order()]


async def test_an_exception_is_unknown_and_is_named() -> None:
    desk = Desk(paper(Broken))
    answer = await desk.broker.submit(order(), await cleared(desk.journal, order()))
    assert answer == Unknown(NAME, "ConnectionResetError: peer went away")
    assert (await desk.facts())[1:] == [OrderUnknown(NAME, "ConnectionResetError: peer went away")]


async def test_a_stopped_sender_leaves_an_unknown_order_and_stays_stopped() -> None:
    desk = Desk(paper(Silent))
    clearance = await cleared(desk.journal, order())
    sending = asyncio.create_task(desk.broker.submit(order(), clearance))
    await asyncio.sleep(0.005)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert (await desk.facts())[1:] == [OrderUnknown(NAME, "CancelledError: the sender was stopped")]
    assert desk.sent == [order()]


async def test_a_journal_that_cannot_write_stops_the_order() -> None:
    desk = Desk(journal=Full())
    clearance = await cleared(desk.journal, order())
    with pytest.raises(Halt, match="no space left"):
        await desk.broker.submit(order(), clearance)
    assert desk.sent == []


async def test_a_clearance_that_ends_while_the_intent_is_written_sends_nothing() -> None:
    journal = Slow()
    desk = Desk(journal=journal)
    journal.clock = desk.clock
    answer = await desk.broker.submit(order(), await cleared(desk.journal, order()))
    assert answer == Refused(NAME, "clearance: expired while the intent was recorded; not sent")
    assert desk.sent == []
    assert [type(fact) for fact in await desk.facts()] == [OrderIntended, OrderRejected]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(Silent, "TimeoutError: no answer within 0.02 s"), (Broken, "ConnectionResetError: peer went away")],
)
async def test_a_cancellation_without_an_answer_is_unknown(kind: type[PaperBroker], reason: str) -> None:
    desk = Desk(paper(kind))
    assert await desk.broker.cancel(NAME) == Unknown(NAME, reason)


async def test_a_question_without_an_answer_may_be_asked_again() -> None:
    desk = Desk(paper(Silent))
    with pytest.raises(Transient, match="no answer within"):
        await desk.broker.find(NAME)
