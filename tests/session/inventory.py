"""What this run collected, before anything is deselected: the list the test of collection compares with the text."""

import inspect
from pathlib import Path
from types import FunctionType
from typing import NamedTuple

import pytest

TESTS = Path(__file__).resolve().parents[1]


class Place(NamedTuple):
    """Where a test function begins: its file and the line of its first decorator or of its `def`."""

    path: str
    line: int


class Inventory:
    """The places of all collected tests, the files skipped as a whole, and whether all of tests/ was asked for."""

    def __init__(self, whole: bool) -> None:
        self.whole = whole
        self.places: set[Place] = set()
        self.skipped_files: set[str] = set()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped_files.add(str(TESTS.parent / report.nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.places.update(place_of(item.function) for item in items if isinstance(item, pytest.Function))


INVENTORY = pytest.StashKey[Inventory]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[INVENTORY] = Inventory(is_whole(config))
    config.pluginmanager.register(config.stash[INVENTORY], "inventory")


def is_whole(config: pytest.Config) -> bool:
    asked = {(config.invocation_params.dir / arg).resolve() for arg in config.args}
    return asked == {TESTS} and not config.getoption("lf", default=False)


def place_of(function: object) -> Place:
    """The place of the function a person wrote, underneath what hypothesis and other decorators put around it."""
    written = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    code = inspect.unwrap(written).__code__ if isinstance(written, FunctionType) else None
    return Place(str(Path(code.co_filename).resolve()), code.co_firstlineno) if code else Place("", 0)
