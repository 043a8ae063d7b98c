"""Who may touch a broker: within graphs only nodes/execute, and who sends or cancels is listed here by call site."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.house import Module, assert_none, modules, plant

SENDERS = {
    "graphs/nodes/execute.py": {"submit", "cancel"},
    "runtime/protector.py": {"submit", "cancel"},
    "tools/brokers/journaled.py": {"submit", "cancel"},
}
"""Who calls what on a broker; the last one is the wrapper that looks the verdict up."""
READERS = {"runtime/recovery.py", "runtime/serve.py", "runtime/inquiry.py", "runtime/soundings.py"}
"""Who may hold one to ask it something or to close it."""


def touches(module: Module) -> Iterator[tuple[int, str]]:
    """Every attribute named broker that is read, with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("broker", "_broker") and isinstance(node.ctx, ast.Load):
            yield node.lineno, ast.unparse(node)


def sends(module: Module) -> Iterator[tuple[int, str, str]]:
    """Every use of `.submit` or `.cancel` on a broker, called or handed on, with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and (node.attr == "submit" or _cancels_order(node)):
            yield node.lineno, node.attr, ast.unparse(node)


def _cancels_order(node: ast.Attribute) -> bool:
    owner = ast.unparse(node.value).split(".")[-1].lower()
    return node.attr == "cancel" and ("broker" in owner or "paper" in owner)


def strangers(module: Module) -> list[str]:
    """Sending and cancelling where nobody may."""
    allowed = SENDERS.get(module.path, set())
    return [f"{module.path}:{line} {text}" for line, what, text in sends(module) if what not in allowed]


def holders(module: Module) -> list[str]:
    """Touching a broker where nobody may, outside the room that makes them."""
    if module.path in SENDERS or module.path in READERS or module.parts[:2] == ("tools", "brokers"):
        return []
    return [f"{module.path}:{line} {text}" for line, text in touches(module) if text != "folder.broker"]


def test_only_execute_protector_and_the_journaled_wrapper_send_or_cancel() -> None:
    assert_none(found for module in modules("core", "agents", "graphs", "tools", "runtime", "evals", "prompts")
                for found in strangers(module))  # fmt: skip


def test_the_list_of_call_sites_is_the_one_in_the_text() -> None:
    used = {module.path: {what for _, what, _ in sends(module)} for module in modules("graphs", "tools", "runtime")}
    assert {path: names for path, names in used.items() if names} == SENDERS


def test_nobody_else_touches_a_broker() -> None:
    assert_none(
        found for module in modules("core", "agents", "graphs", "runtime", "evals") for found in holders(module)
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("graphs/nodes/gate.py", "async def gate(desk): await desk.broker.submit(1, 2)"),
        ("graphs/nodes/settle.py", "send = runtime.context.broker.submit"),
        ("runtime/watch.py", "async def see(self): await self.house.broker.cancel('x')"),
        ("runtime/cli/desk.py", "async def flat(paper): await paper.submit(1, 2)"),
        ("agents/commander.py", "async def go(desk): await desk.broker.submit(1, 2)"),
        ("runtime/recovery.py", "async def again(house): await house.broker.submit(1, 2)"),
    ],
)
def test_a_planted_sender_is_seen(path: str, text: str) -> None:
    assert len(strangers(plant(path, text))) == 1


def test_a_planted_holder_is_seen_even_when_it_only_asks() -> None:
    assert len(holders(plant("graphs/nodes/brief.py", "async def brief(desk): return await desk.broker.cash()"))) == 1
    assert len(holders(plant("runtime/recovery.py", "async def ask(house): return await house.broker.cash()"))) == 0
    assert strangers(plant("runtime/serve.py", "asked.cancel()\nfuture.cancel()")) == []
