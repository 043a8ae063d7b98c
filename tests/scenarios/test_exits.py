"""The protector is the one exit authority. It asks no model, and nothing that stops new risk stops an exit."""

from decimal import Decimal
from pathlib import Path

import pytest

from core.facts.desk import ExitTriggered
from core.facts.orders import OrderCancelled, OrderFilled
from core.facts.risk import GateRuled
from tests.desks import FILLED, RISE, Act, Rehearsal, Told, consent, instant, settings, tape
from tests.scenarios.test_denials import Trouble, latch, restrict

STOP = "13:50:00 IBM 183.40 183.42\n13:51:00 IBM 183.38 183.40"
TARGET = "13:50:00 IBM 189.10 189.12\n13:51:00 IBM 189.08 189.10"


def play(path: Path, after: str, *acts: Act) -> Told:
    return Rehearsal(path).play(tape(RISE, FILLED, after), consent(), acts)


def test_a_stop_that_is_reached_closes_the_holding_on_the_next_quote(tmp_path: Path) -> None:
    told = play(tmp_path, STOP)
    (triggered,) = told.all(ExitTriggered)
    assert (triggered.reason, triggered.price, triggered.level) == ("stop", Decimal("183.40"), Decimal("183.50"))
    sold = told.all(OrderFilled)[-1]
    assert (sold.side, sold.quantity) == ("sell", Decimal(10))
    assert (sold.price, sold.at) == (Decimal("183.38"), instant("13:51:00"))
    assert told.held == {} and told.house.projections.state().protections == {}


def test_a_target_that_is_reached_closes_it_too(tmp_path: Path) -> None:
    told = play(tmp_path, TARGET)
    assert [triggered.reason for triggered in told.all(ExitTriggered)] == ["target"]
    assert told.all(OrderFilled)[-1].price == Decimal("189.08") and told.held == {}


def test_an_exit_asks_nobody_and_passes_the_gate(tmp_path: Path) -> None:
    told = play(tmp_path, STOP)
    verdict = told.all(GateRuled)[-1]
    assert (verdict.effect, verdict.cleared, verdict.order) == ("reduce", True, told.sent[-1])
    assert told.names.count("MODEL_REPLIED") == 3


@pytest.mark.parametrize("after", [STOP, TARGET])
@pytest.mark.parametrize("trouble", [latch, restrict])
def test_neither_the_latch_nor_a_restricted_state_stops_an_exit(tmp_path: Path, after: str, trouble: Trouble) -> None:
    assert play(tmp_path, after, Act("13:45:00", trouble)).held == {}


def test_while_an_exit_is_on_its_way_no_second_one_is_sent(tmp_path: Path) -> None:
    nobody_buys = "\n".join(f"13:5{minute}:00 IBM - 183.42 183.40" for minute in range(5))
    told = play(tmp_path, nobody_buys)
    assert len(told.all(ExitTriggered)) == 1 and len(told.sent) == 2
    assert told.held == {"US:IBM": Decimal(10)}


def test_an_exit_waits_for_the_market_to_open(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(
        tape("19:50:00 IBM 184.00 184.02\n19:51:00 IBM 184.60 184.62\n19:52:00 IBM 184.58 184.60"
             "\n20:00:00 IBM 183.40 183.42"),
        consent(),
    )  # fmt: skip
    assert told.all(ExitTriggered) == []


def test_an_entry_nobody_fills_is_withdrawn_after_its_minutes(tmp_path: Path) -> None:
    waiting = "\n".join(f"13:4{minute}:00 IBM 184.70 184.72" for minute in range(2, 8))
    told = Rehearsal(tmp_path).play(tape(RISE, waiting), consent())
    assert [cancelled.client_id for cancelled in told.all(OrderCancelled)] == [told.sent[0].client_id]
    assert told.at(OrderCancelled) == [instant("13:46:00")]
    assert told.house.projections.state().working == ()


def test_how_long_an_entry_may_wait_is_configured(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path, settings(desk__entry_minutes=1)).play(
        tape(RISE, "13:42:00 IBM 184.70 184.72"), consent()
    )
    assert told.at(OrderCancelled) == [instant("13:42:00")]
