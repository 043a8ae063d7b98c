"""The combat graph. Read it beside the sequence diagram: brief → analyze ∥ verify → weigh → command → gate → execute →
settle.

How to think about it: the only parallel stage is the pair of analyst and verifier; `weigh` is the join of both and the
only place that routes a veto, an abstention or a late answer, because a branch sees only its own write. Each node keeps
its own deadline and answers with a value, so the join always fires. Every path ends in `settle`. What is deliberately
absent: a checkpointer (the journal is the record), any object in the state (they live in the Desk), and a way to insert
a stage: one of your own takes the place of one that asks a seat, so joins and routes stay those that are tested.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from core.errors import BadInput
from graphs import untraced
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


class Stage(Protocol):
    """One stage of a run: reads the state, does its one thing, says where to go."""

    def __call__(self, state: CombatState, runtime: Runtime[Desk]) -> Awaitable[Any]:
        """What changes in the state, or where the run goes with it."""
        ...


STAGES: Mapping[str, Stage] = {
    "brief": brief,
    "analyze": analyze,
    "verify": verify,
    "weigh": weigh,
    "command": command,
    "gate": gate,
    "execute": execute,
    "settle": settle,
}
ASKING = frozenset({"analyze", "verify", "command"})
"""The stages that ask a seat. They may be replaced; what counts, rules and sends is the house's."""


def combat(**own: Stage) -> CombatGraph:
    """The compiled graph, with stages of your own in the place of those of the same name; compile once, run many."""
    fixed = sorted(own.keys() - ASKING)
    if fixed:
        raise BadInput(f"combat: {fixed[0]!r} is no stage that can be replaced; those are {', '.join(sorted(ASKING))}")
    untraced.settle()
    graph = StateGraph(CombatState, context_schema=Desk)
    for name, stage in {**STAGES, **own}.items():
        graph.add_node(name, stage)
    graph.add_edge(START, "brief")
    graph.add_edge("brief", "analyze")
    graph.add_edge("brief", "verify")
    graph.add_edge(["analyze", "verify"], "weigh")
    graph.add_edge("execute", "settle")
    graph.add_edge("settle", END)
    return graph.compile(name="combat")
