"""core decides and never waits; the inner floors never start a wait of their own.

What is looked for is what makes a function answer differently for the same arguments: a clock, a draw, the machine,
the network, a print. Only `core/ports` says `async`, as signatures without a body.
"""

import ast

import pytest

from tests.architecture.house import Function, Module, assert_none, modules, plant
from tests.architecture.test_floors import imports

WORLD = {
    "asyncio", "concurrent", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading",
    "time", "urllib", "zoneinfo",
}  # fmt: skip
WORLD_CALLS = {"breakpoint", "input", "open", "print"}
WORLD_ENDINGS = (
    "datetime.now", "datetime.today", "datetime.utcnow", "date.today", "uuid1", "uuid4", "np.random", "numpy.random",
)  # fmt: skip
WAITS = {"asyncio.sleep", "asyncio.timeout", "asyncio.timeout_at", "asyncio.wait_for"}
MAY_WAIT = ("graphs/nodes/", "tools/", "runtime/")


def impure(module: Module) -> list[str]:
    """Where a module of core touches the world."""
    found = [(line, name) for line, name in imports(module) if name.split(".")[0] in WORLD]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORLD_CALLS:
            found.append((node.lineno, node.func.id))
        elif isinstance(node, ast.Attribute) and ast.unparse(node).endswith(WORLD_ENDINGS):
            found.append((node.lineno, ast.unparse(node)))
    return [f"{module.path}:{line} core touches the world: {name}" for line, name in found]


def waiting(module: Module) -> list[str]:
    """`async` in core that is not a signature of a port."""
    is_port = module.path.startswith("core/ports/")
    return [
        f"{module.path}:{node.lineno} core waits"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)
        or (isinstance(node, ast.AsyncFunctionDef) and not (is_port and _is_signature(node)))
    ]


def _is_signature(node: Function) -> bool:
    return all(isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) for part in node.body)


def waits_of_its_own(module: Module) -> list[str]:
    """A sleep or a timeout outside graph nodes, tools and runtime."""
    if module.path.startswith(MAY_WAIT):
        return []
    used = [(node.lineno, ast.unparse(node)) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)]
    return [f"{module.path}:{line} waits: {name}" for line, name in [*used, *imports(module)] if name in WAITS]


def test_core_never_touches_the_world() -> None:
    assert_none(found for module in modules("core") for found in impure(module))


def test_core_never_waits() -> None:
    assert_none(found for module in modules("core") for found in waiting(module))


def test_the_inner_floors_never_start_a_wait() -> None:
    inner = modules("core", "prompts", "agents", "graphs", "evals")
    assert_none(found for module in inner for found in waits_of_its_own(module))


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "from os import path",
        "from asyncio import Queue",
        "import urllib.request",
        "def late():\n    import socket",
        "print('filled')",
        "open('journal.db')",
        "now = datetime.now(UTC)",
        "today = datetime.date.today()",
        "draw = np.random.default_rng",
    ],
)
def test_a_planted_touch_of_the_world_is_seen(text: str) -> None:
    assert len(impure(plant("core/risk/gate.py", text))) == 1


def test_a_planted_wait_in_core_is_seen() -> None:
    signature = (
        'class Broker(Protocol):\n    async def cash(self) -> Money:\n        """Cash at the broker."""\n        ...'
    )
    assert waiting(plant("core/ports/broker.py", signature)) == []
    assert len(waiting(plant("core/risk/gate.py", signature))) == 1
    assert len(waiting(plant("core/ports/broker.py", "async def cash():\n    return 1"))) == 1


def test_a_planted_wait_of_an_inner_floor_is_seen() -> None:
    for text in ("import asyncio\nasync def ask():\n    await asyncio.sleep(1)", "from asyncio import timeout"):
        assert len(waits_of_its_own(plant("agents/analyst.py", text))) == 1
        assert waits_of_its_own(plant("graphs/nodes/analyze.py", text)) == []
