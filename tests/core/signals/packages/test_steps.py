"""Every step, compiled and not, gives the same figure."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.quant.kernel import Floats
from core.signals.packages import steps

Figures = list[float]
figures = st.sampled_from([np.nan, 0.0, 1.0, 2.0, 3.0, 0.5, -1.5, 7.0])
materials = st.lists(figures, min_size=6, max_size=6)
rows = st.tuples(st.sampled_from([0.0, 1.0, 2.0]), figures, figures.filter(bool), figures)
MODES = {steps.LINE: (1, 2, 3, 4), steps.AVERAGE: (1, 2), steps.IDEAL: (1, 2, 3)}
CASES = [(op, mode) for op in range(steps.HOLD + 1) for mode in MODES.get(op, (0, 1))]


def uncompiled(step: Callable[..., Any]) -> Callable[..., Any]:
    return getattr(step, "py_func", step)


def both(step: Callable[..., Any], *arguments: Any, row: Floats) -> None:
    rows = row.copy(), row.copy()
    compiled, plain = step(*arguments, rows[0]), uncompiled(step)(*arguments, rows[1])
    assert np.array_equal([compiled, *rows[0]], [plain, *rows[1]], equal_nan=True)


@given(st.sampled_from(CASES), materials, rows)
def test_each_type_gives_the_same_compiled_and_not(case: tuple[int, int], drawn: Figures, kept: Figures) -> None:
    op, mode = case
    m = np.array(drawn[:5] if op == steps.LINE else drawn)
    both(steps.outcome, op, mode, m, row=np.array(kept))
    if op < steps.ALL:
        assert_same(steps.arithmetic, op, m)
    elif op < steps.NOW:
        assert_same(steps.choice, op, mode, m)
    else:
        both(steps.kept, op, mode, m, row=np.array(kept))


def assert_same(step: Callable[..., Any], *arguments: Any) -> None:
    assert np.array_equal(step(*arguments), uncompiled(step)(*arguments), equal_nan=True)


@given(materials, rows, st.sampled_from([1, 2, 3]))
def test_each_step_gives_the_same_compiled_and_not(drawn: Figures, kept: Figures, mode: int) -> None:
    m, row = np.array(drawn), np.array(kept)
    for step in (steps.total, steps.agreed, steps.first_told):
        assert_same(step, m)
    for scalar in (steps.rounded, steps.sum_down):
        assert_same(scalar, drawn[0])
    for choosing in (steps.selected, steps.block):
        assert_same(choosing, m, np.nan)
    assert_same(steps.compared, drawn[0], drawn[1])
    assert_same(steps.differs, drawn[0], drawn[1])
    assert_same(steps.near_line, mode, m[:5])
    for single in (steps.count, steps.switched):
        both(single, drawn[0], row=row)
    for double in (steps.since, steps.sum_group, steps.hold):
        both(double, drawn[0], drawn[1], row=row)
    for sections in (steps.average_section, steps.ideal):
        both(sections, mode, m, row=row)
