"""Ranges from lines: the sheet's cases by hand, against a plain reading, on recorded prices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.indicators.averages import lines
from core.quant.timeframes import line_range as module
from core.quant.timeframes.line_range import line_range, pair_of
from tests.core.quant.tapes import recorded, uncompiled

AXIS = 3
quarters = st.integers(0, 12).map(lambda number: number / 4)


def plainly(price: float, levels: list[float], axis: int) -> tuple[int, int]:
    """The sheet's sentences."""
    below = [line for line, value in enumerate(levels) if value <= price]
    above = [line for line, value in enumerate(levels) if value > price]
    if not below or not above:
        return -1, -1
    shorter, base = levels[:axis], levels[axis]
    if all(value > base for value in shorter) or all(value < base for value in shorter):
        pair = sorted((axis, axis - 1), key=lambda line: levels[line])
        if levels[pair[0]] <= price < levels[pair[1]]:
            return pair[0], pair[1]
        return max(below, key=lambda line: (levels[line], -line)), min(above, key=lambda line: (levels[line], line))
    inside = [line for line, value in enumerate(levels) if min(price, base) < value < max(price, base)]
    if not inside:
        return -1, -1
    return (axis, inside[-1]) if base <= levels[inside[-1]] else (inside[-1], axis)


@pytest.mark.parametrize(
    ("price", "levels", "expected"),
    [
        (1.5, (4, 3, 2, 1), (3, 2)),
        (2.5, (4, 3, 2, 1), (2, 1)),
        (3.5, (1, 2, 3, 4), (2, 3)),
        (1.5, (1, 2, 3, 4), (0, 1)),
        (3.5, (4, 1, 3, 2), (3, 2)),
        (2.5, (4, 1, 3, 2), (-1, -1)),
        (1.2, (4, 1, 1.5, 2), (2, 3)),
        (5.0, (4, 3, 2, 1), (-1, -1)),
        (0.5, (4, 3, 2, 1), (-1, -1)),
        (4.0, (4, 3, 2, 1), (-1, -1)),
        (1.0, (4, 3, 2, 1), (3, 2)),
        (np.nan, (4, 3, 2, 1), (-1, -1)),
        (2.5, (4, np.nan, 2, 1), (-1, -1)),
    ],
)
def test_the_pair_of_one_price(price: float, levels: tuple[float, ...], expected: tuple[int, int]) -> None:
    assert pair_of(price, np.array(levels, float), AXIS) == expected
    assert uncompiled(pair_of)(price, np.array(levels, float), AXIS) == expected


@given(quarters, st.lists(quarters, min_size=4, max_size=4), st.integers(1, 3))
def test_every_pair_is_the_one_of_the_sheet(price: float, levels: list[float], axis: int) -> None:
    assert pair_of(price, np.array(levels), axis) == plainly(price, levels, axis)


def test_ranges_of_recorded_prices_begin_with_the_longest_line_and_hold_two_of_the_lines() -> None:
    prices = recorded()["price"].copy()
    drawn = lines(prices)
    found = line_range(prices, drawn, AXIS)
    assert np.isnan(found.lower[:179]).all() and (found.lower_line[:179] == -1).all()
    known = np.flatnonzero(found.lower_line >= 0)
    assert 200 < known.size < prices.size
    assert (found.lower[known] == drawn[found.lower_line[known], known]).all()
    assert (found.upper[known] == drawn[found.upper_line[known], known]).all()
    assert (found.lower[known] <= found.upper[known]).all()
    pairs = [plainly(price, levels.tolist(), AXIS) for price, levels in zip(prices[179:], drawn.T[179:], strict=True)]
    assert list(zip(found.lower_line[179:].tolist(), found.upper_line[179:].tolist(), strict=True)) == pairs
    early = line_range(prices[:500].copy(), np.ascontiguousarray(drawn[:, :500]), AXIS)
    assert early.lower_line.tolist() == found.lower_line[:500].tolist()


def test_the_loop_uncompiled_gives_the_same() -> None:
    prices = recorded()["price"][:300].copy()
    drawn = lines(prices)
    borders, pairs = np.full((2, 300), np.nan), np.full((2, 300), -1)
    uncompiled(module._ranges)(prices, np.ascontiguousarray(drawn.T), AXIS, (borders, pairs))
    found = line_range(prices, drawn, AXIS)
    assert pairs.tolist() == [found.lower_line.tolist(), found.upper_line.tolist()]
    assert np.array_equal(borders, [found.lower, found.upper], equal_nan=True)


def test_lines_that_do_not_fit_are_refused() -> None:
    price, drawn = np.zeros(5), np.zeros((4, 5))
    for wrong_axis in (0, 4, -1):
        with pytest.raises(BadInput, match="axis"):
            line_range(price, drawn, wrong_axis)
    for wrong in (np.zeros((4, 6)), np.zeros(5)):
        with pytest.raises(BadInput, match="lines"):
            line_range(price, wrong, 1)
    assert line_range(np.empty(0), np.empty((4, 0)), 3).lower.size == 0
