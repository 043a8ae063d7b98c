"""A desk that was cut and starts again: the record goes on, nothing is ordered twice, books and broker agree.

A folder is copied in the middle of a story; the copy is what a process that is killed at that instant leaves behind.
"""

import asyncio
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from core.facts.desk import OperatingStateChanged, ProtectionSet, RunSettled
from core.facts.orders import Order, OrderFilled, OrderNotPlaced, OrderPlaced
from core.ports.broker import Answer
from core.risk.clearance import Clearance
from tests.desks import FILLED, RISE, Act, Rehearsal, Told, consent, instant, kept, says, tape
from tests.scenarios.test_silent_broker import Slow
from tools.brokers.paper import PaperBroker
from tools.llm.offline.scripted import Scripted

AFTER = "13:47:00 IBM 184.58 184.60"


class Distant(PaperBroker):
    """Gets an order only after two seconds."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        await asyncio.sleep(2)
        return await super().submit(order, clearance)


def cut(path: Path, at: str, replies: Sequence[Scripted], paper: type[PaperBroker] = PaperBroker) -> Rehearsal:
    """A desk that was killed at an instant."""
    desk = kept(path / "desk", paper=paper)
    desk.play(tape(RISE, FILLED), replies, [Act(at, lambda _house: desk.copy("cut"))])
    return kept(path / "cut")


def thinking() -> list[Scripted]:
    return [says("analyst", 1500), says("verifier", 200), says("commander", 500)]


def agrees(told: Told) -> bool:
    """Books and broker say the same, and the record is whole."""
    house = told.house
    same = told.held == asyncio.run(house.paper.positions())
    return same and house.projections.state().cash == asyncio.run(house.paper.cash())


@pytest.mark.parametrize("at", ["13:41:00.100", "13:41:01", "13:41:01.999"])
def test_a_run_that_was_cut_is_abandoned_and_never_taken_up_again(tmp_path: Path, at: str) -> None:
    again = cut(tmp_path, at, thinking()).play(tape(AFTER))
    (settled,) = again.all(RunSettled)
    assert settled.outcome == "abandoned"
    assert again.sent == [] and again.held == {} and agrees(again)


def test_an_order_that_stood_at_the_broker_goes_on_and_is_booked(tmp_path: Path) -> None:
    again = cut(tmp_path, "13:41:30", consent()).play(tape(AFTER))
    assert again.all(RunSettled) == []
    assert len(again.sent) == 1 and again.held == {"US:IBM": Decimal(10)} and agrees(again)


def test_an_intent_that_the_broker_took_without_our_hearing_it_is_found_and_not_sent_again(tmp_path: Path) -> None:
    again = cut(tmp_path, "13:41:01", consent(), Slow).play(tape(AFTER))
    assert [placed.broker_id for placed in again.all(OrderPlaced)] == ["paper-1"]
    assert [settled.outcome for settled in again.all(RunSettled)] == ["abandoned"]
    assert len(again.sent) == 1 and again.held == {"US:IBM": Decimal(10)} and agrees(again)


def test_an_intent_that_never_reached_the_broker_is_given_up(tmp_path: Path) -> None:
    again = cut(tmp_path, "13:41:01", consent(), Distant).play(tape(AFTER))
    assert len(again.all(OrderNotPlaced)) == 1
    assert again.sent == [] and again.held == {} and agrees(again)


def test_what_the_broker_executed_meanwhile_is_booked_and_protected_before_anything_else(tmp_path: Path) -> None:
    desk = cut(tmp_path, "13:41:30", consent())
    shutil.copy(tmp_path / "desk" / "paper-broker.jsonl", desk.path)
    again = desk.play(tape("13:57:00 IBM 183.40 183.42\n13:58:00 IBM 183.38 183.40"), begin="13:48:00")
    bought, sold = again.all(OrderFilled)
    assert again.at(OrderFilled)[0] == instant("13:48:00") and bought.at == instant("13:42:00")
    assert again.at(ProtectionSet) == [instant("13:48:00")]
    assert again.all(OperatingStateChanged) == []
    assert sold.side == "sell" and again.held == {} and agrees(again)


def test_the_journal_is_continued_and_verifies_across_the_cut(tmp_path: Path) -> None:
    desk = cut(tmp_path, "13:41:01", thinking())
    first, second = desk.play(tape(AFTER)), desk.play(tape("13:55:00 IBM 184.58 184.60"))
    assert second.recorded[0].position == first.summary.journal_events + 1
    assert [fact for fact in second.names if fact.startswith("DESK")] == ["DESK_OPENED", "DESK_CLOSED"]
    verified = asyncio.run(_verify(desk))
    assert verified == (None, second.summary.journal_events)


async def _verify(desk: Rehearsal) -> tuple[int | None, int]:
    journal = desk.journal()
    verified = await journal.verify()
    await journal.close()
    return verified.broken, verified.events


def test_profit_is_counted_from_the_first_start_on(tmp_path: Path) -> None:
    desk = cut(tmp_path, "13:41:30", consent())
    again = desk.play(tape(AFTER))
    assert again.summary.pnl == {"USD": "-1.10"}
    assert desk.play(tape("13:55:00 IBM 184.70 184.72")).summary.pnl == {"USD": "0.10"}
