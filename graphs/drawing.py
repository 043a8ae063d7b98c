"""Graphs as mermaid, for people to review and for documents that are checked for staleness."""

from typing import Any

from langgraph.graph.state import CompiledStateGraph


def mermaid(graph: CompiledStateGraph[Any, Any, Any, Any]) -> str:
    """The graph as it is compiled: every node, every path, without a renderer's decoration."""
    drawn = graph.get_graph()
    names = {"__start__": "start([event])", "__end__": "end_([outcome])"}
    lines = ["flowchart LR"]
    lines += [f"    {names.get(node, f'{node}[{node}]')}" for node in drawn.nodes]
    ids = {"__start__": "start", "__end__": "end_"}
    order = list(drawn.nodes)
    for edge in sorted(drawn.edges, key=lambda edge: (order.index(edge.source), order.index(edge.target))):
        arrow = "-.->" if edge.conditional else "-->"
        lines.append(f"    {ids.get(edge.source, edge.source)} {arrow} {ids.get(edge.target, edge.target)}")
    return "\n".join(lines)
