"""Measures a stage from outside, so that no node measures itself.

On recorded time a stage took what the desk waited or what the computer worked, whichever is longer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

from langgraph.runtime import Runtime

from core.market.instants import SECOND
from graphs.state import CombatState, Desk

Node = TypeVar("Node", bound=Callable[..., Awaitable[Any]])


def timed(node: Node) -> Node:
    """The same node, leaving how long it took in the run and in telemetry."""
    name = node.__name__

    @wraps(node)
    async def stage(state: CombatState, runtime: Runtime[Desk]) -> Any:
        desk = runtime.context
        start, begun = desk.clock.elapsed(), asyncio.get_running_loop().time()
        outcome = "failed"
        try:
            answer = await node(state, runtime)
            outcome = "done"
            return answer
        finally:
            waited = round((asyncio.get_running_loop().time() - begun) * SECOND)
            took = max(desk.clock.elapsed() - start, waited)
            desk.run.stages[name] = took
            desk.telemetry.observe(name, took, outcome)

    return cast(Node, stage)
