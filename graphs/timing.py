"""Measures a stage from outside, so that no node measures itself."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

from langgraph.runtime import Runtime

from graphs.state import CombatState, Desk

Node = TypeVar("Node", bound=Callable[..., Awaitable[Any]])


def timed(node: Node) -> Node:
    """The same node, leaving how long it took in the run and in telemetry."""
    name = node.__name__

    @wraps(node)
    async def stage(state: CombatState, runtime: Runtime[Desk]) -> Any:
        desk = runtime.context
        start = desk.clock.elapsed()
        outcome = "failed"
        try:
            answer = await node(state, runtime)
            outcome = "done"
            return answer
        finally:
            took = desk.clock.elapsed() - start
            desk.run.stages[name] = took
            desk.telemetry.observe(name, took, outcome)

    return cast(Node, stage)
