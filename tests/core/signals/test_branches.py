"""Which path is chosen: by its conditions, then by priority, order and id, and never by chance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.instants import MINUTE
from core.signals import branches
from core.signals.branches import Route, chosen, routes
from core.signals.packages.evaluation import Incoming, Memory, advance, begin, raws
from core.signals.packages.shapes import Condition, Root
from core.signals.trees import RECURSIONS, grown
from tests.core.signals.packages.examples import DIRECTIONS, node, plan

PLAN = plan(*(node(f"191^1-{number}", "ND", symbol) for number, symbol in enumerate(DIRECTIONS, 1)))


def root(number: int, kind: Any, *children: int, asks: Mapping[int, int] | None = None, **more: Any) -> Root:
    """Root 191^1-`number`; `asks` says which of the packages 1 to 3 must show what."""
    conditions = [Condition(f"191^1-{package}", code) for package, code in (asks or {}).items()]  # type: ignore[arg-type]
    fields = {"condition_type": "ENTRY", "branch_type": "base", "priority": 1, "evaluation_order": number, **more}
    names = tuple(f"191^1-{child}" for child in children)
    return Root(id=f"191^1-{number}", root_type=kind, conditions=tuple(conditions), children=names, **fields)


def terminal(number: int, output: int = 1, **more: Any) -> Root:
    return root(number, 1, output=output, **more)


def showing(*codes: int) -> Memory:
    return advance(PLAN, begin(PLAN), Incoming(MINUTE, raws(PLAN, dict(zip(DIRECTIONS, codes, strict=True)))))


def path(*roots: Root, codes: tuple[int, int, int] = (1, 1, 1)) -> tuple[list[int], int] | None:
    """Numbers on the chosen path and its output."""
    route = chosen(grown(roots, PLAN), showing(*codes))
    return None if route is None else ([int(step.partition("-")[2]) for step in route.path], route.output)


UP = {1: 1}


def test_a_path_holds_when_every_condition_on_it_does() -> None:
    tree = (root(1, 0, 2, asks={1: 1}), terminal(2, 2, asks={2: 2, 3: 3}))
    assert path(*tree, codes=(1, 2, 3)) == ([1, 2], 2)
    for codes in ((2, 2, 3), (1, 1, 3), (1, 2, 0)):
        assert path(*tree, codes=codes) is None


def test_the_first_child_in_evaluation_order_wins_and_ids_break_ties() -> None:
    late, early = terminal(2, evaluation_order=9), terminal(3, evaluation_order=1)
    assert path(root(1, 0, 2, 3, asks=UP), late, early) == ([1, 3], 1)
    ties = [terminal(number, evaluation_order=1) for number in (10, 9)]
    assert path(root(1, 0, 10, 9, asks=UP), *ties) == ([1, 9], 1)


def test_a_branch_that_leads_nowhere_gives_way_to_the_next() -> None:
    tree = (root(1, 0, 2, 4, asks=UP), root(2, 2, 3), terminal(3, asks={2: 2}), terminal(4, 2))
    assert path(*tree) == ([1, 4], 2)
    assert path(*tree, codes=(1, 2, 1)) == ([1, 2, 3], 1)


@pytest.mark.parametrize("kind", [4, 5])
def test_wait_and_hold_say_wait_whatever_comes_after_them(kind: int) -> None:
    tree = (root(1, 0, 2, 3, asks=UP), root(2, kind, asks={2: 1}), terminal(3))
    assert path(*tree) == ([1, 2], 3)
    assert path(*tree, codes=(1, 2, 1)) == ([1, 3], 1)


def test_an_end_abandons_the_remaining_children_of_its_parent_and_no_others() -> None:
    tree = (
        root(1, 0, 2, 6, asks=UP), root(2, 0, 3, 4, 5), terminal(3, asks={2: 3}), root(4, 8, asks={2: 1}),
        terminal(5, 2), terminal(6, 3),
    )  # fmt: skip
    assert path(*tree) == ([1, 6], 3)
    assert path(*tree, codes=(1, 2, 1)) == ([1, 2, 5], 2)
    assert path(*tree, codes=(1, 3, 1)) == ([1, 2, 3], 1)


def test_a_recursion_is_bounded() -> None:
    back = (root(1, 0, 2, 3, asks=UP), root(2, 3, 1), terminal(3))
    assert path(*back) == ([*[1, 2] * RECURSIONS, 1, 3], 1)
    assert path(root(1, 0, 2, asks=UP), root(2, 3, 1)) is None


def test_the_smaller_priority_wins_then_evaluation_order_then_id() -> None:
    def won(*roots: Root) -> int:
        found = path(*roots)
        assert found is not None
        return found[0][0]

    assert won(terminal(1, asks=UP, priority=2), terminal(2, asks=UP, priority=1)) == 2
    assert won(terminal(1, asks=UP, evaluation_order=3), terminal(2, asks=UP, evaluation_order=-1)) == 2
    assert won(terminal(10, asks=UP, evaluation_order=1), terminal(9, asks=UP, evaluation_order=1)) == 9
    assert won(terminal(1, asks={1: 2}, priority=0), terminal(2, asks=UP, priority=5)) == 2


def test_a_route_tells_what_it_is() -> None:
    tree = (root(1, 0, 2, asks=UP, priority=7), terminal(2, 2, condition_type="HEDGE", branch_type="hedge"))
    assert routes(grown(tree, PLAN), showing(1, 0, 0)) == (Route(("191^1-1", "191^1-2"), 2, "HEDGE", "hedge", 7),)


def test_every_entry_that_leads_somewhere_has_its_route_in_order() -> None:
    entries = [terminal(number, asks={number: 1}, priority=-number) for number in (1, 2, 3)]
    assert [route.path for route in routes(grown(entries, PLAN), showing(1, 0, 1))] == [("191^1-3",), ("191^1-1",)]


def test_nothing_holds_before_the_first_bar_and_without_roots() -> None:
    assert chosen(grown([terminal(1, asks=UP)], PLAN), begin(PLAN)) is None
    assert chosen(grown([], PLAN), showing(1, 1, 1)) is None


def test_a_memory_of_another_plan_is_refused() -> None:
    with pytest.raises(BadInput, match="memory: belongs to another plan"):
        chosen(grown([terminal(1, asks=UP)], PLAN), begin(plan()))


asked = st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=1, max_size=2)


@st.composite
def forests(draw: st.DrawFn) -> list[Root]:
    """Up to three levels of roots of every type; children have larger numbers, recursions lead anywhere but home."""
    count = draw(st.integers(2, 9))
    roots = [terminal(count, draw(st.integers(1, 3)), asks=draw(asked))]
    for number in range(count - 1, 0, -1):
        kind = draw(st.sampled_from([0, 1, 2, 3, 4, 5]))
        urgency = {"priority": draw(st.integers(0, 2)), "evaluation_order": draw(st.integers(0, 2))}
        if kind in (0, 2, 3):
            others = [other for other in range(1 if kind == 3 else number + 1, count + 1) if other != number]
            children = draw(st.lists(st.sampled_from(others), min_size=1, max_size=3))
            roots.append(root(number, kind, *children, asks=draw(asked), **urgency))
        else:
            roots.append(root(number, kind, asks=draw(asked), output=int(kind == 1), **urgency))
    ends = [root(99, 8, asks=draw(asked), evaluation_order=1)] if draw(st.booleans()) else []
    parent = root(98, 0, 99, count, asks=draw(asked), priority=0)
    return [*roots, *([parent, *ends] if ends else [])]


codes = st.tuples(*[st.integers(0, 3)] * 3)


@given(forests(), codes, st.randoms(use_true_random=False))
def test_the_order_of_the_file_decides_nothing(roots: list[Root], shown: tuple[int, ...], random: Any) -> None:
    shuffled = random.sample(roots, len(roots))
    memory = showing(*shown)
    assert routes(grown(roots, PLAN), memory) == routes(grown(shuffled, PLAN), memory)


@given(forests(), codes)
def test_the_routes_are_those_of_a_plain_walk(roots: list[Root], shown: tuple[int, ...]) -> None:
    known = {each.id: each for each in roots}
    led = {child for each in roots if each.root_type != 3 for child in each.children}
    entries = sorted((each for each in roots if each.id not in led), key=lambda each: (each.priority, *turn(each)))
    plain = [walk(entry, known, shown, RECURSIONS) for entry in entries]
    found = [route.path for route in routes(grown(roots, PLAN), showing(*shown))]
    assert found == [tuple(way) for way in plain if way and way != ["end"]]


def walk(here: Root, known: Mapping[str, Root], shown: tuple[int, ...], left: int) -> list[str]:
    """The search as one would tell it: depth first, one root after the other."""
    if any(shown[int(condition.package[-1]) - 1] != condition.code for condition in here.conditions):
        return []
    if here.root_type in (1, 4, 5, 8):
        return ["end"] if here.root_type == 8 else [here.id]
    left -= here.root_type == 3
    for child in sorted(map(known.__getitem__, here.children), key=turn) if left >= 0 else ():
        way = walk(child, known, shown, left)
        if way == ["end"]:
            return []
        if way:
            return [here.id, *way]
    return []


def turn(each: Root) -> tuple[int, int]:
    return each.evaluation_order, int(each.id.partition("-")[2])


@given(forests(), codes)
def test_the_kernels_give_the_same_compiled_and_not(roots: list[Root], shown: tuple[int, ...]) -> None:
    trees, cells = grown(roots, PLAN), showing(*shown).cells
    runs = []
    for search in (branches.search, getattr(branches.search, "py_func", branches.search)):
        runs.append(np.zeros((trees.levels, len(roots)), dtype=np.int64))
        search(trees.nodes, trees.wiring, cells, runs[-1])
    assert np.array_equal(runs[0], runs[1])
    for place in range(len(roots)):
        _, first, middle, last = trees.nodes[place]
        for step, part in (
            (branches.holds, (trees.wiring[first:middle], cells)),
            (branches.first_leading, (trees.wiring[middle:last], runs[0][-1])),
        ):
            assert step(*part) == getattr(step, "py_func", step)(*part)
