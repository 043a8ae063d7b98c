"""Who answers after the deadline has not answered. Nobody waits longer, and nothing is sent."""

from pathlib import Path

import pytest

from core.facts.desk import RunSettled
from core.facts.models import Role
from core.facts.signals import SignalGenerated
from core.facts.verdicts import Abstained
from core.market.instants import SECOND
from tests.desks import RISE, Rehearsal, says, tape

LATE = {
    "analyst": (2001, 2000, "no answer within 2 s"),
    "verifier": (1501, 1500, "no answer within 1.5 s"),
    "commander": (1001, 1000, "no answer within 1 s"),
}
ASKED: dict[Role, tuple[Role, ...]] = {
    "analyst": ("analyst", "verifier"),
    "verifier": ("analyst", "verifier"),
    "commander": ("analyst", "verifier", "commander"),
}


@pytest.mark.parametrize("role", LATE)
def test_a_late_seat_ends_the_run_at_its_deadline_without_an_order(tmp_path: Path, role: Role) -> None:
    latency, deadline, detail = LATE[role]
    replies = [says(asked, latency if asked == role else 0) for asked in ASKED[role]]
    told = Rehearsal(tmp_path).play(tape(RISE), replies)
    assert told.all(Abstained) == [Abstained(role, "late", detail)]
    assert (told.settled.outcome, told.settled.reason) == ("abstained", f"{role} late: {detail}")
    assert told.at(RunSettled)[0] - told.at(SignalGenerated)[0] == deadline * SECOND // 1000
    assert told.sent == [] and told.summary.abstained == 1


@pytest.mark.parametrize(("role", "latency"), [("analyst", 1999), ("verifier", 1499), ("commander", 999)])
def test_an_answer_just_in_time_counts(tmp_path: Path, role: Role, latency: int) -> None:
    replies = [says(asked, latency if asked == role else 0) for asked in ASKED["commander"]]
    assert Rehearsal(tmp_path).play(tape(RISE), replies).outcomes == ["executed"]


def test_a_late_verifier_leaves_no_approval(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(tape(RISE), [says("analyst"), says("verifier", 60_000)])
    assert "VERIFICATION_MADE" not in told.names and "GATE_RULED" not in told.names


def test_a_late_veto_is_no_approval_either(tmp_path: Path) -> None:
    told = Rehearsal(tmp_path).play(tape(RISE), [says("analyst"), says("verifier", 1501, ruling="veto")])
    assert told.outcomes == ["abstained"] and told.sent == []
