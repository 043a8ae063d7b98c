"""Where a run goes next is a pure answer over what a stage concluded."""

from typing import Any, get_args

import pytest

from core.desk.weighing import StoodDown
from core.facts.verdicts import Abstained, Action, Decision
from graphs.routing import AfterCommand, AfterGate, AfterWeigh, after_command, after_gate, after_weigh
from tests.agents.examples import proceed, read, reply


def decided(**changes: Any) -> Decision:
    fact = read("commander", reply("commander", **changes))
    assert isinstance(fact, Decision)
    return fact


def test_only_what_both_seats_allow_reaches_the_commander() -> None:
    assert after_weigh(proceed()) == "command"
    assert after_weigh(StoodDown("vetoed", "no")) == "settle"
    assert after_weigh(StoodDown("abstained", "late")) == "settle"


@pytest.mark.parametrize("action", get_args(Action))
def test_every_decision_but_hold_goes_to_the_gate(action: Action) -> None:
    assert after_command(decided(action=action)) == ("settle" if action == "hold" else "gate")


def test_no_decision_ends_the_run() -> None:
    assert after_command(Abstained("commander", "late", "no answer")) == "settle"


def test_what_was_denied_is_not_executed() -> None:
    assert (after_gate(denied=False), after_gate(denied=True)) == ("execute", "settle")


def test_every_stage_can_end_the_run() -> None:
    assert all("settle" in get_args(ways) for ways in (AfterWeigh, AfterCommand, AfterGate))
