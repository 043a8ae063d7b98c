"""Every outcome a run can have is reached, each by a story, and no accepted event ever ends in none or in two."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from core.facts.desk import Outcome, RunSettled
from core.facts.orders import Order
from core.facts.signals import SignalGenerated
from core.ports.broker import Answer, Refused
from core.risk.clearance import Clearance
from tests.desks import FILLED, HOLD, RISE, Rehearsal, Told, consent, says, settings, tape
from tests.scenarios.test_restart import cut, thinking
from tests.scenarios.test_silent_broker import Deaf
from tools.brokers.paper import PaperBroker
from tools.llm.offline.scripted import Scripted

BOTH = "13:40:00 IBM 184.00 184.02\n13:40:00 SPY 168.00 168.01\n13:41:00 IBM 184.60 184.62\n13:41:00 SPY 168.60 168.61"
THREE = f"{BOTH}\n13:41:01 IBM 183.90 183.92"


class Stern(PaperBroker):
    """Refuses whatever is asked of it."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        return Refused(order.client_id, "not today")


def superseded(path: Path) -> Told:
    slow = [says("analyst", 1500), says("verifier"), says("commander", **HOLD)]
    return Rehearsal(path, settings(desk__queue=1, desk__at_once=1)).play(tape(THREE), [*slow, *consent(**HOLD)])


STORIES: dict[Outcome, Callable[[Path], Told]] = {
    "executed": lambda path: Rehearsal(path).play(tape(RISE, FILLED), consent()),
    "held": lambda path: Rehearsal(path).play(tape(RISE), consent(**HOLD)),
    "vetoed": lambda path: Rehearsal(path).play(tape(RISE), [says("analyst"), says("verifier", ruling="veto")]),
    "abstained": lambda path: Rehearsal(path).play(tape(RISE), [says("analyst", 3000), says("verifier")]),
    "denied": lambda path: Rehearsal(path).play(tape(RISE), consent(confidence=79)),
    "rejected": lambda path: Rehearsal(path, paper=Stern).play(tape(RISE), consent()),
    "unknown": lambda path: Rehearsal(path, paper=Deaf).play(tape(RISE), consent()),
    "superseded": superseded,
    "abandoned": lambda path: cut(path, "13:41:01", thinking()).play(tape("13:47:00 IBM 184.58 184.60")),
    "failed": lambda path: Rehearsal(path).play(tape(RISE), [Scripted(fault=KeyError("?")), Scripted("{}")]),
}


def test_there_is_a_story_for_every_outcome() -> None:
    assert STORIES.keys() == set(get_args(Outcome))


@pytest.mark.parametrize("outcome", STORIES)
def test_the_outcome_is_reached_and_is_the_only_one_of_its_run(tmp_path: Path, outcome: Outcome) -> None:
    told = STORIES[outcome](tmp_path)
    assert outcome in told.outcomes
    assert set(Counter(settled.run for settled in told.all(RunSettled)).values()) == {1}
    assert {signal.run for signal in told.all(SignalGenerated)} <= {settled.run for settled in told.all(RunSettled)}
    assert told.house.projections.state().runs == {}
