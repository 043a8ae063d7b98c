"""`bench`: which modules measure what, and what an installed wheel says."""

import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import PARTS
from core.errors import BadInput
from runtime.cli.bench import CHECKOUT, Part, command
from tests.architecture.house import ROOT
from tests.runtime.cli.conftest import Aegis


def test_every_part_can_be_asked_for() -> None:
    assert {part.value for part in Part} == {*PARTS, "all"}


def test_every_module_of_a_part_stands_and_every_quant_module_is_in_its_part() -> None:
    found = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert {module for modules in PARTS.values() for module in modules} <= found
    assert {name for name in found if name.startswith("quant_")} == set(PARTS["quant"])


def test_a_checkout_runs_its_benchmarks_in_a_process_of_its_own() -> None:
    assert CHECKOUT == ROOT
    assert command(CHECKOUT, ["quant", "--json"]) == [sys.executable, "-m", "benchmarks", "quant", "--json"]


def test_an_installed_wheel_says_where_the_benchmarks_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"belong to the project, not to the installed package; .*`make bench`"):
        command(tmp_path, [])


def test_an_unknown_part_is_refused(aegis: Aegis) -> None:
    said = aegis("bench", "nothing")
    assert said.code == 2 and "'nothing'" in said.err
