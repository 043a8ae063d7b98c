"""The composition root: what it refuses to put together, and what it seats."""

from pathlib import Path

import pytest

from core.errors import BadInput
from runtime.bootstrap import build, recordings, refuse_live
from runtime.state_folder import StateFolder
from tests.desks import settings
from tools.clock import SystemClock


@pytest.mark.parametrize("mode", ["live", "paper", "shadow"])
def test_a_mode_that_needs_an_account_is_refused_before_anything_is_made(tmp_path: Path, mode: str) -> None:
    folder = StateFolder(tmp_path / "state")
    with pytest.raises(BadInput, match=f"desk.mode: '{mode}' needs an account"):
        build(settings(desk__mode=mode), folder, SystemClock())
    assert not folder.path.exists()


@pytest.mark.parametrize("mode", ["demo", "backtest"])
def test_modes_on_recorded_time_may_start(mode: str) -> None:
    refuse_live(settings(desk__mode=mode).settings)


def test_a_bare_name_is_a_recording_that_ships_and_a_path_is_a_path(tmp_path: Path) -> None:
    shipped = recordings(settings().settings)
    assert len(shipped) == 2 and all(path.is_file() for path in shipped)
    (own,) = recordings(settings(feed__files=f'["{tmp_path}/x.csv"]').settings)
    assert own == tmp_path / "x.csv"
