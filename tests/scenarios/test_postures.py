"""The posture inside the whole desk: half-hours of a session, orders of a person, emergencies, restarts, the mix."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from core.facts.desk import DeskOpened, PostureChanged
from core.facts.orders import OrderFilled
from core.facts.people import OperatorCommanded
from core.facts.risk import GateRuled
from core.facts.verdicts import Decision
from core.market.quotes import Quote
from core.record.envelope import Draft
from runtime.bootstrap import House
from runtime.narrator import Narrator
from runtime.operator import ask
from tests.desks import CALM, FILLED, RISE, Act, Rehearsal, Told, consent, instant, kept, says, settings, tape
from tests.samples import SAMPLES

UP: Callable[[int], Decimal] = lambda minute: Decimal("168.00") + Decimal(minute + minute % 2 * 2) / 100  # noqa: E731
FLAT: Callable[[int], Decimal] = lambda minute: Decimal("168.00") + Decimal(minute % 2) / 100  # noqa: E731


def clock(minute: int) -> str:
    """So many minutes after the opening, 13:30 UTC."""
    return f"{13 + (30 + minute) // 60}:{(30 + minute) % 60:02}:00"


def market(until: int, price: Callable[[int], Decimal], *levels: tuple[int, str]) -> list[Quote]:
    """SPY every minute from the opening on, and levels of the index at some minutes."""
    rows = [(minute, f"SPY {price(minute)} {price(minute) + Decimal('0.01')}") for minute in range(until)]
    rows += [(minute, f"VIX - - {level}") for minute, level in levels]
    return tape("\n".join(f"{clock(minute)} {row}" for minute, row in sorted(rows, key=lambda row: row[0])))


def steadily(until: int, level: str) -> list[tuple[int, str]]:
    return [(minute, level) for minute in range(0, until, 10)]


def quiet(**values: object) -> Any:
    """A desk that nothing wakes, with fresh levels only."""
    asleep = {
        f"signals__{kind}": value
        for kind, value in {
            "price_shock__threshold_pct": 50,
            "breakout__margin_pct": 50,
            "osma_turn__turn_bp": 1000,
            "rsi_extreme__upper": 100,
            "rsi_extreme__lower": 0,
        }.items()
    }
    return settings(**{"postures__switching__stale_minutes": 15, **asleep, **values})


def moves(told: Told) -> list[tuple[str, str, str]]:
    """When, from where and to where."""
    at = [f"{(moment - instant('13:30:00')) // 60_000_000_000}" for moment in told.at(PostureChanged)]
    return [(when, change.before, change.after) for when, change in zip(at, told.all(PostureChanged), strict=True)]


def test_without_a_level_of_the_index_the_desk_becomes_defensive_and_says_so(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path, quiet()).play(market(32, FLAT))
    assert moves(told) == [("30", "guerrilla", "defensive")]
    (change,) = told.all(PostureChanged)
    assert change.why == "vix is not known" and "vix" not in change.figures and "range_pct" in change.figures
    said: list[str] = []
    narrator = Narrator(said.append)
    for recorded in told.recorded:
        narrator.hear(recorded)
    assert said[2] == "10-04 14:00Z  POSTURE  guerrilla to defensive (automatic, by the rules): vix is not known"


def test_a_calm_rising_market_loosens_after_the_dwell_on_a_half_hour(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path, quiet()).play(market(65, UP, *steadily(65, "13.50")))
    assert moves(told) == [("60", "guerrilla", "offensive")]
    assert told.all(PostureChanged)[0].figures["vix"] == Decimal("13.50")


def test_an_old_level_is_no_level(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path, quiet()).play(market(32, UP, (0, "13.50")))
    assert [change.why for change in told.all(PostureChanged)] == ["vix is not known"]


def test_fear_is_believed_at_once_and_its_end_late(tmp_path: Path) -> None:
    levels = [(20, "26"), (50, "24.80"), (80, "24.80"), (85, "24.80"), (100, "24.80"), (110, "24"), (119, "24")]
    told = Rehearsal(tmp_path, quiet()).play(market(125, FLAT, *levels))
    assert moves(told) == [("30", "guerrilla", "defensive"), ("120", "defensive", "guerrilla")]


def test_nothing_is_looked_at_while_the_market_is_closed(tmp_path: Path) -> None:
    rows = [f"2{minute // 60}:{minute % 60:02}:00 SPY 168.00 168.01" for minute in range(0, 90, 5)]
    assert moves(Rehearsal(tmp_path, quiet()).play(tape("\n".join(rows)))) == []


STOP = "13:50:00 IBM 183.40 183.42\n13:51:00 IBM 183.38 183.40"
SECOND = """
    13:53:00  SPY  168.00 168.01
    13:54:00  SPY  168.60 168.61
    13:55:00  SPY  168.58 168.60
    14:02:00  SPY  167.40 167.41
    14:03:00  SPY  167.38 167.40
"""
THIRD = """
    14:05:00  IBM  184.00 184.02
    14:06:00  IBM  184.60 184.62
    14:07:00  IBM  184.58 184.60
    14:14:00  IBM  183.40 183.42
    14:15:00  IBM  183.38 183.40
"""
NEXT = "14:15:10 IBM 183.38 183.40"


def test_three_stop_losses_in_a_row_are_an_emergency_at_the_next_price(tmp_path: Path) -> None:
    eager = settings(signals__price_shock__cooldown_minutes=1)
    spy = consent("SPY", invalidation="167.50")
    told = Rehearsal(tmp_path, eager).play(
        tape(CALM, RISE, FILLED, STOP, SECOND, THIRD, NEXT), [*consent(), *spy, *consent()]
    )
    lost = [fill for fill in told.all(OrderFilled) if fill.side == "sell"]
    assert len(lost) == 3
    (change,) = told.all(PostureChanged)
    assert (change.after, change.cause, change.why) == ("defensive", "emergency", "3 stop-losses in a row")
    assert told.at(PostureChanged)[0] - lost[-1].at <= 10 * 10**9
    assert change.until == told.at(PostureChanged)[0] + 120 * 60 * 10**9


HELD: dict[str, Any] = {"action": "hold", "direction": None}


def test_three_failures_in_a_row_are_one_too(tmp_path: Path) -> None:
    eager = settings(signals__price_shock__cooldown_minutes=1)
    tables = [f"13:4{minute}:00 IBM {price} {price}" for minute, price in enumerate((184, 185, 186, 187, 187))]
    late = [says("verifier", 60_000), says("analyst", 60_000)] * 3
    told = Rehearsal(tmp_path, eager).play(tape(CALM, *tables), late)
    assert told.outcomes[:3] == ["abstained"] * 3
    assert [(change.after, change.why) for change in told.all(PostureChanged)] == [
        ("defensive", "3 failures in a row: abstained, abstained, abstained")
    ]


def order(posture: str, minutes: int, answers: list[Any]) -> Callable[[House], object]:
    async def send(house: House) -> None:
        path = house.folder.socket
        answers.append(await ask(path, "posture", posture=posture, reason="results tonight", minutes=minutes))
        answers.append(await ask(path, "status"))

    return send


def test_a_person_orders_a_posture_for_a_time_and_it_binds_the_next_entry(tmp_path: Path) -> None:
    answers: list[Any] = []
    later = "13:42:30 IBM 184.58 184.60\n13:43:00 IBM 184.58 184.60"
    told = Rehearsal(tmp_path).play(
        tape(CALM, RISE, FILLED, later), consent(), [Act("13:40:10", order("defensive", 2, answers))]
    )
    who = told.all(OperatorCommanded)[0].who
    first, second = told.all(PostureChanged)
    assert (first.after, first.cause, first.why, first.by) == ("defensive", "manual", "results tonight", who)
    assert (second.after, second.cause) == ("guerrilla", "expired")
    assert told.at(PostureChanged) == [instant("13:40:10"), instant("13:42:30")]
    assert answers[0] == {"result": "defensive until 2013-10-04T13:42:10Z, before it guerrilla: results tonight"}
    assert answers[1]["posture"] == "defensive" and answers[1]["stance"]["cause"] == "manual"
    assert told.all(Decision)[0].posture == "defensive"
    checks = {check.code: check.limit for check in told.all(GateRuled)[0].checks}
    assert (checks["POSTURE_SIZE"], checks["ORDER_MIX"]) == ("1.5 %", "100 %")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"posture": "reckless", "reason": "x", "minutes": 5}, "a posture is one of offensive, guerrilla, defensive"),
        ({"posture": ["offensive"], "reason": "x", "minutes": 5}, "a posture is one of"),
        ({"posture": "offensive", "minutes": 5}, "needs a reason and how many minutes"),
        ({"posture": "offensive", "reason": "x", "minutes": True}, "needs a reason and how many minutes"),
        ({"posture": "offensive", "reason": "x", "minutes": 10**9}, "an order lasts from 1 to 480 minutes"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_recorded(tmp_path: Path, said: dict[str, Any], why: str) -> None:
    answers: list[Any] = []

    async def send(house: House) -> None:
        answers.append(await ask(house.folder.socket, "posture", **said))

    told = Rehearsal(tmp_path).play(tape(CALM, RISE), acts=[Act("13:39:30", send)], replies=consent(**HELD))
    assert told.all(PostureChanged) == [] and why in answers[0]["error"]
    (command,) = told.all(OperatorCommanded)
    assert command.result == answers[0]["error"]


def test_a_restart_keeps_the_posture_its_dwell_and_a_persons_order(tmp_path: Path) -> None:
    desk = kept(tmp_path / "desk", quiet())
    desk.play(market(32, FLAT))
    early = [quote for quote in market(85, FLAT, *steadily(85, "18")) if quote.at > instant("14:20:00")]
    again = desk.play(early, acts=[Act("14:25:00", order("guerrilla", 30, []))])
    assert again.all(DeskOpened)[0].posture == "defensive"
    assert moves(again) == [("55", "defensive", "guerrilla")]
    late = [quote for quote in market(100, FLAT, *steadily(100, "18")) if quote.at > instant("14:56:00")]
    third = desk.play(late, begin="14:55:00")
    assert third.all(DeskOpened)[0].posture == "guerrilla"
    assert [(change.cause, change.after) for change in third.all(PostureChanged)] == [("expired", "defensive")]


def test_the_tenth_entry_of_a_guerrilla_goes_to_the_market(tmp_path: Path) -> None:
    sample = SAMPLES["GATE_RULED"]
    assert isinstance(sample, GateRuled)
    limited = structs.replace(sample, expires=0)

    async def nine(house: House) -> None:
        now = house.clock.now()
        drafts = [Draft("run:x", f"nine.{number}", now, limited, "x", "x") for number in range(9)]
        await house.projections.append(drafts)

    told = Rehearsal(tmp_path).play(tape(CALM, RISE, FILLED), consent(), [Act("13:40:30", nine)])
    assert [(sent.kind, sent.limit) for sent in told.sent] == [("market", None)]
    assert told.held == {"US:IBM": Decimal(10)}


def test_two_plays_of_one_story_change_the_posture_alike(tmp_path: Path) -> None:
    story = market(125, FLAT, (20, "26"), (80, "18"), (119, "18"))
    one, other = (replace(Rehearsal(tmp_path / name), loaded=quiet()).play(story) for name in ("one", "other"))
    assert moves(one) and one.summary.chain_head == other.summary.chain_head
