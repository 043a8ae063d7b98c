"""The examples are short, build on public names that say what they are, and stand in docs/extending.md as they are."""

import ast
import importlib
import inspect
from typing import Any

import pytest

from docs.tables import examples
from tests.architecture.house import ROOT, assert_none, plant

MOST_LINES = 40
HIDDEN = {"tests", "evals", "benchmarks"}


def lines_of_code(text: str) -> int:
    """Lines that are neither blank nor part of a docstring."""
    told: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                told |= {*range(first.lineno, (first.end_lineno or first.lineno) + 1)}
    return len([line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in told])


def unsaid(module: str, name: str) -> list[str]:
    """Why nobody should build on a name: it is private, or it says nothing of itself."""
    found: Any = getattr(importlib.import_module(module), name)
    private = any(part.startswith("_") for part in (*module.split("."), name))
    silent = (inspect.isclass(found) or inspect.isfunction(found)) and not inspect.getdoc(found)
    return [f"{module}.{name} is private"] * private + [f"{module}.{name} has no docstring"] * silent


@pytest.mark.parametrize(
    "path", [path for path in examples.files() if path.suffix == ".py"], ids=lambda path: path.name
)
def test_an_example_is_at_most_forty_lines_and_never_uses_tests(path: Any) -> None:
    text = path.read_text()
    assert lines_of_code(text) <= MOST_LINES
    tops = {(node.module or "").split(".")[0] for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert not tops & HIDDEN


def test_a_table_of_an_example_is_at_most_forty_lines() -> None:
    assert_none(
        path.name
        for path in examples.files()
        if path.suffix == ".toml" and len(path.read_text().splitlines()) > MOST_LINES
    )


def test_every_name_an_example_builds_on_is_public_and_says_what_it_is() -> None:
    assert_none(fault for module, name in examples.imported() for fault in unsaid(module, name))


def test_every_example_stands_in_the_page_and_is_named_in_its_text() -> None:
    page = (ROOT / "docs" / "extending.md").read_text()
    missing = [path.name for path in examples.files() if f"](examples/{path.name})" not in page]
    assert_none(missing)


def test_planted_lines_and_names_are_counted() -> None:
    assert lines_of_code('"""Said."""\n\nx = 1\ndef f():\n    """Said\n    twice."""\n    return 2\n') == 3
    assert unsaid("tools.lookups.offering", "_named") == [
        "tools.lookups.offering._named is private",
        "tools.lookups.offering._named has no docstring",
    ]
    assert plant("docs/examples/x.py", "x = 1").lines == 1
