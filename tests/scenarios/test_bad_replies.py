"""A reply that cannot be read, invents a figure, or never comes is an abstention; never an order and never a crash."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Degraded, Transient
from core.facts.models import Role
from core.facts.verdicts import Abstained
from tests.desks import RISE, Rehearsal, Told, says, tape
from tools.llm.offline.scripted import Scripted

ASKED: dict[Role, tuple[Role, ...]] = {
    "analyst": ("verifier",),
    "verifier": ("analyst",),
    "commander": ("analyst", "verifier"),
}
ROLES = tuple(ASKED)


def play(path: Path, bad: Scripted) -> Told:
    assert bad.role is not None
    return Rehearsal(path).play(tape(RISE), [bad, *(says(role) for role in ASKED[bad.role])])


def abstained(told: Told, role: Role, reason: str) -> str:
    """The detail, once outcome, record and broker agree that nothing came of it."""
    (fact,) = told.all(Abstained)
    assert (fact.role, fact.reason) == (role, reason)
    assert told.outcomes == ["abstained"] and told.sent == [] and told.held == {}
    return fact.detail


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("text", ["I would buy.", '{"symbol":"IBM"', "[]", '{"symbol":"IBM"} {"symbol":"IBM"}'])
def test_a_malformed_reply_of_any_role_sends_nothing(tmp_path: Path, role: Role, text: str) -> None:
    assert abstained(play(tmp_path, Scripted(text, role)), role, "malformed")


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (says("analyst", view="up"), "view"),
        (says("verifier", size_factor="1.5"), "size_factor"),
        (says("commander", action="buy"), "action"),
        (says("commander", direction=None), "direction"),
        (says("commander", confidence=101), "confidence"),
        (says("commander", quantity="10"), "quantity"),
    ],
)
def test_a_reply_off_its_schema_is_named_by_field(tmp_path: Path, bad: Scripted, field: str) -> None:
    assert field in abstained(play(tmp_path, bad), bad.role or "analyst", "malformed")


@pytest.mark.parametrize("role", ["analyst", "commander"])
@pytest.mark.parametrize("cited", [("change_pct", "3.3"), ("quote.volume", "1")])
def test_an_invented_figure_sends_nothing(tmp_path: Path, role: Role, cited: tuple[str, str]) -> None:
    bad = says(role, cited=[{"figure": cited[0], "value": cited[1]}])
    assert cited[0] in abstained(play(tmp_path, bad), role, "invented")


@pytest.mark.parametrize("role", ROLES)
def test_a_reply_about_another_instrument_sends_nothing(tmp_path: Path, role: Role) -> None:
    other = replace(says(role, symbol="SPY"), symbol=None)
    assert "SPY" in abstained(play(tmp_path, other), role, "invented")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("fault", [Transient("429"), Degraded("no key")])
def test_a_model_that_cannot_answer_sends_nothing(tmp_path: Path, role: Role, fault: Exception) -> None:
    assert str(fault) in abstained(play(tmp_path, Scripted(role=role, fault=fault)), role, "unavailable")


def test_a_cut_off_reply_is_not_read_however_complete_it_looks(tmp_path: Path) -> None:
    cut = replace(says("commander"), finish="length")
    assert "cut off" in abstained(play(tmp_path, cut), "commander", "malformed")
