"""A broker that does not answer: the order is UNKNOWN, is counted as pending, and is never sent again."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from core.facts.desk import DeskClosed, ExitTriggered
from core.facts.orders import Order, OrderNotPlaced, OrderPlaced, OrderUnknown
from core.facts.risk import GateRuled
from core.ports.broker import Answer, Unknown
from core.risk.clearance import Clearance
from graphs.ruling import view_of
from runtime.bootstrap import House
from runtime.operator import ask
from tests.desks import FILLED, RISE, Act, Rehearsal, consent, instant, kept, settings, tape
from tests.scenarios.test_denials import SPY, SPY_RISE
from tools.brokers.paper import PaperBroker

STOP = "13:50:00 IBM 183.40 183.42\n13:52:00 IBM 183.38 183.40\n13:54:00 IBM 183.36 183.38"


class Deaf(PaperBroker):
    """Never hears an order, and never answers."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        await asyncio.sleep(3600)
        return Unknown(order.client_id, "nobody listens")


class Mute(PaperBroker):
    """Takes an order and never answers."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        await super().submit(order, clearance)
        await asyncio.sleep(3600)
        return Unknown(order.client_id, "nobody speaks")


class MuteOnExits(PaperBroker):
    """Answers an entry; takes an exit and never answers."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        answer = await super().submit(order, clearance)
        await asyncio.sleep(3600 if order.kind == "market" else 0)
        return answer


class Slow(PaperBroker):
    """Takes an order and says so two seconds later."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        answer = await super().submit(order, clearance)
        await asyncio.sleep(2)
        return answer


@pytest.mark.parametrize(("make", "at_broker"), [(Deaf, 0), (Mute, 1)])
def test_silence_is_unknown_after_the_time_the_broker_has(
    tmp_path: Path, make: type[PaperBroker], at_broker: int
) -> None:
    told = Rehearsal(tmp_path, paper=make).play(tape(RISE), consent())
    assert told.outcomes == ["unknown"] and len(told.sent) == at_broker
    assert told.at(OrderUnknown) == [instant("13:41:10")]
    assert "no answer within 10 s" in told.settled.reason
    assert told.names.count("ORDER_INTENDED") == 1 and told.all(OrderPlaced) == []


def test_an_unknown_order_counts_as_pending_and_occupies_its_instrument(tmp_path: Path) -> None:
    views = []
    told = Rehearsal(tmp_path, paper=Deaf).play(
        tape(RISE, "13:42:00 IBM 184.70 184.72"),
        consent(),
        [Act("13:41:30", lambda house: views.append(view_of(house.desk, "US", "US:IBM")))],
    )
    (ticket,) = told.house.projections.state().working
    assert ticket.state == "unknown"
    (view,) = views
    assert view.occupied == {"US:IBM"}
    assert view.pending is not None and view.pending.amount == Decimal("1846.20")


def test_it_is_in_the_way_of_the_next_entry(tmp_path: Path) -> None:
    narrow = settings(postures__guerrilla__max_positions=1)
    replies = [*consent(), *consent(**SPY)]
    told = Rehearsal(tmp_path, narrow, Deaf).play(tape(RISE, SPY_RISE), replies)
    assert told.outcomes == ["unknown", "denied"]
    assert told.all(GateRuled)[-1].code == "POSTURE_COUNT"


def test_an_order_that_was_taken_in_silence_is_believed_when_its_fill_arrives(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path, paper=Mute).play(tape(RISE, FILLED), consent())
    assert told.outcomes == ["unknown"] and len(told.sent) == 1
    assert told.held == {"US:IBM": Decimal(10)} and told.house.projections.state().working == ()
    assert "US:IBM" in told.house.projections.state().protections


def test_an_exit_that_got_no_answer_is_not_sent_again_while_its_fate_is_unknown(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path, paper=MuteOnExits).play(tape(RISE, FILLED, STOP), consent())
    assert len(told.sent) == 2 and told.held == {}
    assert len(told.all(OrderUnknown)) == 1


def test_a_silent_broker_keeps_no_other_holding_from_its_stop(tmp_path: Path) -> None:
    entries = [RISE, FILLED, SPY_RISE, "13:46:00 SPY 168.58 168.60"]
    stops = "14:10:00 IBM 183.40 183.42\n14:10:02 SPY 167.40 167.41\n14:11:00 SPY 167.40 167.41"
    told = Rehearsal(tmp_path, paper=MuteOnExits).play(tape(*entries, stops), [*consent(), *consent(**SPY)])
    assert told.at(ExitTriggered) == [instant("14:10:00"), instant("14:10:02")]


def test_a_stop_of_the_desk_waits_for_the_answer_to_an_exit(tmp_path: Path) -> None:
    async def stop(house: House) -> None:
        await ask(house.folder.socket, "stop")

    later = "13:55:00 IBM 183.38 183.40"
    told = Rehearsal(tmp_path, paper=Slow).play(tape(RISE, FILLED, STOP, later), consent(), [Act("13:50:01", stop)])
    assert told.all(OrderUnknown) == [] and len(told.all(OrderPlaced)) == 2
    assert told.all(DeskClosed) == [DeskClosed("stopped by an operator")]


def test_the_next_start_asks_the_broker_and_gives_up_what_it_never_had(tmp_path: Path) -> None:
    kept(tmp_path, paper=Deaf).play(tape(RISE), consent())
    again = kept(tmp_path).play(tape("13:50:00 IBM 184.58 184.60"))
    assert [fact.client_id for fact in again.all(OrderNotPlaced)] == list(again.house.projections.state().tickets)
    assert again.sent == [] and again.held == {} and again.house.projections.state().working == ()


def test_the_next_start_finds_what_the_broker_took_in_silence(tmp_path: Path) -> None:
    kept(tmp_path, paper=Mute).play(tape(RISE), consent())
    again = kept(tmp_path).play(tape("13:50:00 IBM 184.58 184.60"))
    assert [fact.broker_id for fact in again.all(OrderPlaced)] == ["paper-1"]
    assert len(again.sent) == 1 and again.held == {"US:IBM": Decimal(10)}
