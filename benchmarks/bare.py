"""The plain counterpart: the desk's stages as a bare LangGraph, the same keys in its state, nodes that do nothing."""

from collections.abc import Callable
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph


class State(TypedDict, total=False):
    """As many keys as a run of the desk has."""

    version: int
    run: str
    cause: str
    event: Any
    posture: str
    operating: str
    briefing: Any
    analysis: Any
    verification: Any
    proceed: Any
    decision: Any
    order: Any
    clearance: Any
    outcome: str
    reason: str


Bare = CompiledStateGraph[State, None, State, State]


def routed(ruling: str = "approve", asked: Callable[[], object] = lambda: None) -> Bare:
    """The same nodes and paths as `combat`, routed by conditional edges; `asked` is called where the analyst starts."""
    graph = _stages(ruling, asked)
    graph.add_conditional_edges("weigh", _after_weigh, ["command", "settle"])
    graph.add_conditional_edges("command", _after_command, ["gate", "settle"])
    graph.add_conditional_edges("gate", _after_gate, ["execute", "settle"])
    graph.add_edge("execute", "settle")
    return graph.compile()


def linear(*path: str) -> Bare:
    """The same beginning, and then one fixed path; nothing is decided."""
    graph = _stages("approve", lambda: None)
    for source, target in zip(("weigh", *path), path, strict=False):
        graph.add_edge(source, target)
    return graph.compile()


def _stages(ruling: str, asked: Callable[[], object]) -> StateGraph[State, None, State, State]:
    async def analyze(state: State) -> dict[str, Any]:
        asked()
        return {"analysis": {"view": "long", "confidence": 86}}

    async def verify(state: State) -> dict[str, Any]:
        return {"verification": {"ruling": ruling, "confidence": 90}}

    graph: StateGraph[State, None, State, State] = StateGraph(State)
    graph.add_node("brief", _brief)
    graph.add_node("analyze", analyze)
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


async def _brief(state: State) -> dict[str, Any]:
    return {"posture": "guerrilla", "operating": "normal", "briefing": {"last": "184.05"}}


async def _weigh(state: State) -> dict[str, Any]:
    return {"outcome": "vetoed"} if state["verification"]["ruling"] == "veto" else {"proceed": {"size_factor": "1"}}


async def _command(state: State) -> dict[str, Any]:
    return {"decision": {"action": "open", "direction": "long"}}


async def _gate(state: State) -> dict[str, Any]:
    return {"order": {"quantity": "13"}, "clearance": {"verdict": "cleared"}}


async def _execute(state: State) -> dict[str, Any]:
    return {"outcome": "executed", "reason": "placed"}


async def _settle(state: State) -> dict[str, Any]:
    return {}


def _after_weigh(state: State) -> str:
    return "command" if "proceed" in state else "settle"


def _after_command(state: State) -> str:
    return "settle" if state["decision"]["action"] == "hold" else "gate"


def _after_gate(state: State) -> str:
    return "execute" if "clearance" in state else "settle"
