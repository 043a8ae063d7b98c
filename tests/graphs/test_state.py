"""A run's Desk cannot be changed, and its state holds values only."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import get_type_hints

import pytest

from graphs.state import CombatState, Desk, Run
from runtime.bootstrap import House
from tests.desks import Act, Rehearsal, tape


def test_the_desk_is_frozen(tmp_path: Path) -> None:
    refused: list[str] = []

    def change(house: House) -> None:
        for field in fields(Desk):
            with pytest.raises(FrozenInstanceError):
                setattr(house.desk, field.name, None)
            refused.append(field.name)

    Rehearsal(tmp_path).play(tape("13:40:00 IBM 184.00 184.02"), acts=[Act("13:39:00", change)])
    assert refused == [field.name for field in fields(Desk)]


def test_the_state_of_a_run_carries_no_adapter_and_no_signal() -> None:
    carried = set(get_type_hints(CombatState).values())
    assert carried.isdisjoint({Desk, Run, *get_type_hints(Desk).values()} - {str})


def test_a_veto_without_an_analyst_at_work_is_remembered() -> None:
    run = Run()
    run.veto()
    assert run.vetoed and run.thinking is None
