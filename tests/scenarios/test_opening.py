"""What a desk refuses to open on, and how it opens when journal and broker disagree."""

import asyncio
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from core.errors import AegisError, BadInput, Halt, JournalBroken
from core.facts.desk import DeskOpened, OperatingStateChanged
from core.facts.orders import Order, OrderFilled
from core.facts.risk import GateRuled, RiskAlert
from core.market.instruments import Money
from core.record.envelope import client_id
from tests.desks import FILLED, RISE, Rehearsal, Told, consent, instant, kept, settings, tape
from tools.brokers.account import Accepted

STOP = "13:57:00 IBM 183.40 183.42\n13:58:00 IBM 183.38 183.40"
USD = Money(Decimal(0), "USD")


def trade_by_hand(folder: Path) -> None:
    """Somebody buys five SPY in the same account, past the desk."""
    order = Order(
        client_id=client_id("hand", "hand", "paper-1"),
        decision="hand",
        leg="hand",
        account="paper-1",
        symbol="SPY",
        market="US",
        currency="USD",
        side="buy",
        quantity=Decimal(5),
        kind="market",
    )
    at = instant("13:43:00")
    accepted = Accepted(order, "hand-1", "none", at, Decimal(168), at)
    filled = OrderFilled(
        client_id=order.client_id,
        fill_id="hand-1.1",
        symbol="SPY",
        market="US",
        side="buy",
        quantity=Decimal(5),
        price=Decimal(168),
        fee=USD,
        at=at,
    )
    with (folder / "paper-broker.jsonl").open("ab") as ledger:
        ledger.writelines(msgspec.json.encode(entry) + b"\n" for entry in (accepted, filled))


@pytest.fixture
def desk(tmp_path: Path) -> Rehearsal:
    """A desk that holds ten IBM and was closed in order."""
    desk = kept(tmp_path / "desk")
    assert desk.play(tape(RISE, FILLED), consent()).held == {"US:IBM": Decimal(10)}
    return desk


def refusal(desk: Rehearsal, kind: type[AegisError], begin: str = "13:45:00") -> str:
    """What the desk says when it does not open, whichever way the fault comes out."""
    try:
        desk.play(tape("13:50:00 IBM 184.58 184.60"), begin=begin)
    except kind as fault:
        return str(fault)
    except ExceptionGroup as group:
        (inner,) = group.exceptions
        assert isinstance(inner, kind)
        return str(inner)
    raise AssertionError("it opened")


def test_a_desk_that_disagrees_with_its_broker_opens_restricted_and_says_so(desk: Rehearsal) -> None:
    trade_by_hand(desk.path)
    told = desk.play(tape("13:50:00 IBM 184.58 184.60"))
    assert [change.state for change in told.all(OperatingStateChanged)] == ["restricted"]
    alert = next(alert for alert in told.all(RiskAlert) if alert.code == "DIVERGENCE")
    assert "US:SPY" in alert.done and "entries are closed" in alert.done


def test_entries_are_denied_then_and_exits_pass(desk: Rehearsal) -> None:
    trade_by_hand(desk.path)
    shock = "13:50:00 SPY 168.00 168.01\n13:50:00 IBM 184.58 184.60\n13:51:00 SPY 168.60 168.61"
    told = desk.play(tape(shock, STOP), consent("SPY", invalidation="167.50"))
    entry, leaving = told.all(GateRuled)
    assert (entry.code, leaving.code) == ("OPERATING_STATE", "CLEARED")
    assert told.outcomes == ["denied"] and told.held == {}


def test_once_they_agree_again_the_desk_opens_as_ever(desk: Rehearsal, tmp_path: Path) -> None:
    ledger = desk.path / "paper-broker.jsonl"
    before = ledger.read_bytes()
    trade_by_hand(desk.path)
    desk.play(tape("13:50:00 IBM 184.58 184.60"))
    ledger.write_bytes(before)
    told = desk.play(tape("14:00:00 IBM 184.58 184.60"))
    assert [change.state for change in told.all(OperatingStateChanged)] == ["normal"]


def test_a_folder_of_another_account_is_refused(desk: Rehearsal) -> None:
    other = kept(desk.path, settings(desk__account="paper-2"))
    assert "paper-1" in refusal(other, Halt) and "paper-2" in refusal(other, Halt)


def test_a_folder_of_another_mode_is_refused(desk: Rehearsal) -> None:
    said = refusal(kept(desk.path, settings(desk__mode="backtest")), BadInput)
    assert "in mode 'demo'" in said and "in mode 'backtest'" in said and "--state" in said


def test_a_clock_behind_the_journal_is_refused(desk: Rehearsal) -> None:
    said = refusal(desk, BadInput, begin="13:41:59")
    assert "already reaches 2013-10-04T13:42:00Z" in said and "it is 2013-10-04T13:41:59Z here" in said


def test_a_refused_start_writes_nothing(desk: Rehearsal) -> None:
    before = asyncio.run(_events(desk))
    refusal(desk, BadInput, begin="13:41:59")
    refusal(kept(desk.path, settings(desk__mode="backtest")), BadInput)
    assert asyncio.run(_events(desk)) == before


def test_a_changed_journal_starts_nothing_and_names_the_event(desk: Rehearsal) -> None:
    with closing(sqlite3.connect(desk.path / "journal.db")) as connection:
        connection.execute("UPDATE events SET body = replace(body, 'executed', 'rejected') WHERE type = 'RUN_SETTLED'")
        connection.commit()
        ((position,),) = connection.execute("SELECT position FROM events WHERE type = 'RUN_SETTLED'")
    said = refusal(desk, JournalBroken)
    assert f"does not verify: event {position}" in said and "aegis-agents journal verify" in said


async def _events(desk: Rehearsal) -> int:
    journal = desk.journal()
    head = await journal.head()
    await journal.close()
    return head.position


def test_every_start_records_who_opened_in_which_mode_with_which_configuration(desk: Rehearsal) -> None:
    told: Told = desk.play(tape("13:50:00 IBM 184.58 184.60"))
    (opened,) = told.all(DeskOpened)
    assert (opened.account, opened.mode, opened.profile, opened.posture) == ("paper-1", "demo", "demo", "guerrilla")
    assert opened.configuration == desk.loaded.settings.version
    assert opened.cash.amount == Decimal("98153.00")
