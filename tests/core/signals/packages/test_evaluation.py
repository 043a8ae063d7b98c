"""Evaluation is a pure function of what was remembered and the new bar, whatever it skips."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.errors import BadInput
from core.market.instants import MINUTE
from core.quant.kernel import Floats
from core.signals.packages.evaluation import Incoming, Memory, advance, begin, doubted, raws, receive, shown, sweep
from core.signals.packages.plan import Plan
from tests.core.signals.packages.examples import DIRECTIONS, NUMBERS, Figures, Node, node, plan, remembered

KINDS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "direction": (
        ("AND", "dd", 0), ("OR", "dd", 0), ("X2", "nn", 0), ("X2", "dd", 0), ("I", "dn", 3), ("BL", "ndd", 0),
    ),
    "number": (
        ("Z(1)", "nnn", 0), ("Z(2)", "nn", 0), ("Z(8)", "nn", 0), ("RO", "n", 0), ("RD", "n", 0), ("SD", "n", 0),
        ("CO", "d", 0), ("SG", "dn", 0), ("AS", "dn", 1), ("AS", "dn", 2), ("I", "dn", 1), ("I", "dn", 2),
        ("SL", "ddnddn", 0), ("BL", "dnn", 0), ("MN", "", 1), ("MN", "d", 2), ("MN", "n", 2),
    ),
    "period": (("NL", "nnn", 3), ("NL", "nnn", 4)),
}  # fmt: skip
HOLDS = (("SS", "dp", 0), ("ND", "p", 0))


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """Four layers of packages of random types, over two timeframes."""
    nodes: list[Node] = []
    below: dict[str, list[str]] = {"d": [*DIRECTIONS], "n": [*NUMBERS], "p": []}
    for layer in range(1, 5):
        fresh: dict[str, list[str]] = {"d": [], "n": [], "p": []}
        for gives in ("direction", "number", "number", "period")[: 3 if layer == 1 else 4]:
            known = HOLDS if gives == "period" and below["p"] else KINDS[gives]
            kind, slots, mode = draw(st.sampled_from(known))
            name = f"{draw(st.sampled_from([1, 2]))}91^{layer}-{len(nodes)}"
            nodes.append(node(name, kind, *(draw(st.sampled_from(below[slot])) for slot in slots), mode=mode))
            fresh[gives[0]].append(name)
        below = fresh if layer == 1 else {slot: below[slot] + fresh[slot] for slot in below}
    return nodes


figures = st.none() | st.integers(-3, 6).map(float)
bars = st.fixed_dictionaries(
    {},
    optional={
        **{symbol: figures for symbol in NUMBERS},
        **{symbol: st.none() | st.sampled_from([0.0, 1.0, 2.0, 3.0]) for symbol in DIRECTIONS},
    },
)
closings = st.sampled_from([frozenset({1}), frozenset({1, 2})])
series = st.lists(st.tuples(bars, closings), min_size=1, max_size=12)


def walked(found: Plan, steps: list[tuple[Figures, frozenset[int]]], doubting: bool) -> list[Floats]:
    memory, shots = begin(found), []
    for number, (told, closed) in enumerate(steps, 1):
        before = doubted(memory) if doubting else memory
        memory = advance(found, before, Incoming(number * MINUTE, raws(found, told), closed))
        shots.append(memory.cells)
    return shots


@given(graphs(), series)
def test_evaluating_only_what_changed_shows_what_evaluating_everything_shows(
    nodes: list[Node], steps: list[tuple[Figures, frozenset[int]]]
) -> None:
    every_bar = [(told, frozenset({1, 2})) for told, _ in steps]
    found = plan(*nodes)
    assert np.array_equal(walked(found, every_bar, False), walked(found, every_bar, True), equal_nan=True)


@given(graphs(), series, st.randoms(use_true_random=False))
def test_the_order_of_the_file_shows_in_nothing(
    nodes: list[Node], steps: list[tuple[Figures, frozenset[int]]], random: Any
) -> None:
    shuffled = random.sample(nodes, len(nodes))
    assert np.array_equal(walked(plan(*nodes), steps, False), walked(plan(*shuffled), steps, False), equal_nan=True)


@given(graphs(), series)
def test_bars_to_come_change_nothing_that_was_shown(
    nodes: list[Node], steps: list[tuple[Figures, frozenset[int]]]
) -> None:
    found = plan(*nodes)
    shots = walked(found, steps, False)
    for length in range(1, len(steps)):
        assert np.array_equal(walked(found, steps[:length], False), shots[:length], equal_nan=True)


@given(graphs(), series, bars)
def test_a_memory_is_not_changed_by_advancing_from_it(
    nodes: list[Node], steps: list[tuple[Figures, frozenset[int]]], other: Figures
) -> None:
    found = plan(*nodes)
    memory = remembered(found, [told for told, _ in steps])[-1]
    before = [memory.cells.copy(), memory.due.copy(), memory.kept.copy()]
    later = [
        advance(found, memory, Incoming(100 * MINUTE, raws(found, told), frozenset({1}))) for told in (other, {}, other)
    ]
    assert all(map(identical, before, (memory.cells, memory.due, memory.kept)))
    assert identical(later[0].cells, later[2].cells)


def identical(one: Any, other: Any) -> bool:
    return np.array_equal(one, other, equal_nan=True)


def test_a_change_that_a_timeframe_missed_waits_for_its_next_bar() -> None:
    found = plan(
        node("191^1-1", "ND", "AA001"), node("291^1-1", "ND", "AA001"), node("291^1-2", "CO", "AB301"),
        node("991^2-1", "Z(2)", "191^1-1", "291^1-1"),
    )  # fmt: skip
    memory, table = begin(found), []
    for minute, closed in ((5, {1, 2}), (6, {1}), (7, {1}), (10, {1, 2})):
        memory = advance(
            found, memory, Incoming(minute * MINUTE, raws(found, {"AA001": minute, "AB301": 1}), frozenset(closed))
        )
        table.append([shown(found, memory, name) for name in ("191^1-1", "291^1-1", "291^1-2", "991^2-1")])
    assert table == [[5, 5, 1, 0], [6, 5, 1, 1], [7, 5, 1, 2], [10, 10, 2, 0]]


def test_only_what_changed_and_what_counts_bars_is_evaluated() -> None:
    found = plan(
        node("191^1-1", "X2", "AA001", "AA002"), node("191^1-2", "ND", "AA003"), node("191^1-3", "CO", "AB301"),
        node("191^2-1", "AND", "191^1-1", "191^1"), node("191^2-2", "RO", "191^1-2"),
    )  # fmt: skip
    steps: list[Figures] = [
        {"AA001": 2, "AA002": 1, "AA003": 5, "AB301": 1},
        {"AA001": 2, "AA002": 1, "AA003": 5, "AB301": 1},
        {"AA001": 3, "AA002": 1, "AA003": 5, "AB301": 1},
        {"AA001": 0, "AA002": 1, "AA003": 5, "AB301": 1},
        {"AA001": 0, "AA002": 1, "AA003": 6, "AB301": 1},
    ]
    assert [memory.evaluated for memory in remembered(found, steps)] == [5, 1, 2, 3, 3]


@given(graphs(), series)
def test_the_loops_give_the_same_compiled_and_not(
    nodes: list[Node], steps: list[tuple[Figures, frozenset[int]]]
) -> None:
    found = plan(*nodes)
    told = np.concatenate([[1.0], np.nan_to_num(raws(found, steps[0][0]))])
    runs: list[list[float]] = []
    for loops in ((receive, sweep), (getattr(receive, "py_func", receive), getattr(sweep, "py_func", sweep))):
        memory = begin(found)
        cells, due, kept = memory.cells.copy(), memory.due.copy(), memory.kept.copy()
        loops[0](found.wiring, told, cells, due)
        loops[1](found.nodes, found.wiring, cells, due, kept, 1 << 1)
        runs.append([*cells, *due, *kept.ravel()])
    assert np.array_equal(runs[0], runs[1], equal_nan=True)


def test_before_the_first_bar_nothing_is_told() -> None:
    found = plan(node("191^1-1", "ND", "AA001"), node("191^1-2", "ND", "AB301"), node("191^1-3", "ND", "191^7"))
    names = ("191^1-1", "191^1-2", "191^1-3", "AA001", "AB301")
    assert [shown(found, begin(found), name) for name in names] == [None, 0, None, None, 0]


def test_an_empty_file_is_a_plan_of_nothing() -> None:
    found = plan()
    assert advance(found, begin(found), Incoming(MINUTE, raws(found, {}))).evaluated == 0


FOUND = plan(node("191^1-1", "ND", "AA001"), node("191^1-2", "ND", "AB302"))
BAR = Incoming(MINUTE, raws(FOUND, {"AA001": 1, "AB302": 2}))


def bent(at: int, value: float) -> Floats:
    figures = BAR.raws.copy()
    figures[at] = value
    return figures


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"raws": BAR.raws[:-1]}, r"raws: must be float64, one for each of 7 raw symbols, found .* shape \(6,\)"),
        ({"raws": BAR.raws.astype(np.float32)}, "raws: must be float64"),
        ({"raws": BAR.raws.reshape(1, -1)}, "raws: must be float64"),
        ({"raws": bent(1, np.inf)}, "AA002: must be finite or missing"),
        ({"raws": bent(5, 1.5)}, "AB302: a direction is 0, 1, 2 or 3, found 1.5"),
        ({"raws": bent(5, -1)}, "AB302: a direction is"),
        ({"closed": frozenset({8})}, "closed: there is no timeframe 8"),
    ],
)
def test_a_bar_of_another_shape_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        advance(FOUND, begin(FOUND), structs.replace(BAR, **changes))


@pytest.mark.parametrize("at", [MINUTE, MINUTE - 1])
def test_a_bar_that_is_not_later_is_refused(at: int) -> None:
    memory = advance(FOUND, begin(FOUND), BAR)
    with pytest.raises(BadInput, match="at: a bar must be later"):
        advance(FOUND, memory, structs.replace(BAR, at=at))


def test_figures_that_are_not_contiguous_are_read_as_they_are() -> None:
    strided = np.repeat(BAR.raws, 2)[::2]
    assert not strided.flags.c_contiguous
    memory = advance(FOUND, begin(FOUND), structs.replace(BAR, raws=strided))
    assert shown(FOUND, memory, "191^1-1") == 1


def test_unknown_names_and_foreign_memories_are_refused() -> None:
    with pytest.raises(BadInput, match="'AA009': no raw symbol"):
        raws(FOUND, {"AA009": 1})
    for name in ("191^1-9", "now", "191^5"):
        with pytest.raises(BadInput, match="no package or raw symbol"):
            shown(FOUND, begin(FOUND), name)
    foreign: Memory = begin(plan(node("191^1-1", "CO", "AB301"), node("191^1-2", "ND", "AA001")))
    with pytest.raises(BadInput, match="memory: belongs to another plan"):
        advance(FOUND, foreign, BAR)
