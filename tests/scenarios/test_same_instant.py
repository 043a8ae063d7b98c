"""What happens at the same instant shares one room: a cleared order counts before it is sent."""

from pathlib import Path

from core.facts.orders import Order, OrderIntended, OrderNotPlaced, OrderUnknown
from core.facts.risk import GateRuled, RiskAlert
from core.ports.broker import Answer, Refused
from core.risk.clearance import Clearance
from tests.desks import FILLED, RISE, Rehearsal, consent, settings, tape
from tests.scenarios.test_denials import SPY
from tests.scenarios.test_outcomes import BOTH
from tests.scenarios.test_silent_broker import Deaf
from tools.brokers.paper import PaperBroker

AGAIN = "13:52:00 IBM 185.30 185.32"
CLOSE = {"action": "close", "direction": None, "invalidation": None}


class SternOnExits(PaperBroker):
    """Takes entries and refuses exits."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        if order.kind == "market":
            return Refused(order.client_id, "no exits today")
        return await super().submit(order, clearance)


class DeafToExits(PaperBroker):
    """Takes entries and never hears of exits."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        if order.kind == "market":
            raise TimeoutError
        return await super().submit(order, clearance)


def test_two_entries_of_one_instant_do_not_both_take_the_last_slot(tmp_path: Path) -> None:
    narrow = settings(postures__guerrilla__max_positions=1)
    told = Rehearsal(tmp_path, narrow).play(tape(BOTH), [*consent(), *consent(**SPY)])
    assert sorted(told.outcomes) == ["denied", "executed"]
    assert [ruling.code for ruling in told.all(GateRuled)] == ["CLEARED", "POSTURE_COUNT"]
    assert len(told.all(OrderIntended)) == 1


def test_a_stop_and_a_commander_that_close_at_one_instant_sell_what_is_held_once(tmp_path: Path) -> None:
    fall = "14:10:00 IBM 183.40 183.42\n14:11:00 IBM 182.80 182.82\n14:12:00 IBM 182.78 182.80"
    told = Rehearsal(tmp_path).play(tape(RISE, FILLED, fall), [*consent(), *consent(**CLOSE)])
    sold = sum(sent.quantity for sent in told.sent if sent.side == "sell")
    assert sold == 10 and told.held == {}


def test_a_refused_exit_is_alarmed_and_tried_again_only_after_a_minute(tmp_path: Path) -> None:
    stops = "\n".join(f"14:10:{second:02} IBM 183.40 183.42" for second in range(0, 60, 10))
    told = Rehearsal(tmp_path, paper=SternOnExits).play(
        tape(RISE, FILLED, stops, "14:11:00 IBM 183.40 183.42"), consent()
    )
    assert [alert.code for alert in told.all(RiskAlert)] == ["EXIT_REFUSED", "EXIT_REFUSED"]
    assert len(told.all(OrderIntended)) == 3


def test_an_exit_the_broker_never_had_is_found_out_and_sent_anew_under_a_new_name(tmp_path: Path) -> None:
    stops = "14:10:00 IBM 183.40 183.42\n14:15:00 IBM 183.40 183.42\n14:17:00 IBM 183.40 183.42"
    told = Rehearsal(tmp_path, paper=DeafToExits).play(tape(RISE, FILLED, stops), consent())
    lost = [fact.client_id for fact in told.all(OrderUnknown)]
    assert len(lost) == 2 and len(set(lost)) == 2
    assert told.all(OrderNotPlaced)[0].client_id == lost[0]
    assert "EXIT_UNKNOWN" in {alert.code for alert in told.all(RiskAlert)}


def test_every_unanswered_order_is_alarmed(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path, paper=Deaf).play(tape(RISE), consent())
    assert [alert.code for alert in told.all(RiskAlert)] == ["ORDER_UNKNOWN"]
