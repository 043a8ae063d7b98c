"""A veto ends a run at once and for good, whatever the analyst does."""

import asyncio
from pathlib import Path

import pytest

from core.facts.desk import RunSettled
from core.facts.signals import SignalGenerated
from core.facts.verdicts import Abstained, Analysis
from core.market.instants import SECOND
from core.ports.model import ChatRequest, Completion
from tests.desks import RISE, Rehearsal, Told, says, settings, tape
from tools.llm.offline.scripted import Scripted

MILLISECOND = SECOND // 1000


def veto(latency_ms: int) -> list[Scripted]:
    return [says("verifier", latency_ms, ruling="veto", reasons=["the news is stale"])]


def took(told: Told) -> int:
    (began,), (ended,) = told.at(SignalGenerated), told.at(RunSettled)
    return (ended - began) // MILLISECOND


def play(path: Path, *replies: Scripted) -> Told:
    return Rehearsal(path).play(tape(RISE), replies)


def test_an_analyst_still_thinking_is_cut_off_at_the_veto_and_not_at_its_deadline(tmp_path: Path) -> None:
    told = play(tmp_path, says("analyst", 1900), *veto(300))
    assert (told.settled.outcome, told.settled.reason) == ("vetoed", "the news is stale")
    assert told.all(Abstained) == [Abstained("analyst", "cancelled", "the verifier vetoed")]
    assert took(told) == 300


def test_a_veto_is_final_even_when_the_analyst_has_answered(tmp_path: Path) -> None:
    told = play(tmp_path, says("analyst"), *veto(1000))
    assert told.all(Analysis)[0].confidence == 86
    assert told.outcomes == ["vetoed"]
    assert took(told) == 1000


def test_a_veto_of_a_malformed_analysis_is_a_veto(tmp_path: Path) -> None:
    assert play(tmp_path, says("analyst", view="up"), *veto(0)).outcomes == ["vetoed"]


def test_a_veto_sends_nothing_and_asks_no_commander(tmp_path: Path) -> None:
    told = play(tmp_path, says("analyst"), *veto(0))
    assert told.sent == []
    assert "DECISION_MADE" not in told.names and "GATE_RULED" not in told.names
    assert (told.summary.vetoes, told.summary.abstained) == (1, 0)


class SlowToLeave:
    """A model that is told to stop and still needs a while to hang up."""

    name = label = "slow to leave"

    async def complete(self, request: ChatRequest) -> Completion:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.5)
        return Completion(text="", model=self.name)


@pytest.mark.parametrize("milliseconds", [2000, 2250, 2499])
def test_a_veto_while_a_late_analyst_still_hangs_up_is_a_veto(tmp_path: Path, milliseconds: int) -> None:
    patient = settings(models__tempos__combat__verifier__deadline_seconds=5)
    told = Rehearsal(tmp_path, patient).play(tape(RISE), veto(milliseconds), models={"analyst": SlowToLeave()})
    assert told.outcomes == ["vetoed"]
