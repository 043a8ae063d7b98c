"""What a change of a prompt is called, and when it is a fault."""

import pytest

from prompts.library import parse
from prompts.revisions import Revision, revision
from tests.prompts.test_library import GOOD


def compared(*changes: tuple[str, str], name: str = "analyst") -> Revision:
    new = GOOD
    for before, after in changes:
        assert before in new
        new = new.replace(before, after, 1)
    return revision(parse("analyst", GOOD.encode()), parse(name, new.encode()), "old", "new")


RAISED = ("version = 2", "version = 3")


def test_equal_prompts_have_no_difference() -> None:
    assert compared() == Revision((), (), None)


def test_a_changed_text_is_shown_line_by_line_under_both_titles() -> None:
    change = compared(("Reply as", "Answer as"), RAISED)
    assert change.lines[:2] == ("--- old", "+++ new")
    assert [line for line in change.lines[2:] if line[0] in "+-"] == [
        "-version = 2",
        "+version = 3",
        "-Reply as {{schema}}.",
        "+Answer as {{schema}}.",
    ]
    assert change.changes == (
        "version: 2 → 3",
        "stable part: changed, so nothing a provider has cached of it is used again",
    )
    assert change.fault is None


def test_variables_and_schema_that_change_are_named() -> None:
    change = compared(
        ('["schema", "briefing"]', '["schema", "facts"]'),
        ("{{briefing}}", "{{facts}}"),
        ('"analysis"', '"view"'),
        RAISED,
    )
    assert change.changes == (
        "version: 2 → 3",
        "schema: analysis → view",
        "variable 'facts': added",
        "variable 'briefing': dropped",
    )


@pytest.mark.parametrize(
    ("version", "fault"),
    [
        ("version = 2", "the text changed and the version is still 2; raise it above 2"),
        ("version = 1", "the text changed and the version fell from 2 to 1; raise it above 2"),
    ],
)
def test_a_changed_text_without_a_higher_version_is_a_fault(version: str, fault: str) -> None:
    assert compared(("Reply as", "Answer as"), ("version = 2", version)).fault == fault


def test_prompts_of_two_names_are_not_versions_of_each_other() -> None:
    change = compared(('role = "analyst"', 'role = "verifier"'), name="verifier")
    assert change.fault is None
    assert change.changes == ("role: analyst → verifier",)
