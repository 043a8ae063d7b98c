"""Pictures in mermaid: the graph as it is compiled, and the life of an order as its table of moves has it."""

from collections import defaultdict

from core.trading import orders
from docs.tables.markdown import fence
from graphs.combat import combat
from graphs.drawing import mermaid


def combat_graph() -> str:
    """The combat graph."""
    return fence("mermaid", mermaid(combat()))


def order_life() -> str:
    """Every legal move of an order; moves that share both ends share an arrow."""
    arrows = defaultdict(list)
    for (state, happening), after in orders._MOVES.items():
        arrows[state, after].append(happening)
    lines = ["stateDiagram-v2", "    [*] --> intended"]
    lines += [f"    {state} --> {after}: {', '.join(said)}" for (state, after), said in arrows.items()]
    return fence("mermaid", "\n".join(lines))
