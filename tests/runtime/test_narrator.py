"""What the desk says while it works, in lines that a person understands."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from core.facts.catalogue import Fact
from core.facts.desk import Outcome, RunSettled
from core.facts.signals import SignalGenerated
from core.facts.verdicts import Abstained
from core.record.sealing import Tip
from runtime.narrator import Narrator
from tests.desks import FILLED, RISE, Rehearsal, consent, says, tape
from tests.samples import EVENT, RUN, SAMPLES, draft

LINES = {
    "DESK_OPENED": "DESK     opens: account paper, mode demo, posture guerrilla, 100,000.00 USD in cash; release 0.1.0",
    "DAY_OPENED": "DAY      2013-10-04 begins with 100,000.00 USD",
    "DECISION_MADE": r"DECISION IBM: open long, 85 % sure \(source not recorded\): Follow the move with a near stop.",
    "ORDER_INTENDED": r"ORDER    buy 54 IBM limit 184.10  \[[A-Z2-7]{16}\]",
    "ORDER_REJECTED": r"REJECTED \[[A-Z2-7]{16}\] by the broker: no such instrument",
    "ORDER_UNKNOWN": r"UNKNOWN  \[[A-Z2-7]{16}\] no answer within 10 s; it is not sent again",
    "ORDER_FILLED": "FILL     bought 54 IBM at 184.06, fee 0.27 USD",
    "ORDER_CANCELLED": r"CANCEL   \[[A-Z2-7]{16}\] the day ended",
    "PROTECTION_SET": r"GUARD    IBM: stop 181.20 \(entry\)",
    "EXIT_TRIGGERED": "STOP-OUT IBM at 181.19 reached its stop 181.20: closing 54",
    "POSTURE_CHANGED": r"POSTURE  guerrilla to defensive \(automatic, by the rules\): vix 27.30",
    "SERVICE_LEVEL_MISSED": "SLOW     detection took 120 ms, its target is 50 ms; missed 2 times in a row",
    "RISK_ALERT": "ALERT    DAY_LOSS: -3.1 against -3.0; no new risk today",
}
SILENT = SAMPLES.keys() - LINES.keys()


def heard(*facts: Fact) -> list[str]:
    said: list[str] = []
    narrator, tip = Narrator(said.append), Tip()
    for number, fact in enumerate(facts):
        recorded, _ = tip.seal(draft(fact, f"{RUN}.{number}"))
        narrator.hear(recorded)
    return said


@pytest.mark.parametrize("name", LINES)
def test_a_fact_that_matters_to_a_person_has_its_line(name: str) -> None:
    (line,) = heard(SAMPLES[name])
    assert re.fullmatch(f"10-04 14:10Z  {LINES[name]}", line), line


@pytest.mark.parametrize("name", sorted(SILENT))
def test_all_others_say_nothing_by_themselves(name: str) -> None:
    assert heard(SAMPLES[name]) == []


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        ("vetoed", "VETO"),
        ("abstained", "ABSTAIN"),
        ("denied", "DENIED"),
        ("superseded", "SHED"),
        ("abandoned", "CUT"),
        ("failed", "FAILED"),
    ],
)
def test_a_run_that_ends_without_a_decision_says_why(outcome: Outcome, word: str) -> None:
    (line,) = heard(SAMPLES["SIGNAL_GENERATED"], RunSettled(RUN, outcome, "the reason"))
    assert re.fullmatch(rf"10-04 14:10Z  {word} +IBM \+1.20 % in None min: the reason", line) or "the reason" in line


def test_an_abstention_says_who_and_why() -> None:
    (line,) = heard(Abstained("verifier", "late", "no answer within 1.5 s"), RunSettled(RUN, "abstained", "?"))
    assert line.endswith("verifier late: no answer within 1.5 s")


def test_a_decision_says_where_it_came_from(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(tape(RISE, FILLED), consent())
    said: list[str] = []
    narrator = Narrator(said.append)
    for event in told.recorded:
        narrator.hear(event)
    assert "85 % sure (scripted):" in next(line for line in said if "DECISION" in line)


def test_a_whole_story_reads_as_one(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(tape(RISE, FILLED), consent())
    said: list[str] = []
    narrator = Narrator(said.append)
    for event in told.recorded:
        narrator.hear(event)
    assert [line[14:22].strip() for line in said] == ["DESK", "DAY", "DECISION", "ORDER", "FILL", "GUARD"]


def test_a_denial_by_the_gate_names_check_figure_and_limit(tmp_path: Path) -> None:
    replies = [says("analyst"), says("verifier"), says("commander", confidence=79)]
    told = Rehearsal(tmp_path).play(tape(RISE), replies)
    said: list[str] = []
    narrator = Narrator(said.append)
    for event in told.recorded:
        narrator.hear(event)
    assert said[-1].endswith("DENIED   buy 10 IBM: CONFIDENCE, found 79, limit 80")


@pytest.mark.parametrize(
    ("kind", "figures", "words"),
    [
        ("price_shock", {"change_pct": "0.331", "window_minutes": "10"}, "+0.33 % in 10 min"),
        ("breakout", {}, "breakout"),
        ("osma_turn", {}, "osma turn"),
        ("volume_surge", {"volume_ratio": "7.24"}, "volume 7.2 times the usual"),
        ("rsi_extreme", {"rsi": "86.7"}, "RSI 87"),
        ("exit_near", {"stop": "183.5", "way_left_pct": "18.2"}, "near its stop 183.5 (18 % of the way left)"),
        ("exit_near", {"target": "190", "way_left_pct": "18"}, "near its target 190 (18 % of the way left)"),
        ("vix_band", {"vix": "25.3", "vix_edge": "25"}, "volatility index 25.3 across 25"),
        ("headline", {"news_score": "-0.6"}, "headline of tone -0.6"),
        ("headline", {}, "headline"),
    ],
)
def test_a_decision_says_what_woke_the_desk(kind: Any, figures: dict[str, str], words: str) -> None:
    event = structs.replace(EVENT, kind=kind, figures={name: Decimal(value) for name, value in figures.items()})
    (line,) = heard(SignalGenerated(event, RUN), SAMPLES["DECISION_MADE"])
    assert f"DECISION IBM {words}: " in line
    assert EVENT.text[0] not in line
