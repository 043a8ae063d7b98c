"""Pictures in mermaid: the graph as it is compiled, and the life of an order as its table of moves has it."""

from collections import defaultdict

from core.desk.bands import STRICTNESS, is_looser
from core.desk.switching import MOVES
from core.trading import orders
from docs.tables.markdown import fence
from graphs.combat import combat
from graphs.drawing import mermaid


def combat_graph() -> str:
    """The combat graph."""
    return fence("mermaid", mermaid(combat()))


def posture_moves() -> str:
    """Every legal move between postures, and whose it is."""
    lines = ["stateDiagram-v2", f"    direction LR\n    {STRICTNESS[0]} : {STRICTNESS[0]} (loosest)"]
    for (held, wanted), causes in MOVES.items():
        who = ", ".join(sorted(causes))
        lines.append(f"    {held} --> {wanted}: {'looser' if is_looser(wanted, held) else 'at once'}, {who}")
    return fence("mermaid", "\n".join(lines))


def order_life() -> str:
    """Every legal move of an order; moves that share both ends share an arrow."""
    arrows = defaultdict(list)
    for (state, happening), after in orders._MOVES.items():
        arrows[state, after].append(happening)
    lines = ["stateDiagram-v2", "    [*] --> intended"]
    lines += [f"    {state} --> {after}: {', '.join(said)}" for (state, after), said in arrows.items()]
    return fence("mermaid", "\n".join(lines))
