"""`aegis-agents desk posture`: how long an order lasts, and that a refusal is an error."""

from pathlib import Path

import pytest

from tests.runtime.cli.conftest import Aegis

ORDER = ("desk", "posture", "defensive", "--reason", "results tonight")


@pytest.mark.parametrize("duration", ["", "2", "h", "2h30", "1.5h", "-1h", "2 h", "٢h"])
def test_a_duration_nobody_can_read_is_refused_before_anybody_is_asked(
    aegis: Aegis, tmp_path: Path, duration: str
) -> None:
    said = aegis(*ORDER, f"--for={duration}", "--state", tmp_path)
    assert said.code == 2
    assert "--for: must be like 90m, 2h or 1h30m, found" in said.err


@pytest.mark.parametrize("duration", ["90m", "2h", "1h30m"])
def test_an_order_needs_a_desk_that_listens(aegis: Aegis, tmp_path: Path, duration: str) -> None:
    said = aegis(*ORDER, "--for", duration, "--state", tmp_path)
    assert said.code == 2 and "no desk is listening" in said.err
