"""CSCV: luck is found out, skill is not, and each step is what the plain way gives."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.overfit import pbo as overfit
from core.quant.overfit.pbo import overfitting
from tests.core.quant.tapes import uncompiled


def noise(rows: int, strategies: int, seed: int) -> np.typing.NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal((rows, strategies)) * 0.01


def test_the_best_of_many_without_skill_is_overfit_about_half_the_time_and_one_with_skill_is_not() -> None:
    lucky = [overfitting(noise(200, 30, seed), 8).pbo for seed in range(20)]
    skilled = noise(200, 30, 1)
    skilled[:, 4] += 0.01
    assert np.mean(lucky) == pytest.approx(0.5, abs=0.15)
    assert overfitting(skilled, 8).pbo == 0
    assert overfitting(skilled, 8).loss == 0


def test_two_strategies_that_take_turns_are_always_the_wrong_choice() -> None:
    half = np.tile([0.03, -0.01], 5)
    returns = np.column_stack((np.concatenate((half, -half)), np.concatenate((-half, half))))
    found = overfitting(returns, 2)
    assert found.logits == pytest.approx([np.log(1 / 2)] * 2)
    assert (found.pbo, found.loss) == (1, 1)
    assert np.isnan(found.slope)


@given(st.integers(0, 10_000), st.integers(2, 6), st.sampled_from([2, 4, 6]))
def test_it_is_what_the_plain_way_gives(seed: int, strategies: int, blocks: int) -> None:
    returns = noise(blocks * 5 + seed % blocks, strategies, seed)
    found = overfitting(returns, blocks)
    parts = np.array_split(returns[len(returns) % blocks :], blocks)
    logits, losses = [], []
    for half in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([part for place, part in enumerate(parts) if place in half])
        outside = np.concatenate([part for place, part in enumerate(parts) if place not in half])
        best = int(np.argmax(inside.mean(axis=0) / inside.std(axis=0)))
        ratios = outside.mean(axis=0) / outside.std(axis=0)
        share = (1 + (ratios < ratios[best]).sum()) / (strategies + 1)
        logits.append(np.log(share / (1 - share)))
        losses.append(ratios[best] < 0)
    assert found.logits == pytest.approx(logits)
    assert found.loss == pytest.approx(np.mean(losses))


@given(st.integers(0, 10_000), st.integers(1, 1000))
def test_scale_and_the_order_of_blocks_do_not_matter(seed: int, scale: int) -> None:
    returns = noise(40, 5, seed)
    turned = np.concatenate(np.split(returns, 4)[::-1])
    plain = overfitting(returns, 4)
    assert overfitting(scale * returns, 4).pbo == plain.pbo
    assert overfitting(turned, 4).pbo == plain.pbo
    assert len(plain.logits) == 6


def test_strategies_that_are_equal_share_their_rank() -> None:
    one = noise(20, 1, 3)
    assert overfitting(np.hstack((one, one, one)), 4).logits == pytest.approx([0] * 6)


def test_a_strategy_that_rests_in_a_half_has_no_ratio_there() -> None:
    resting = np.zeros(8)
    resting[:4] = [0.01, -0.02, 0.03, 0.01]
    found = overfitting(np.column_stack((resting, -resting)), 2)
    assert found.loss == 0
    assert found.logits == pytest.approx([0, np.log(2)])


def test_compiled_and_uncompiled_agree() -> None:
    sums, halves = np.abs(noise(4, 6, 1)).reshape(4, 2, 3), np.array([[0, 1], [0, 2], [0, 3]])
    assert overfit._compared(sums, halves, 10) == pytest.approx(uncompiled(overfit._compared)(sums, halves, 10))


@pytest.mark.parametrize(
    ("returns", "blocks"),
    [
        (noise(40, 3, 1), 3),
        (noise(40, 3, 1), 0),
        (noise(40, 3, 1), 22),
        (noise(7, 3, 1), 4),
        (noise(40, 1, 1), 4),
        (np.ones((40, 2)), 4),
        (np.full((40, 2), np.nan), 4),
        (noise(40, 3, 1)[0], 4),
    ],
)
def test_tables_that_allow_no_choice_are_refused(returns: Any, blocks: int) -> None:
    with pytest.raises(BadInput):
        overfitting(returns, blocks)
