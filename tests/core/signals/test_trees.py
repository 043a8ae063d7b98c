"""What roots must be before they are searched; a fault names its root."""

import pytest
from msgspec import structs

from core.errors import BadInput
from core.signals.packages.shapes import Condition, Root
from core.signals.trees import grown
from tests.core.signals.packages.examples import node, plan
from tests.core.signals.test_branches import UP, root, terminal

PLAN = plan(node("191^1-1", "ND", "AB301"), node("191^1-2", "ND", "AA001"))


def asking(package: str) -> Root:
    return structs.replace(terminal(1), conditions=(Condition(package, 1),))


@pytest.mark.parametrize(
    ("roots", "message"),
    [
        ([terminal(1, asks=UP), terminal(1, asks=UP)], "191^1-1: stands 2 times"),
        ([structs.replace(terminal(1), id="191^1-01")], "'191^1-01': an id has one spelling"),
        ([asking("191^1-9")], "root 191^1-1: asks '191^1-9', which is no package"),
        ([asking("AB301")], "root 191^1-1: asks 'AB301', which is no package"),
        ([asking("191^1-2")], "root 191^1-1: asks 191^1-2, which gives a number"),
        ([root(1, 0, 7, asks=UP)], "root 191^1-1: leads to '191^1-7', which is no root"),
        ([root(1, 3, 1, asks=UP)], "root 191^1-1: leads to itself"),
        ([root(1, 0, asks=UP)], "root 191^1-1: leads nowhere, which type 0 may not"),
        ([root(1, 1, 2, asks=UP, output=1), terminal(2)], "root 191^1-1: leads on, which type 1 may not"),
        ([terminal(1, 0, asks=UP)], "root 191^1-1: type 1 may not give 0"),
        ([root(1, 4, asks=UP, output=1)], "root 191^1-1: type 4 may not give 1"),
        ([root(1, 0, 2, asks=UP, output=1), terminal(2)], "root 191^1-1: type 0 may not give 1"),
        ([root(1, 8, asks=UP)], "root 191^1-1: ends the search of a parent, and nobody leads to it"),
        ([terminal(1)], "root 191^1-1: nobody leads to it and it asks nothing, so it would always hold"),
        (
            [root(9, 0, 1, asks=UP), root(1, 0, 2), root(2, 2, 3), root(3, 0, 1)],
            "root 191^1-1: a cycle: 191^1-1 leads to 191^1-2 leads to 191^1-3 leads to 191^1-1",
        ),
    ],
)
def test_a_fault_is_refused_and_names_its_root(roots: list[Root], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        grown(roots, PLAN)
    assert message in str(refused.value)


def test_a_circle_through_a_recursion_is_no_fault() -> None:
    assert grown([root(1, 0, 2, asks=UP), root(2, 3, 1)], PLAN).levels > 1


def test_a_chain_of_any_depth_is_grown() -> None:
    chain = [root(1, 0, 2, asks=UP), *(root(number, 2, number + 1) for number in range(2, 5000)), terminal(5000)]
    assert len(grown(chain, PLAN).nodes) == 5000
