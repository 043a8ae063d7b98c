"""Every fault of a file is found at load and names its node."""

import time
from typing import Any

import pytest

from core.errors import BadInput
from core.signals.packages.graph import MOST_MATERIALS, graph
from core.signals.packages.shapes import shaped
from tests.core.signals.packages.examples import RAW, Node, file, node

UP = node("191^1-1", "ND", "AB301")
PRICE = node("191^1-2", "ND", "AA001")


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([UP, node("191^2-1", "CO", "191^1-7")], "191^2-1: reads '191^1-7', which is no raw symbol, package or"),
        ([node("191^1-1", "ND", "AA999")], "191^1-1: reads 'AA999', which is no raw"),
        ([UP, node("191^2-1", "CO", "191^1-01")], "191^2-1: reads '191^1-01': an id has one spelling"),
        ([node("191^1-1", "ND", "AA001", "")], "191^1-1: its material 2 is missing"),
        ([UP, UP], "191^1-1: stands 2 times"),
        ([node("191^1-01", "ND", "AA001")], "'191^1-01': an id has one spelling, this one is 191^1-1"),
        ([UP, node("191^1-3", "CO", "191^1-1")], "191^1-3: reads 191^1-1 of layer 1; it may read lower layers only"),
        ([node("191^1-1", "CO", "191^2-1"), node("191^2-1", "ND", "191^2")], "191^1-1: reads 191^2-1 of layer 2"),
        ([node("191^2-1", "ND", "AA001")], "191^2-1: reads the raw symbol AA001; only layer 1 may"),
        ([node("191^2-1", "ND", "191^2-1")], "191^2-1: a cycle: 191^2-1 reads 191^2-1"),
        (
            [node("191^1-1", "ND", "191^3-1"), node("191^2-1", "ND", "191^1-1"), node("191^3-1", "ND", "191^2-1")],
            "191^1-1: a cycle: 191^1-1 reads 191^3-1 reads 191^2-1 reads 191^1-1",
        ),
        ([node("191^1-1", "CO")], "191^1-1: its input is missing; CO takes 1 material"),
        ([node("191^1-1", "Z(2)", "AA001")], "191^1-1: Z(2) takes 2 materials, found 1"),
        ([node("191^1-1", "X2", "AA001", "AA002", "AA003")], "191^1-1: X2 takes 2 materials, found 3"),
        ([node("191^1-1", "SL", "AB301", "191^1")], "191^1-1: SL takes 1 or more rows of 3 materials, found 2"),
        ([node("191^1-1", "BL", "AA001")], "191^1-1: BL takes 1 material and 1 or more materials, found 1"),
        ([node("191^1-1", "MN", "AA001", mode=1)], "191^1-1: MN takes no materials, found 1"),
        ([node("191^1-1", "Z(1)", *["AA001"] * (MOST_MATERIALS + 1))], "191^1-1: reads 1025 materials; at most 1024"),
        ([node("191^1-1", "MAX", "AA001")], "191^1-1: there is no type 'MAX'; known are Z(1), Z(2)"),
        ([node("191^1-1", "and", "AB301")], "191^1-1: there is no type 'and'; did you mean 'AND'?"),
        ([node("191^1-1", "AS", "AB301", "AA001")], "191^1-1: AS has no mode 0; it has 1, 2"),
        ([node("191^1-1", "CO", "AA001")], "191^1-1: CO takes a direction as material 1, and AA001 gives a number"),
        ([node("191^1-1", "CO", "191^4")], "191^1-1: CO takes a direction as material 1, and 191^4 is a number"),
        ([node("191^1-1", "NL", "191^1", "AA001", mode=1)], "191^1-1: the line AA001 has no period"),
        ([node("191^1-1", "ND", "AB301", gives="number")], "191^1-1: ND gives a direction here, not a number"),
    ],
)
def test_a_fault_is_refused_and_names_its_node(nodes: list[Node], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        graph(file(*nodes))
    assert message in str(refused.value)


@pytest.mark.parametrize("kind", ["Z(1)", "Z(2)", "Z(8)"])
def test_directions_are_categories_and_never_computed_on(kind: str) -> None:
    with pytest.raises(BadInput, match=r"takes a number as material 1, and 191\^1-1 gives a direction"):
        graph(file(UP, node("191^2-1", kind, "191^1-1", "191^1-1")))
    with pytest.raises(BadInput, match="AS takes a number as material 2"):
        graph(file(UP, node("191^2-1", "AS", "191^1-1", "191^1-1", mode=1)))


def test_kinds_follow_what_is_read_and_constants_follow_the_others() -> None:
    found = graph(
        file(
            UP,
            PRICE,
            node("191^2-1", "SL", "191^1-1", "191^1", "191^1-1", "191^1-1", "191^2", "191^3"),
            node("191^2-2", "SL", "191^1-1", "191^1", "191^2"),
            node("191^2-3", "SL", "191^1-1", "191^1", "191^2", gives="direction"),
            node("191^2-4", "NL", "191^1-2", "101^1.5", mode=4),
        )
    )
    assert [found.kinds[f"191^2-{row}"] for row in (1, 2, 3, 4)] == ["direction", "number", "direction", "period"]


def test_two_kinds_are_never_mixed() -> None:
    with pytest.raises(BadInput, match=r"X2 takes a direction as material 2, and 191\^1-2 gives a number"):
        graph(file(UP, PRICE, node("191^2-1", "X2", "191^1-1", "191^1-2")))


def test_packages_are_ordered_by_layer_however_the_file_lists_them() -> None:
    above = node("191^2-1", "CO", "191^1-1")
    found = graph(file(above, PRICE, UP))
    assert [package.id for package in found.packages] == ["191^1-1", "191^1-2", "191^2-1"]


def test_all_faults_are_listed_until_there_are_too_many() -> None:
    with pytest.raises(BadInput) as refused:
        graph(file(*(node(f"191^1-{number}", "CO", "AA999") for number in range(50))))
    lines = str(refused.value).split("\n")
    assert len(lines) == 21
    assert lines[-1] == "... and more"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"raw": RAW, "packages": [{"id": "191^1-1", "type": "CO", "input": ["AB301"]}]}, r"191\^1-1: .*`input`"),
        ({"raw": RAW, "packages": [{"id": "191^1-1", "type": 7}]}, r"191\^1-1: Expected `str`, got `int`"),
        ({"raw": [{"symbol": "aa1"}], "packages": []}, "aa1: .*matching regex"),
        (
            {"raw": RAW, "packages": [{"id": "191^1-1", "type": "CO", "name": "a\n--> b"}]},
            r"191\^1-1: .*matching regex",
        ),
        ({"raw": RAW, "packages": [], "roots": [{"id": "191^1-1", "root_type": 6}]}, r"191\^1-1: .*root_type"),
        ({"raw": RAW, "packages": ["191^1-1"]}, "Expected `object`"),
        ({"raw": RAW}, "packages"),
    ],
)
def test_a_node_of_another_shape_is_refused_by_its_name(table: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        shaped(table)


def test_a_raw_symbol_stands_once() -> None:
    with pytest.raises(BadInput, match="AA001: stands 2 times"):
        graph(shaped({"raw": [RAW[0], RAW[0]], "packages": []}))


def test_a_long_chain_is_searched_for_cycles_without_recursion() -> None:
    chain = [node(f"191^{layer}-1", "ND", f"191^{layer - 1}-1") for layer in range(2, 3001)]
    begun = time.process_time()
    with pytest.raises(BadInput, match=r"191\^1-1: a cycle: 191\^1-1 reads 191\^3000-1 reads"):
        graph(file(node("191^1-1", "ND", "191^3000-1"), *chain))
    assert time.process_time() - begun < 5
