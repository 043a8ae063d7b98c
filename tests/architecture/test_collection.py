"""Every `def test_` that is written is collected at least once: none is shadowed, misplaced or misnamed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, Function, Module, assert_none, modules, plant
from tests.session.inventory import INVENTORY, Place


def written(module: Module) -> dict[Place, str]:
    """The test functions of a file, at module level and in classes, by the place where each begins."""
    path = str(ROOT / module.path)
    return {Place(path, _first_line(node)): f"{module.path}::{node.name}" for node in _tests(module.tree)}


def _tests(node: ast.AST) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            if child.name.startswith("test_"):
                yield child
        else:
            yield from _tests(child)


def _first_line(node: Function) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def uncollected(written: dict[Place, str], collected: set[Place], *, whole: bool) -> list[str]:
    """The tests nobody ran; in a partial run only those of files that gave at least one test are judged."""
    files = {place.path for place in collected}
    return sorted(name for place, name in written.items() if place not in collected and (whole or place.path in files))


def test_every_written_test_is_collected(request: pytest.FixtureRequest) -> None:
    inventory = request.config.stash[INVENTORY]
    if any("::" in arg for arg in request.config.args):
        pytest.skip("single tests were asked for by name")
    text = [module for module in modules("tests") if str(ROOT / module.path) not in inventory.skipped_files]
    everything = {place: name for module in text for place, name in written(module).items()}
    assert_none(uncollected(everything, inventory.places, whole=inventory.whole))


SHADOWED = """
def test_one(): ...
class TestGate:
    @mark
    def test_one(self): ...
def test_one():
    def test_inner(): ...
"""


def test_a_planted_shadowed_test_is_seen() -> None:
    module = plant("tests/core/test_planted.py", SHADOWED)
    path = str(Path(ROOT) / module.path)
    collected = {Place(path, 4), Place(path, 6)}
    assert set(written(module)) == collected | {Place(path, 2)}
    assert uncollected(written(module), collected, whole=False) == ["tests/core/test_planted.py::test_one"]


def test_a_planted_file_that_pytest_never_opens_is_seen_in_a_whole_run() -> None:
    everything = written(plant("tests/core/gate_checks.py", "def test_gate(): ..."))
    assert uncollected(everything, set(), whole=True) == ["tests/core/gate_checks.py::test_gate"]
    assert uncollected(everything, set(), whole=False) == []
