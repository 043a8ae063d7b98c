"""The gate says no inside the whole desk: the run ends as denied, the code is recorded, the broker hears nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from core.desk.weighing import Approval
from core.facts.desk import OperatingStateChanged, RunSettled
from core.facts.risk import GateRuled, RiskAlert
from core.facts.verdicts import Decision, Verification
from core.market.quotes import Quote
from core.record.envelope import Draft
from core.risk.checks import Request
from core.risk.gate import Denied, review
from graphs.ruling import view_of
from runtime.bootstrap import House
from runtime.settings import Loaded
from tests.desks import FILLED, RISE, Act, Rehearsal, Told, consent, says, settings, tape
from tools.llm.offline.scripted import Scripted

LATER = "13:41:00 IBM 184.60 184.62"
SPY_RISE = "13:44:00 SPY 168.00 168.01\n13:45:00 SPY 168.60 168.61"
SPY = {"symbol": "SPY", "invalidation": "167.50"}


@dataclass
class Case:
    """What happens, and who says what."""

    quotes: Sequence[Quote] = field(default_factory=lambda: tape(RISE))
    replies: Sequence[Scripted] = field(default_factory=consent)
    acts: Sequence[Act] = ()
    loaded: Loaded = field(default_factory=settings)
    sent: int = 0
    """Orders that left before the one that is denied."""


Trouble = Callable[[House], object]


def latch(house: House) -> None:
    house.folder.set_latch("a test")


async def restrict(house: House) -> None:
    fact = OperatingStateChanged("restricted", "a test")
    await house.projections.append([Draft("desk", "restricted", house.clock.now(), fact, "test", "test")])


def slowly(analyst: int = 0, verifier: int = 0, commander: int = 0, **verdict: Any) -> list[Scripted]:
    return [says("analyst", analyst), says("verifier", verifier, **verdict), says("commander", commander)]


CASES = {
    "DATA_QUALITY": Case(
        tape("13:40:00 IBM 184.00 184.02", *(f"13:40:{second} IBM 184.01 184.00" for second in range(10, 16)), LATER)
    ),
    "KILL_LATCHED": Case(acts=[Act("13:40:30", latch)]),
    "OPERATING_STATE": Case(acts=[Act("13:40:30", restrict)]),
    "MARKET_CLOSED": Case(
        tape("19:58:00 IBM 184.00 184.02\n19:59:59 IBM 184.60 184.62"), slowly(analyst=200, commander=900)
    ),
    "QUOTE_STALE": Case(tape("13:40:00 IBM 184.00 184.02\n13:41:00 IBM 184.60 184.62 - 40")),
    "CONFIDENCE": Case(replies=consent(confidence=79)),
    "APPROVAL_EXPIRED": Case(
        replies=slowly(analyst=1000, verifier=100, commander=500), loaded=settings(risk__approval_seconds=1)
    ),
    "APPROVAL_DIRECTION": Case(replies=slowly(directions=["short"])),
    "APPROVAL_PRICE": Case(tape(RISE, "13:41:01 IBM 185.60 185.62"), slowly(analyst=1500)),
    "POSTURE_COUNT": Case(
        tape(RISE, FILLED, SPY_RISE),
        [*consent(), *consent(**SPY)],
        loaded=settings(postures__guerrilla__max_positions=1),
        sent=1,
    ),
    "DAY_LOSS": Case(
        tape(RISE, FILLED, "13:50:00 IBM 183.60 183.62", SPY_RISE.replace("13:4", "13:5")),
        [*consent(), *consent(**SPY)],
        loaded=settings(risk__day_loss_pct=-0.01, signals__exit_near__within_pct=1),
        sent=1,
    ),
}


def play(path: Path, case: Case) -> Told:
    told = Rehearsal(path, case.loaded).play(case.quotes, case.replies, case.acts)
    assert told.outcomes == ["executed"] * case.sent + ["denied"]
    assert len(told.sent) == case.sent
    return told


@pytest.mark.parametrize("code", CASES)
def test_a_check_that_says_no_is_recorded_and_nothing_is_sent(tmp_path: Path, code: str) -> None:
    told = play(tmp_path, CASES[code])
    verdict = told.all(GateRuled)[-1]
    assert (verdict.cleared, verdict.code) == (False, code)
    assert told.names.count("ORDER_INTENDED") == CASES[code].sent
    assert told.summary.denied == 1


def test_a_denial_is_told_in_words(tmp_path: Path) -> None:
    told = play(tmp_path, CASES["CONFIDENCE"])
    assert told.settled.reason == "CONFIDENCE: The commander's confidence is 79; at least 80 is needed."


def test_the_loss_of_the_day_is_alarmed_once_before_it_denies(tmp_path: Path) -> None:
    told = play(tmp_path, CASES["DAY_LOSS"])
    assert [alert.code for alert in told.all(RiskAlert)] == ["DAY_LOSS"]
    assert told.names.index("RISK_ALERT") < [i for i, name in enumerate(told.names) if name == "GATE_RULED"][1]


TOO_SMALL = {
    "quote_missing": Case(tape("13:40:00 IBM 184.00 184.02\n13:41:00 IBM 184.60 - 184.61")),
    "fat_finger": Case(loaded=settings(risk__fat_finger_pct="0.05")),
    "posture": Case(
        tape(RISE, FILLED, "14:20:00 IBM 184.00 184.02\n14:21:00 IBM 184.60 184.62"),
        [*consent(), *consent(action="add")],
        sent=1,
    ),
}


@pytest.mark.parametrize("clamp", TOO_SMALL)
def test_what_sizing_shrinks_to_nothing_is_denied_and_says_what_took_it(tmp_path: Path, clamp: str) -> None:
    told = play(tmp_path, TOO_SMALL[clamp])
    reason = told.all(RunSettled)[-1].reason
    assert reason.startswith("TOO_SMALL: nothing is left after") and clamp in reason
    assert len(told.all(GateRuled)) == len(told.sent)


OTHER = {"decision": "another"}
UNSIZED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "APPROVAL_SIZE": ("0.5", {**OTHER, "quantity": Decimal(6)}, {}),
    "POSTURE_SIZE": ("1", OTHER, {}),
    "FAT_FINGER": ("0.5", OTHER, {"risk__fat_finger_pct": 1}),
    "DUPLICATE_INTENT": ("0.5", {}, {}),
}


@pytest.mark.parametrize("code", UNSIZED)
def test_an_order_that_no_sizing_would_have_written_is_denied_all_the_same(tmp_path: Path, code: str) -> None:
    factor, changes, limits = UNSIZED[code]
    ruled: list[Denied] = []

    async def ask_again(house: House) -> None:
        facts = [event.fact async for event in house.projections.read()]
        (verification,) = [fact for fact in facts if isinstance(fact, Verification)]
        (decision,) = [fact for fact in facts if isinstance(fact, Decision)]
        (ticket,) = house.projections.state().working
        order = structs.replace(ticket.order, **changes)
        approval = Approval(verification, verification.answered + 30_000_000_000)
        request = Request(order, decision, approval, verification.briefing)
        answer = review(request, view_of(house.desk, "US", "US:IBM"))
        assert isinstance(answer, Denied)
        ruled.append(answer)

    replies = slowly(size_factor=factor)
    Rehearsal(tmp_path, settings(**limits)).play(tape(RISE, FILLED), replies, [Act("13:41:01", ask_again)])
    assert [denied.code for denied in ruled] == [code]
