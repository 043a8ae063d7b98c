"""Branch search: which path of conditions holds now, and what it says to do.

How to think about it: roots are nodes of trees whose conditions look at packages. All are evaluated, in one pass from
the leaves up, and nothing is walked twice; a root that no other leads to is an entry, and each entry gives one route or
none. Routes are ordered by (priority, evaluation_order, id) of their entry, the *smaller* priority first, and the first
is chosen, so neither the order of the file nor chance has a say. The ids walked are the route's explanation.

A root takes part while all its conditions hold. Then, by its type:

    0 normal, 2 situation   its children are tried by (evaluation_order, id); the first that leads somewhere wins
    1 terminal              the route ends here with its output
    3 recursion             as 0, but its children may be roots that lead to it; in one route at most 3 of these are
                            walked, and one more leads nowhere
    4 wait, 5 hold          the route ends here and says wait (3), whatever comes after them
    8 end                   the parent leads nowhere: its remaining children are not tried

The sources name the types and no more; how they are walked is decided here. The other thing called branch search, the
offline comparison of whole trees, is not done at run time and not in this file.
"""

import numpy as np
from msgspec import Struct

from core.errors import BadInput
from core.quant.kernel import Floats, Ints, kernel
from core.signals.packages.evaluation import Memory
from core.signals.packages.shapes import BranchType, ConditionType
from core.signals.trees import (
    END,
    FIRST_CHILD,
    FIRST_CONDITION,
    HOLD,
    LAST,
    RECURSION,
    TERMINAL,
    TYPE,
    WAIT,
    Branches,
)

NOWHERE, ENDED = -1, -2


class Route(Struct, frozen=True):
    """A path whose conditions all hold, and what it says."""

    path: tuple[str, ...]
    """Ids from the entry to the end: the explanation."""
    output: int
    """1 up, 2 down, 3 wait."""
    condition_type: ConditionType
    branch_type: BranchType
    priority: int


def routes(branches: Branches, memory: Memory) -> tuple[Route, ...]:
    """Every entry's route, the most urgent first."""
    taken = _taken(branches, memory)
    return tuple(_route(branches, taken, entry) for entry in _leading(branches, taken))


def chosen(branches: Branches, memory: Memory) -> Route | None:
    """The most urgent route, if any path holds."""
    taken = _taken(branches, memory)
    return next((_route(branches, taken, entry) for entry in _leading(branches, taken)), None)


@kernel
def search(nodes: Ints, wiring: Ints, cells: Floats, taken: Ints) -> None:
    """For each level of recursions left and each root: which child leads on, itself if it is the end, or neither."""
    for level in range(len(taken)):
        below = taken[level - 1] if level else taken[level]
        for place in range(len(nodes)):
            node = nodes[place]
            if not holds(wiring[node[FIRST_CONDITION] : node[FIRST_CHILD]], cells):
                taken[level, place] = NOWHERE
            elif node[TYPE] == END:
                taken[level, place] = ENDED
            elif node[TYPE] == TERMINAL or node[TYPE] == WAIT or node[TYPE] == HOLD:
                taken[level, place] = place
            elif node[TYPE] == RECURSION and level == 0:
                taken[level, place] = NOWHERE
            else:
                onward = below if node[TYPE] == RECURSION else taken[level]
                taken[level, place] = first_leading(wiring[node[FIRST_CHILD] : node[LAST]], onward)


@kernel
def holds(conditions: Ints, cells: Floats) -> bool:
    """Whether every package shows the direction it must."""
    met = 0
    while met < len(conditions) and cells[conditions[met]] == conditions[met + 1]:
        met += 2
    return met >= len(conditions)


@kernel
def first_leading(children: Ints, taken: Ints) -> int:
    """The first child that leads somewhere, unless an end comes before it."""
    for child in children:
        if taken[child] == ENDED:
            return NOWHERE
        if taken[child] != NOWHERE:
            return int(child)
    return NOWHERE


def _taken(branches: Branches, memory: Memory) -> Ints:
    if len(memory.cells) != branches.cells:
        raise BadInput("memory: belongs to another plan")
    taken = np.full((branches.levels, len(branches.nodes)), NOWHERE, dtype=np.int64)
    search(branches.nodes, branches.wiring, memory.cells, taken)
    return taken


def _leading(branches: Branches, taken: Ints) -> list[int]:
    """The entries that lead somewhere, the most urgent first."""
    return [int(entry) for entry in branches.entries[taken[-1, branches.entries] >= 0]]


def _route(branches: Branches, taken: Ints, entry: int) -> Route:
    level, place, path = len(taken) - 1, entry, [entry]
    while taken[level, place] != place:
        step = int(taken[level, place])
        level -= int(branches.nodes[place, TYPE] == RECURSION)
        place = step
        path.append(place)
    first, last = branches.roots[path[0]], branches.roots[path[-1]]
    output = last.output if last.root_type == TERMINAL else 3
    ids = tuple(branches.roots[step].id for step in path)
    return Route(ids, output, last.condition_type, last.branch_type, first.priority)
