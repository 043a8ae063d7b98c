"""After a crash or a silence the broker is asked, never sent anything: what became of orders without an answer."""

import asyncio

from core.facts.orders import Order, OrderIntended, OrderPlaced, OrderRejected, OrderUnknown
from core.risk.clearance import Clearance
from core.trading.orders import Ticket, advance, draft
from tests.tools.brokers.bench import SECOND, cleared, limit, order, paper, quote, reported
from tests.tools.brokers.desk import Desk, Forgetful, Silent
from tools.brokers.journaled import Journaled, Reconciled

NAME = order().client_id


async def cut(desk: Desk, wanted: Order, *, sent: bool) -> Ticket:
    """The desk died after it recorded the intent: before it sent the order, or before it heard the answer."""
    clearance = await cleared(desk.journal, wanted)
    intent = OrderIntended(wanted, clearance.order_hash, clearance.verdict)
    ticket = Ticket(wanted, clearance.verdict, "intended")
    await desk.journal.append([draft(ticket, intent, 0)], durable=True)
    if sent:
        await desk.market.submit(wanted, clearance)
    return ticket


async def test_an_order_cut_before_it_was_sent_ends_as_not_placed_and_is_not_sent() -> None:
    desk = Desk()
    ticket = await cut(desk, order(), sent=False)
    assert await desk.restarted().reconcile([ticket]) == Reconciled((NAME,), ())
    assert (await desk.ticket()).state == "not_placed"
    assert desk.sent == []


async def test_an_order_cut_after_it_was_sent_is_found_and_not_sent_again() -> None:
    desk = Desk()
    ticket = await cut(desk, order(), sent=True)
    assert await desk.restarted().reconcile([ticket]) == Reconciled((NAME,), ())
    found = await desk.ticket()
    assert (found.state, found.broker_id) == ("working", "paper-1")
    assert desk.sent == [order()]


async def test_what_was_executed_meanwhile_comes_through_the_reports() -> None:
    desk = Desk()
    ticket = await cut(desk, order(), sent=True)
    desk.market.mark(quote(2, "99.98", "100.00"))
    broker = desk.restarted()
    assert (await broker.reconcile([ticket])).settled == (NAME,)
    (fill,) = await reported(broker, 1)
    assert fill.client_id == NAME


async def test_an_order_found_refused_is_recorded_so() -> None:
    desk = Desk()
    ticket = await cut(desk, order(symbol="NONE"), sent=True)
    await desk.restarted().reconcile([ticket])
    assert (await desk.ticket()).state == "rejected"


async def test_an_unknown_order_is_settled_by_asking_and_never_by_sending() -> None:
    desk = Desk()
    ticket = await cut(desk, order(), sent=False)
    unknown = advance(ticket, OrderUnknown(NAME, "silence"))
    assert await desk.broker.reconcile([unknown]) == Reconciled((NAME,), ())
    assert (await desk.ticket()).state == "not_placed"
    assert desk.sent == []


async def test_an_order_booked_late_is_found_by_the_second_question() -> None:
    desk = Desk()
    ticket = await cut(desk, order(), sent=False)
    broker = Journaled(desk.market, desk.journal, desk.clock, answer_within=0.02, settle_within=0.01)
    asking = asyncio.create_task(broker.reconcile([ticket]))
    await asyncio.sleep(0)
    await desk.market.submit(order(), Clearance(ticket.verdict, "", 60 * SECOND))
    assert await asking == Reconciled((NAME,), ())
    assert (await desk.ticket()).state == "working"


async def test_an_acknowledged_order_that_the_broker_lost_is_for_a_person_to_look_at() -> None:
    desk = Desk()
    ticket = advance(await cut(desk, order(), sent=False), OrderPlaced(NAME, "paper-7"))
    assert await desk.broker.reconcile([ticket]) == Reconciled((), (NAME,))
    assert len(await desk.facts()) == 1


async def test_an_order_that_one_answer_knows_and_another_does_not_stays_unknown() -> None:
    desk = Desk(paper(Forgetful))
    ticket = await cut(desk, limit("90.00"), sent=True)
    assert await desk.broker.reconcile([ticket]) == Reconciled((), (NAME,))
    assert len(await desk.facts()) == 1


async def test_orders_that_are_over_are_not_asked_for() -> None:
    desk = Desk(paper(Silent))
    over = advance(await cut(desk, order(), sent=False), OrderRejected(NAME, "no"))
    assert await desk.broker.reconcile([over]) == Reconciled((), ())


async def test_reconciling_twice_records_once() -> None:
    desk = Desk()
    ticket = await cut(desk, limit("90.00"), sent=True)
    for _ in range(2):
        assert await desk.restarted().reconcile([ticket]) == Reconciled((NAME,), ())
    assert len(await desk.facts()) == 2
