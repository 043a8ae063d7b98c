"""Incidents: the shipped tables pass, and a desk that does something else than its table is found out."""

from pathlib import Path

import pytest
from msgspec import structs

from core.desk.rungs import Ladders
from runtime.incidents import SCRIPTS, Move, differences, expect, play
from runtime.state_folder import StateFolder
from tests.desks import settings


@pytest.mark.parametrize("incident", sorted(SCRIPTS))
def test_every_incident_goes_as_the_table_says(tmp_path: Path, incident: str) -> None:
    played = play(settings(), StateFolder(tmp_path / "state"), incident)
    assert played.faults == () and len(played.moves) == len(played.expected)


def test_what_is_expected_follows_the_table() -> None:
    api = tuple(structs.replace(rung, quiet_seconds=rung.quiet_seconds / 2) for rung in Ladders().api)
    assert expect("api-outage", SCRIPTS["api-outage"], api)[3:] == (
        Move(420, "api", "restricted"),
        Move(450, "api", "limited"),
        Move(455, "api", "normal"),
    )


MOVES = (Move(33.5, "feed", "limited"), Move(40.5, "feed", "safe"))


@pytest.mark.parametrize(
    "found",
    [
        MOVES[:1],
        (),
        (*MOVES, Move(50, "feed", "shutdown")),
        (MOVES[0], Move(44, "feed", "safe")),
        (MOVES[0], Move(40.5, "feed", "restricted")),
    ],
)
def test_a_move_that_is_missing_late_wrong_or_too_many_is_a_fault(found: tuple[Move, ...]) -> None:
    assert differences(MOVES, MOVES) == ()
    assert len(differences(found, MOVES)) >= 1
