"""The combat graph. Read it beside the sequence diagram: brief → analyze ∥ verify → weigh → command → gate → execute →
settle.

How to think about it: the only parallel stage is the pair of analyst and verifier; `weigh` is the join of both and the
only place that routes a veto, an abstention or a late answer, because a branch sees only its own write. Each node keeps
its own deadline and answers with a value, so the join always fires. Every path ends in `settle`. What is deliberately
absent: a checkpointer (the journal is the record) and any object in the state (they live in the Desk).
"""

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.nodes.analyze import analyze
from graphs.nodes.brief import brief
from graphs.nodes.command import command
from graphs.nodes.execute import execute
from graphs.nodes.gate import gate
from graphs.nodes.settle import settle
from graphs.nodes.verify import verify
from graphs.nodes.weigh import weigh
from graphs.state import CombatState, Desk

CombatGraph = CompiledStateGraph[CombatState, Desk, CombatState, CombatState]


def combat() -> CombatGraph:
    """The compiled graph; compile once and run many."""
    graph = StateGraph(CombatState, context_schema=Desk)
    graph.add_node("brief", brief)
    graph.add_node("analyze", analyze)
    graph.add_node("verify", verify)
    graph.add_node("weigh", weigh)
    graph.add_node("command", command)
    graph.add_node("gate", gate)
    graph.add_node("execute", execute)
    graph.add_node("settle", settle)
    graph.add_edge(START, "brief")
    graph.add_edge("brief", "analyze")
    graph.add_edge("brief", "verify")
    graph.add_edge(["analyze", "verify"], "weigh")
    graph.add_edge("execute", "settle")
    graph.add_edge("settle", END)
    return graph.compile(name="combat")
