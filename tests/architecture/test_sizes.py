"""House numbers: a module at most 300 lines and near 150, a function at most 60 lines and 6 parameters."""

import ast
from collections.abc import Iterable
from statistics import median

from tests.architecture.house import PACKAGES, Function, Module, assert_none, modules, plant

MODULE_LINES = 300
MEDIAN_LINES = 200
FUNCTION_LINES = 60
PARAMETERS = 6


def too_long(module: Module) -> list[str]:
    return [f"{module.path} has {module.lines} lines"] if module.lines > MODULE_LINES else []


def long_functions(module: Module) -> list[str]:
    return [
        f"{module.path}:{node.lineno} {node.name} has {length} lines"
        for node in module.functions()
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def wide_functions(module: Module) -> list[str]:
    return [
        f"{module.path}:{node.lineno} {node.name} takes {count} parameters"
        for node in module.functions()
        if (count := _parameters(node)) > PARAMETERS
    ]


def _parameters(node: Function) -> int:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    names = [arg.arg for arg in every if isinstance(arg, ast.arg)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def typical_lines(written: Iterable[Module]) -> float:
    return median([module.lines for module in written if module.parts[-1] != "__init__"] or [0])


def test_no_module_is_too_long() -> None:
    assert_none(found for module in modules(*PACKAGES, "tests") for found in too_long(module))


def test_the_typical_module_is_short() -> None:
    assert typical_lines(modules(*PACKAGES)) <= MEDIAN_LINES


def test_no_function_is_too_long() -> None:
    assert_none(found for module in modules(*PACKAGES, "tests") for found in long_functions(module))


def test_no_function_takes_too_many_parameters() -> None:
    assert_none(found for module in modules(*PACKAGES) for found in wide_functions(module))


def test_planted_sizes_are_seen() -> None:
    assert too_long(plant("core/risk/gate.py", "x = 1\n" * 301)) == ["core/risk/gate.py has 301 lines"]
    assert too_long(plant("core/risk/gate.py", "x = 1\n" * 300)) == []
    assert typical_lines([plant("core/a.py", "x = 1\n" * 250), plant("core/__init__.py", "")]) == 250
    assert len(long_functions(plant("core/a.py", "async def slow():\n" + "    x = 1\n" * 60))) == 1
    assert long_functions(plant("core/a.py", "def right():\n" + "    x = 1\n" * 59)) == []


def test_a_planted_wide_function_is_seen() -> None:
    seven = "def wide(a, b, c, /, d, *rest, e, **more): ..."
    six = "class Seat:\n    def ask(self, a, b, c, d, e, f): ..."
    assert wide_functions(plant("core/a.py", seven)) == ["core/a.py:1 wide takes 7 parameters"]
    assert wide_functions(plant("core/a.py", six)) == []
