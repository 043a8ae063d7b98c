"""What breaks inside a run ends that run as failed, with an alarm; what breaks the record ends the desk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from langgraph.graph import END, START, StateGraph

from core.facts.desk import RunSettled
from core.facts.risk import RiskAlert
from core.facts.signals import SignalGenerated
from core.record.envelope import Draft, Recorded
from graphs.state import CombatState, Desk
from runtime.bootstrap import House
from runtime.dispatch import Dispatch
from tests.agents.examples import EVENT
from tests.desks import FILLED, RISE, Act, Rehearsal, consent, says, tape
from tools.journals.memory import MemoryJournal
from tools.llm.offline.scripted import Scripted

SPY_RISE = "13:44:00 SPY 168.00 168.01\n13:45:00 SPY 168.60 168.61\n13:46:00 SPY 168.58 168.60"


@pytest.mark.parametrize("role", ["analyst", "verifier", "commander"])
def test_a_stage_that_breaks_settles_its_run_as_failed_and_the_desk_goes_on(tmp_path: Path, role: str) -> None:
    bad = Scripted(role=role, fault=RuntimeError("the seat is on fire"))  # type: ignore[arg-type]
    others = {"analyst": [says("verifier")], "verifier": [says("analyst")]}
    replies = [bad, *others.get(role, [says("analyst"), says("verifier")]), *consent("SPY", invalidation="167.50")]
    told = Rehearsal(tmp_path).play(tape(RISE, SPY_RISE), replies)
    first, second = told.all(RunSettled)
    assert (first.outcome, first.reason) == ("failed", "RuntimeError: the seat is on fire")
    assert second.outcome == "executed" and set(told.held) == {"US:SPY"}
    (alert,) = told.all(RiskAlert)
    assert (alert.code, alert.severity) == ("RUN_FAILED", "danger") and "the seat is on fire" in alert.done


async def forget(state: CombatState) -> CombatState:
    return {}


async def offer_to_the_forgetful(house: House) -> None:
    """Hand an accepted event to a dispatch whose graph never settles anything."""
    graph = StateGraph(CombatState, context_schema=Desk)
    graph.add_node("forget", forget)
    graph.add_edge(START, "forget")
    graph.add_edge("forget", END)
    forgetful = Dispatch(graph.compile(), house.desk, house.projections, 8, 8)
    signal = SignalGenerated(EVENT, "lost")
    (accepted,) = await house.projections.append(
        [Draft("market:US:IBM", "lost", house.clock.now(), signal, "lost", "lost")]
    )
    await forgetful.offer(accepted)
    await forgetful.drain()


def test_a_graph_that_ends_without_an_outcome_is_settled_as_failed(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(tape(FILLED), acts=[Act("13:41:30", offer_to_the_forgetful)])
    assert told.settled == RunSettled("lost", "failed", "the run ended without an outcome")
    assert [alert.code for alert in told.all(RiskAlert)] == ["RUN_FAILED"]


class Unwritable(MemoryJournal):
    """A journal that cannot write some facts, for as many times as it was told."""

    def __init__(self, wire_name: str, times: int) -> None:
        super().__init__()
        self.wire_name, self.left = wire_name, times

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        kinds = {str(draft.fact.__struct_config__.tag) for draft in drafts}
        if self.wire_name in kinds and self.left:
            self.left -= 1
            raise OSError(28, "no space left on device")
        return await super().append(drafts, expect=expect, durable=durable)


@pytest.mark.parametrize("fact", ["ANALYSIS_MADE", "GATE_RULED", "ORDER_INTENDED", "RUN_SETTLED"])
def test_a_fact_that_cannot_be_written_once_fails_the_run_and_sends_nothing_unrecorded(
    tmp_path: Path, fact: str
) -> None:
    replies = consent() if fact != "ANALYSIS_MADE" else consent()[:2]
    told = Rehearsal(tmp_path, journal=lambda: Unwritable(fact, 1)).play(tape(RISE, FILLED), replies)
    assert told.outcomes == ["failed"]
    assert len(told.sent) == told.names.count("ORDER_INTENDED")


def test_an_outcome_that_cannot_be_written_stops_the_desk(tmp_path: Path) -> None:
    desk = Rehearsal(tmp_path, journal=lambda: Unwritable("RUN_SETTLED", 100))
    with pytest.raises(ExceptionGroup) as stopped:
        desk.play(tape(RISE, FILLED, SPY_RISE), [*consent(), *consent("SPY", invalidation="167.50")])
    assert stopped.group_contains(OSError, match="no space left on device")
