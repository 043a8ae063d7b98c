"""Outages of a whole desk on virtual time: what it sees, what it records, what it lets go, and how it comes back."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from core.desk.continuity import STATES
from core.errors import Transient
from core.facts.desk import DeskClosed, ExitTriggered, OperatingStateChanged
from core.facts.orders import OrderCancelled
from core.facts.risk import GateRuled, RiskAlert
from core.market.quotes import Quote
from core.ports.model import ChatRequest, Completion
from runtime.bootstrap import House
from runtime.operator import ask
from runtime.settings import Loaded
from tests.desks import FILLED, RISE, Act, Rehearsal, Told, consent, instant, kept, settings, tape
from tests.scenarios.test_denials import SPY
from tools.brokers.paper import PaperBroker


def live(**values: object) -> Loaded:
    """A desk for which silence of its feed counts; its quotes are ten seconds apart at most."""
    return settings(continuity__silence="counts", continuity__pace_seconds=10, **values)


def steady(first: str, last: str, every: int = 5) -> str:
    """Quotes of SPY that say always the same, from one time to another."""
    start, end = (instant(clock) // 10**9 % 86_400 for clock in (first, last))
    rows = (f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}" for at in range(start, end + 1, every))
    return "\n".join(f"{row} SPY 168.00 168.01" for row in rows)


def moves(told: Told) -> list[tuple[str | None, str | None, str]]:
    return [(each.ladder, each.rung, each.state) for each in told.all(OperatingStateChanged)]


def at_rungs(told: Told) -> list[tuple[float, str | None]]:
    """Seconds since 13:42, and the rung."""
    zero = instant("13:42:00")
    found = zip(told.at(OperatingStateChanged), told.all(OperatingStateChanged), strict=True)
    return [((at - zero) / 10**9, fact.rung) for at, fact in found]


def merged(*tables: str, source: str = "tape") -> list[Quote]:
    """Tables in order of time."""
    rows = sorted(row.strip() for table in tables for row in table.strip().splitlines())
    return tape("\n".join(rows), source=source)


def holding(after: str = "") -> list[Quote]:
    """A purchase that is filled at 13:42, in a market that is quoted all the time until then."""
    return merged(RISE, FILLED, steady("13:39:50", "13:42:00"), after)


def test_a_silent_feed_empties_the_desk_and_ends_it_and_everything_is_on_record(tmp_path: Path) -> None:
    quotes = holding("13:50:00 IBM 184.58 184.60")
    told = Rehearsal(tmp_path, live()).play(quotes, consent(), begin="13:39:50")
    assert at_rungs(told) == [(13, "limited"), (20, "safe"), (40, "shutdown")]
    (leaving,) = told.all(ExitTriggered)
    assert (leaving.reason, leaving.price, leaving.quantity) == ("safe", None, Decimal(10))
    assert [ruled.effect for ruled in told.all(GateRuled)] == ["increase", "reduce"]
    assert told.all(DeskClosed)[0].reason.startswith("shutdown: feed: no quote of US")
    severities = [alert.severity for alert in told.all(RiskAlert) if alert.code == "LADDER_FEED"]
    assert severities == ["warning", "critical", "critical"]


def test_the_desk_as_it_stood_is_kept_beside_the_record(tmp_path: Path) -> None:
    quotes = holding("13:50:00 IBM 184.58 184.60")
    told = kept(tmp_path, live()).play(quotes, consent(), begin="13:39:50")
    changes = told.all(OperatingStateChanged)
    assert changes[0].snapshot is None and changes[1].snapshot and changes[2].snapshot
    shown = msgspec.json.decode(asyncio.run(blob(tmp_path, changes[1].snapshot)))
    assert shown["positions"]["US:IBM"]["lots"][0]["quantity"] == "10" and shown["rungs"] == {"feed": "safe"}


async def blob(path: Path, digest: str) -> bytes:
    journal = kept(path).journal()
    try:
        return await journal.blob(digest) or b""
    finally:
        await journal.close()


def test_a_feed_that_comes_back_is_believed_rung_by_rung(tmp_path: Path) -> None:
    quotes = holding(steady("13:42:17", "13:43:00"))
    told = Rehearsal(tmp_path, live()).play(quotes, consent(), begin="13:39:50")
    assert at_rungs(told) == [(13, "limited"), (22, "normal")]
    assert told.all(ExitTriggered) == [] and told.held == {"US:IBM": Decimal(10)}


def test_the_gaps_of_a_recording_are_no_outages(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(tape(RISE, FILLED, "15:42:00 IBM 184.58 184.60"), consent())
    assert told.all(OperatingStateChanged) == []


def test_outside_its_hours_a_market_is_not_silent(tmp_path: Path) -> None:
    quotes = tape("19:59:55 IBM 184.00 184.02", "20:30:00 IBM 184.00 184.02")
    told = Rehearsal(tmp_path, live()).play(quotes, begin="19:59:55")
    assert told.all(OperatingStateChanged) == []


class Gone(PaperBroker):
    """Says what it holds until ten past, and not again before a quarter past."""

    async def positions(self) -> Mapping[str, Decimal]:
        if instant("14:10:00") <= self._clock.now() < instant("14:15:00"):
            await asyncio.sleep(3600)
        return await super().positions()


def test_a_silent_broker_closes_entries_and_is_left_through_once_it_is_back(tmp_path: Path) -> None:
    quotes = merged(RISE, FILLED, steady("14:09:00", "14:20:00", every=30), "14:18:00 IBM 184.58 184.60")
    told = Rehearsal(tmp_path, paper=Gone).play(quotes, consent())
    rungs = [rung for ladder, rung, _ in moves(told) if ladder == "broker"]
    assert rungs == ["limited", "restricted", "safe", "restricted", "limited", "normal"]
    first = told.at(OperatingStateChanged)[0]
    assert instant("14:10:03") <= first <= instant("14:10:03.500")
    assert told.held == {} and told.house.projections.state().operating == "normal"


class Generous(PaperBroker):
    """Tells of shares that nobody bought, for a minute."""

    async def positions(self) -> Mapping[str, Decimal]:
        held = dict(await super().positions())
        return {**held, "US:SPY": Decimal(5)} if instant("14:10") <= self._clock.now() < instant("14:11") else held


def confirm(at: str) -> Act:
    async def look(house: House) -> None:
        await ask(house.folder.socket, "confirm")

    return Act(at, look)


@pytest.mark.parametrize(("acts", "end"), [([], "restricted"), ([confirm("14:12:00")], "normal")])
def test_a_difference_between_journal_and_broker_waits_for_a_person(tmp_path: Path, acts: list[Act], end: str) -> None:
    quotes = merged(RISE, FILLED, steady("14:09:00", "14:14:00", every=10))
    told = Rehearsal(tmp_path, paper=Generous).play(quotes, consent(), acts)
    assert moves(told)[0] == ("mismatch", "restricted", "restricted")
    assert "5 US:SPY" in told.all(OperatingStateChanged)[0].reason
    assert told.house.projections.state().operating == end and told.held == {"US:IBM": Decimal(10)}


class Absent:
    """A provider that never answers."""

    name, label = "absent", "scripted"

    async def complete(self, request: ChatRequest) -> Completion:
        """Be unavailable."""
        raise Transient("nobody there")


def test_three_runs_without_a_seat_begin_an_outage_and_entries_are_closed(tmp_path: Path) -> None:
    shocks = "13:44:00 SPY 168.00 168.01\n13:45:00 SPY 168.60 168.61\n13:45:30 IBM 183.60 183.62"
    told = Rehearsal(tmp_path).play(
        tape(RISE, shocks, "13:46:20 IBM 183.60 183.62"), models={"analyst": Absent(), "verifier": Absent()}
    )
    assert told.outcomes == ["abstained"] * 3
    assert moves(told) == [("api", "limited", "limited"), ("api", "restricted", "restricted")]
    assert told.at(OperatingStateChanged) == [instant("13:45:35"), instant("13:46:00")]


def test_an_entry_that_waits_is_withdrawn_before_anything_is_closed(tmp_path: Path) -> None:
    spy = "13:42:02 SPY 168.60 168.61"
    quotes = holding(f"{spy}\n13:50:00 IBM 184.58 184.60")
    told = Rehearsal(tmp_path, live()).play(quotes, [*consent(), *consent(**SPY)], begin="13:39:50")
    assert [cancelled.client_id for cancelled in told.all(OrderCancelled)] == [told.sent[1].client_id]
    assert told.at(OrderCancelled)[0] == told.at(ExitTriggered)[0]
    assert told.names.index("ORDER_CANCELLED") > told.names.index("OPERATING_STATE_CHANGED")


def test_a_desk_that_was_shut_down_starts_in_safe_and_comes_back_slowly(tmp_path: Path) -> None:
    quotes = holding("13:50:00 IBM 184.58 184.60")
    kept(tmp_path, live()).play(quotes, consent(), begin="13:39:50")
    again = kept(tmp_path, live()).play(
        merged(steady("14:00:00", "14:04:00"), "14:00:30 IBM 184.58 184.60"), begin="14:00:00"
    )
    states = [each.state for each in again.all(OperatingStateChanged)]
    assert states == ["safe", "restricted", "limited", "normal"]
    assert again.held == {} and again.at(OperatingStateChanged)[1] == instant("14:01:00")


def test_a_desk_that_was_killed_on_a_rung_is_on_it_again(tmp_path: Path) -> None:
    desk = kept(tmp_path / "desk", live())
    quotes = holding("13:50:00 IBM 184.58 184.60")
    desk.play(quotes, consent(), [Act("13:42:15", lambda _house: desk.copy("cut"))], begin="13:39:50")
    again = kept(tmp_path / "cut", live()).play(merged(steady("13:42:20", "13:42:40"), source="x"), begin="13:42:20")
    assert [each.rung for each in again.all(OperatingStateChanged)] == ["normal"]
    assert again.at(OperatingStateChanged) == [instant("13:42:25")]


def test_an_outage_goes_the_same_way_twice(tmp_path: Path) -> None:
    quotes = holding("13:50:00 IBM 184.58 184.60")
    heads = {
        Rehearsal(tmp_path / name, live()).play(quotes, consent(), begin="13:39:50").summary.chain_head
        for name in ("one", "two")
    }
    assert len(heads) == 1


def test_what_the_desk_is_asked_shows_ladders_and_service_levels(tmp_path: Path) -> None:
    answers = []

    async def look(house: House) -> None:
        answers.append(await ask(house.folder.socket, "status"))

    Rehearsal(tmp_path).play(tape(RISE, FILLED), consent(), [Act("13:41:30", look)])
    (status,) = answers
    assert status["operating"] in STATES and status["ladders"] == {}
    levels = status["service_levels"]
    assert {"detection", "cycle", "analyze", "execute"} <= set(levels)
    assert levels["detection"]["level"] == {"target_ms": 50, "warning_ms": 100, "critical_ms": 200}
    assert levels["detection"]["windows"]["minute"]["count"] == 1
