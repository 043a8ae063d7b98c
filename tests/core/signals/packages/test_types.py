"""What each function type tells, by the vectors of the memo, and where it tells nothing."""

import pytest

from core.signals.packages.evaluation import shown
from core.signals.packages.types import TYPES
from tests.core.signals.packages.examples import node, plan, remembered, told

N, P, Q = "AA001", "AA002", "AA003"
D, E, F = "AB301", "AB302", "AB303"


def test_arithmetic() -> None:
    assert told("Z(1)", {N: [1, 4], P: [2, 5], Q: [3, 6]}) == [6, 15]
    assert told("Z(2)", {N: [5, 1], P: [2, 4]}) == [3, -3]
    assert told("Z(8)", {N: [7, -7, 7, 7.5], P: [3, 3, -3, 0]}) == [1, 2, -2, None]
    assert told("SD", {N: [5, 1, 0, -1, 2.5]}) == [15, 1, 0, None, None]
    assert told("U", {N: [None], P: [1], D: [0]}) == [3]
    assert told("ND", {N: [4], P: [9]}) == [4]


def test_rounding_and_truncating() -> None:
    values = [1.9, 2.0, 0.3, -1.9, 2.999995, 2.5, -2.5, 0.49999999999999994, -0.3]
    assert told("RO", {N: values}) == [2, 2, 0, -2, 3, 3, -3, 0, 0]
    assert told("RD", {N: values}) == [1, 2, 0, -1, 2, 2, -2, 0, 0]


def test_the_spreadsheets_recipe_for_rounddown_is_read_as_truncation() -> None:
    recipe = plan(node("191^1-1", "Z(2)", N, "191^0.49999"), node("191^2-1", "RO", "191^1-1"))
    other = plan(node("191^1-1", "Z(2)", N, "191^0.5"), node("191^2-1", "RO", "191^1-1"))
    bars = [{N: value} for value in (1.9, 2.0, 0.3, -1.9, 2.999995)]
    assert [shown(recipe, memory, "191^2-1") for memory in remembered(recipe, bars)] == [1, 2, 0, -1, 2]
    assert [shown(other, memory, "191^2-1") for memory in remembered(other, bars)] == [1, 2, 0, -2, 2]


def test_missing_numbers_stay_missing() -> None:
    for kind in ("Z(1)", "Z(2)", "Z(8)"):
        assert told(kind, {N: [1, None], P: [None, 1]}) == [None, None]
    assert told("RO", {N: [None]}) == told("SD", {N: [None]}) == told("RD", {N: [None]}) == [None]


def test_a_result_beyond_all_bounds_is_missing_and_not_infinite() -> None:
    assert told("Z(1)", {N: [1.7e308], P: [1.7e308]}) == [None]


def test_logic_of_directions() -> None:
    assert told("AND", {D: [1, 2, 1, 3, 0], E: [1, 2, 2, 3, 0], F: [1, 2, 1, 3, 0]}) == [1, 2, 0, 3, 0]
    assert told("AND", {D: [1], E: [None]}) == [0]
    assert told("OR", {D: [0, 0, 1, 0], E: [2, 0, 2, 3]}) == [2, 0, 1, 3]


def test_x2_tells_equal_by_3_and_orders_numbers_only() -> None:
    assert told("X2", {N: [2, 1, 2, None, 1], P: [1, 2, 2, 1, None]}) == [1, 2, 3, 0, 0]
    assert told("X2", {D: [2, 1, 2, 0], E: [1, 2, 2, 0]}) == [0, 0, 3, 3]
    assert told("X2", {D: [1, 2]}, D, "191^2") == [0, 3]


def test_the_first_row_that_is_met_is_selected() -> None:
    rows = (D, "191^1", "191^10", E, "191^2", "191^20", D, "191^3", "191^30")
    assert told("SL", {D: [1, 3, 3, 2, None], E: [2, 2, 1, 1, 1]}, *rows) == [10, 20, 30, None, None]
    assert told("SL", {D: [0], E: [0]}, D, E, "191^1") == [None]
    assert told("SL", {D: [2, 1]}, D, "191^1", "191^2", gives="direction") == [0, 2]


def test_a_spreadsheets_match_is_x2_by_row_and_then_sl() -> None:
    lookup = [
        *(node(f"191^1-{row}", "X2", N, f"191^{value}") for row, value in enumerate((30, 40, 50), 1)),
        node("191^2-1", "SL", *(part for row in (1, 2, 3) for part in (f"191^1-{row}", "191^3", f"191^{row}"))),
    ]
    found = plan(*lookup)
    bars = [{N: 50}, {N: 30}, {N: 45}, {N: 40}]
    assert [shown(found, memory, "191^2-1") for memory in remembered(found, bars)] == [3, 1, None, 2]


def test_the_block_of_the_selectors_number_is_selected() -> None:
    assert told("BL", {N: [1, 2, 3, 1.5, None], P: [5] * 5, Q: [6] * 5}) == [5, 6, None, None, None]
    assert told("BL", {D: [1, 2, 0], P: [5] * 3, Q: [6] * 3}) == [5, 6, None]
    assert told("BL", {N: [1, 7], D: [2, 2]}) == [2, 0]


def test_the_nearest_line_and_its_period() -> None:
    lines = [node(f"1{period}1^1-1", "ND", symbol) for period, symbol in enumerate((P, Q, "AA004"))]
    inputs = ("191^1-9", "101^1-1", "111^1-1", "121^1-1")
    modes = [node(f"191^2-{mode}", "NL", *inputs, mode=mode) for mode in (1, 2, 3, 4)]
    found = plan(node("191^1-9", "ND", N), *lines, *modes)
    bars: list[dict[str, float | None]] = [
        {N: 100, P: 101, Q: 103, "AA004": 98},
        {N: 102, P: 101, Q: 103, "AA004": 98},
        {N: 104, P: 101, Q: 103, "AA004": 98},
        {N: 103, P: 101, Q: 103, "AA004": 105},
        {N: 100, P: 101, Q: 101, "AA004": None},
        {N: None, P: 101, Q: 101, "AA004": 99},
    ]
    table = [[shown(found, memory, f"191^2-{mode}") for mode in (1, 2, 3, 4)] for memory in remembered(found, bars)]
    assert table == [
        [101, 98, 0, 2],
        [103, 101, 1, 0],
        [None, 103, None, 1],
        [105, 101, 2, 0],
        [101, None, 0, None],
        [None, None, None, None],
    ]


def test_bars_since_the_last_switch_are_counted_from_1() -> None:
    assert told("CO", {D: [1, 1, 2, 2, 2, 1]}) == [1, 2, 1, 2, 3, 1]
    assert told("CO", {D: [0, 3, 1, 3, 0, 1, 2]}) == [None, None, 1, 2, 3, 4, 1]


def test_sums_and_means_of_sections() -> None:
    sections = {D: [1, 1, 2, 2], N: [3, 4, 5, 6]}
    assert told("SG", sections) == [3, 7, 5, 11]
    assert told("AS", sections, mode=1) == [3, 3.5, 5, 5.5]
    assert told("AS", {D: [1, 1, 2, 2, 1], N: [3, 4, 5, 6, 9]}, mode=2) == [None, None, 3.5, 3.5, 5.5]


def test_what_is_missing_makes_the_rest_of_its_section_missing_and_no_more() -> None:
    holed: dict[str, list[float | None]] = {D: [0, 1, 1, 1, 2], N: [1, 1, None, 3, 4]}
    assert told("SG", holed) == [None, 1, None, None, 4]
    assert told("AS", holed, mode=1) == [None, 1, None, None, 4]
    assert told("I", holed, mode=1) == [None, 1, None, None, 4]
    assert told("I", holed, mode=3) == [0, 1, 0, 0, 2]


def test_ideal_keeps_the_extremes_of_a_section_and_which_was_new_last() -> None:
    section = {D: [1, 1, 1, 3, 2, 2, 2], N: [5, 7, 6, 4, 9, 9, 10]}
    assert told("I", section, mode=1) == [5, 5, 5, 4, 9, 9, 9]
    assert told("I", section, mode=2) == [5, 7, 7, 7, 9, 9, 10]
    assert told("I", section, mode=3) == [1, 1, 1, 2, 2, 2, 1]


def test_the_period_that_last_matched_is_held_from_one_firing_to_the_next() -> None:
    lines = [node(f"1{period}1^1-1", "ND", symbol) for period, symbol in enumerate((P, Q))]
    found = plan(
        node("191^1-1", "ND", N),
        node("191^1-2", "ND", D),
        *lines,
        node("191^2-1", "NL", "191^1-1", "101^1-1", "111^1-1", mode=3),
        node("191^3-1", "SS", "191^1-2", "191^2-1"),
    )
    bars = [(1, 0), (1, 1), (4, 1), (4, 3), (4, 2), (9, 0), (9, 1)]
    memories = remembered(found, [{N: price, D: code, P: 3, Q: 5} for price, code in bars])
    assert [shown(found, memory, "191^3-1") for memory in memories] == [None, 0, 0, 0, 1, 1, 1]


def test_minutes_now_and_since() -> None:
    assert told("MN", {N: [1, 1, 1]}, "191^1", mode=2) == [1, 1, 1]
    assert told("MN", {N: [7, 7, None, None, 8]}, mode=2) == [1, 1, 3, 3, 5]
    clock = plan(node("191^1-1", "MN", mode=1))
    assert [shown(clock, memory, "191^1-1") for memory in remembered(clock, [{}, {}])] == [1, 2]


@pytest.mark.parametrize("name", ["P", "T", "LP"])
def test_what_the_memo_names_and_never_defines_is_no_type(name: str) -> None:
    assert name not in {kind for kind, _ in TYPES}
