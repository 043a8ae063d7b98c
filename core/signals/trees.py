"""Roots as trees, ready to be searched; what they must be is checked at load, and a fault names its root.

Rules: an id stands once; a root leads to roots that exist, never to itself, and round in a circle only through a
recursion; types 0, 2 and 3 lead on and the others do not; only a terminal gives a direction of its own; conditions ask
packages that give directions; a root that nobody leads to asks something, for else it would always hold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from core.quant.kernel import Ints
from core.signals.packages.graph import identified, refuse
from core.signals.packages.ids import PackageId
from core.signals.packages.plan import Plan
from core.signals.packages.shapes import Root

TERMINAL, RECURSION, WAIT, HOLD, END = 1, 3, 4, 5, 8
RECURSIONS = 3
"""How many recursions one route may walk."""
TYPE, FIRST_CONDITION, FIRST_CHILD, LAST = range(4)
"""Columns of a root: its type, and where its conditions begin, its children begin and both end in the wiring."""


class Branches(Struct, frozen=True, eq=False):
    """Roots as arrays: children before parents, but for recursions."""

    roots: tuple[Root, ...]
    nodes: Ints
    wiring: Ints
    """The conditions of a root as pairs of cell and direction, then the places of its children."""
    entries: Ints
    """The roots nobody leads to, the most urgent first."""
    levels: int
    """How many recursions may be left, and none."""
    cells: int
    """How many values the plan has."""


def grown(roots: Sequence[Root], plan: Plan) -> Branches:
    """The trees of these roots over the packages of a plan, or an error that lists the roots' faults."""
    ids = identified(root.id for root in roots)
    refuse(fault for root in roots for fault in _misfits(root, ids, plan))
    ordered, entries = _leaves_first(roots), _entries(roots)
    refuse(_vague(entries))
    where = {root.id: place for place, root in enumerate(ordered)}
    turns = {root.id: (root.evaluation_order, ids[root.id]) for root in roots}
    children = [[where[name] for name in sorted(root.children, key=turns.__getitem__)] for root in ordered]
    nodes, wiring = _wired(ordered, children, plan)
    urgent = sorted(entries, key=lambda root: (root.priority, turns[root.id]))
    return Branches(
        roots=tuple(ordered),
        nodes=nodes,
        wiring=wiring,
        entries=np.array([where[root.id] for root in urgent], dtype=np.int64),
        levels=1 + RECURSIONS if any(root.root_type == RECURSION for root in roots) else 1,
        cells=len(plan.start),
    )


def _misfits(root: Root, ids: Mapping[str, PackageId], plan: Plan) -> Iterator[str]:
    for condition in root.conditions:
        if "^" not in condition.package or condition.package not in plan.kinds:
            yield f"root {root.id}: asks {condition.package!r}, which is no package"
        elif plan.kinds[condition.package] != "direction":
            yield f"root {root.id}: asks {condition.package}, which gives a {plan.kinds[condition.package]}"
    for child in root.children:
        if child not in ids:
            yield f"root {root.id}: leads to {child!r}, which is no root"
        elif child == root.id:
            yield f"root {root.id}: leads to itself"
    if bool(root.children) != (root.root_type in _LEADING):
        wrong = "leads on" if root.children else "leads nowhere"
        yield f"root {root.id}: {wrong}, which type {root.root_type} may not"
    if root.output not in _OUTPUTS.get(root.root_type, (0,)):
        yield f"root {root.id}: type {root.root_type} may not give {root.output}"


_LEADING = frozenset({0, 2, RECURSION})
_OUTPUTS = {TERMINAL: (1, 2, 3), WAIT: (0, 3), HOLD: (0, 3)}


def _entries(roots: Sequence[Root]) -> list[Root]:
    led = {child for root in roots if root.root_type != RECURSION for child in root.children}
    return [root for root in roots if root.id not in led]


def _vague(entries: Iterable[Root]) -> Iterator[str]:
    for root in entries:
        if root.root_type == END:
            yield f"root {root.id}: ends the search of a parent, and nobody leads to it"
        elif not root.conditions:
            yield f"root {root.id}: nobody leads to it and it asks nothing, so it would always hold"


def _leaves_first(roots: Sequence[Root]) -> list[Root]:
    """Children before the parents that lead to them by other means than recursion; a cycle is a fault."""
    known = {root.id: root for root in roots}
    parents: dict[str, list[str]] = {root.id: [] for root in roots}
    waiting = {root.id: len(_ordinary(root)) for root in roots}
    for root in roots:
        for child in _ordinary(root):
            parents[child].append(root.id)
    ready = [name for name, children in waiting.items() if not children]
    for name in ready:
        for parent in parents[name]:
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    refuse(_circle({name for name, children in waiting.items() if children}, known))
    return [known[name] for name in ready]


def _ordinary(root: Root) -> tuple[str, ...]:
    return () if root.root_type == RECURSION else root.children


def _circle(stuck: set[str], known: Mapping[str, Root]) -> Iterator[str]:
    """One cycle among roots that wait for each other."""
    if not stuck:
        return
    walked = [min(stuck)]
    while walked[-1] not in walked[:-1]:
        walked.append(min(child for child in known[walked[-1]].children if child in stuck))
    circle = walked[walked.index(walked[-1]) :]
    yield f"root {circle[0]}: a cycle: {' leads to '.join(circle)}"


def _wired(ordered: Sequence[Root], children: Sequence[Sequence[int]], plan: Plan) -> tuple[Ints, Ints]:
    nodes = np.zeros((len(ordered), LAST + 1), dtype=np.int64)
    wiring: list[int] = []
    for place, (root, led) in enumerate(zip(ordered, children, strict=True)):
        asked = [part for condition in root.conditions for part in (plan.cells[condition.package], condition.code)]
        begin = len(wiring)
        wiring += [*asked, *led]
        nodes[place] = root.root_type, begin, begin + len(asked), len(wiring)
    return nodes, np.array(wiring, dtype=np.int64)
