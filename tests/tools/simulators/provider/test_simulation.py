"""A simulation is read from TOML, and what is wrong with it is named with field, value and bound."""

from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.ports.model import ToolCall
from tools.simulators.provider.simulation import Latency, Simulation, read, simulated

FILE = """
seed = 7
persona = "scripted"
fault_script = ["ok", "429-after"]
[latency.flash]
p50_ms = 800
p95_ms = 1500
[faults]
slow = 0.1
[[replies]]
text = "one"
[[replies]]
calls = [{id = "", name = "quote", arguments = {symbol = "IBM"}}]
"""


def test_a_file_holds_a_whole_simulation_and_the_command_line_changes_it(tmp_path: Path) -> None:
    path = tmp_path / "day.toml"
    path.write_text(FILE)
    told = read(path, {"seed": 8})
    assert (told.seed, told.persona, told.faults) == (8, "scripted", {"slow": 0.1})
    assert told.latency == {"flash": Latency(800, 1500)}
    assert told.replies[1].spoken().calls == (ToolCall("", "quote", {"symbol": "IBM"}),)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"colour": "red"}, "unknown field `colour`"),
        ({"persona": "king"}, "Invalid enum value 'king' - at `$.persona`"),
        ({"persona": "scripted"}, "replies: the scripted persona needs at least one"),
        ({"faults": {"slow": 1.5}}, "faults.slow: must be from 0 to 1, found 1.5"),
        ({"faults": {"slow": 0.6, "half": 0.6}}, "faults: their shares together: must be from 0 to 1, found 1.2"),
        ({"faults": {"slow": float("nan")}}, "faults.slow: must be from 0 to 1, found nan"),
        ({"fault_script": ["ok", "fire"]}, "faults: 'fire' is none; known are slow"),
        ({"latency": {"m": {"p50_ms": 9, "p95_ms": 8}}}, "p95_ms: must be from 9 to 600000, found 8.0"),
        ({"slow_seconds": -1}, "slow_seconds: must be from 0 to 86400, found -1.0"),
    ],
)
def test_what_is_wrong_is_named(told: dict[str, Any], found: str) -> None:
    with pytest.raises(BadInput) as refused:
        simulated(told, "here.toml")
    assert str(refused.value).startswith("here.toml: ") and found in str(refused.value)


@pytest.mark.parametrize(("text", "found"), [("seed = [", "not valid TOML"), (None, "cannot be read: No such file")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, found: str) -> None:
    path = tmp_path / "day.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput, match=found):
        read(path, {})


def test_without_a_word_it_is_the_rules_at_once_and_without_fault() -> None:
    assert Simulation() == simulated({}, "nothing")
