"""The plain counterpart: the desk's stages as a bare LangGraph, with the same state and nodes that do next to nothing."""

from collections.abc import Callable
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.state import CombatState

Node = Callable[[dict[str, Any]], Any]
Bare = CompiledStateGraph[Any, Any, Any, Any]

ANALYZED = {"analysis": {"view": "long", "confidence": 86}}


def routed(ruling: str = "approve", analyze: Node | None = None) -> Bare:
    """The same nodes and paths as `combat`, routed by conditional edges."""
    graph = _stages(ruling, analyze)
    graph.add_conditional_edges("weigh", _after_weigh, ["command", "settle"])
    graph.add_conditional_edges("command", _after_command, ["gate", "settle"])
    graph.add_conditional_edges("gate", _after_gate, ["execute", "settle"])
    graph.add_edge("execute", "settle")
    return graph.compile()


def linear(*path: str) -> Bare:
    """The same beginning, and then one fixed path; nothing is decided."""
    graph = _stages("approve", None)
    for source, target in zip(("weigh", *path), path, strict=False):
        graph.add_edge(source, target)
    return graph.compile()


def _stages(ruling: str, analyze: Node | None) -> StateGraph[Any, Any, Any, Any]:
    async def verify(_state: dict[str, Any]) -> dict[str, Any]:
        return {"verification": {"ruling": ruling, "confidence": 90}}

    graph: StateGraph[Any, Any, Any, Any] = StateGraph(CombatState)
    graph.add_node("brief", _brief)
    graph.add_node("analyze", analyze or _analyze)
    graph.add_node("verify", verify)
    graph.add_node("weigh", _weigh)
    graph.add_node("command", _command)
    graph.add_node("gate", _gate)
    graph.add_node("execute", _execute)
    graph.add_node("settle", _settle)
    graph.add_edge(START, "brief")
    graph.add_edge("brief", "analyze")
    graph.add_edge("brief", "verify")
    graph.add_edge(["analyze", "verify"], "weigh")
    graph.add_edge("settle", END)
    return graph


async def _brief(_state: dict[str, Any]) -> dict[str, Any]:
    return {"posture": "guerrilla", "operating": "normal", "briefing": {"last": "184.05"}}


async def _analyze(_state: dict[str, Any]) -> dict[str, Any]:
    return ANALYZED


async def _weigh(state: dict[str, Any]) -> dict[str, Any]:
    return {"outcome": "vetoed"} if state["verification"]["ruling"] == "veto" else {"proceed": {"size_factor": "1"}}


async def _command(_state: dict[str, Any]) -> dict[str, Any]:
    return {"decision": {"action": "open", "direction": "long"}}


async def _gate(_state: dict[str, Any]) -> dict[str, Any]:
    return {"order": {"quantity": "13"}, "clearance": {"verdict": "cleared"}}


async def _execute(_state: dict[str, Any]) -> dict[str, Any]:
    return {"outcome": "executed", "reason": "placed"}


async def _settle(_state: dict[str, Any]) -> dict[str, Any]:
    return {}


def _after_weigh(state: dict[str, Any]) -> str:
    return "command" if "proceed" in state else "settle"


def _after_command(state: dict[str, Any]) -> str:
    return "settle" if state["decision"]["action"] == "hold" else "gate"


def _after_gate(state: dict[str, Any]) -> str:
    return "execute" if "clearance" in state else "settle"
