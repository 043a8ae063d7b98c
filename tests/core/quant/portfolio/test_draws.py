"""Draws that are the same every time, and have the distribution they claim."""

from typing import Any

import numpy as np
import pytest

from core.errors import BadInput
from core.quant.portfolio.draws import _root, bits, joint_returns, normals, uniforms
from tests.core.quant.histories import alike
from tests.core.quant.tapes import uncompiled


def test_the_words_are_those_of_splitmix64() -> None:
    assert bits(1234567, 5).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_longer_draw_begins_with_the_shorter_one() -> None:
    assert np.array_equal(normals(7, 9), normals(7, 100)[:9])
    assert not np.array_equal(normals(7, 9), normals(8, 9))


def test_uniforms_and_normals_are_distributed_as_they_should_be() -> None:
    even, bell = uniforms(1, 40_000), normals(2, 40_000)
    assert even.min() >= 0
    assert even.max() < 1
    assert even.mean() == pytest.approx(1 / 2, abs=0.01)
    assert even.var() == pytest.approx(1 / 12, abs=0.002)
    assert [(bell**power).mean() for power in (1, 2, 3, 4)] == pytest.approx([0, 1, 0, 3], abs=0.12)
    assert np.corrcoef(bell[:-1], bell[1:])[0, 1] == pytest.approx(0, abs=0.02)
    assert (bell < -1.6448536269514722).mean() == pytest.approx(0.05, abs=0.004)


@pytest.mark.parametrize("freedom", [None, 6])
def test_joint_returns_have_the_mean_and_covariance_asked_for(freedom: int | None) -> None:
    covariance = np.array([[4.0, 1.2, 0.0], [1.2, 1.0, 0.0], [0.0, 0.0, 0.0]]) * 1e-4
    drawn = joint_returns([0.001, 0.0, 0.002], covariance, 40_000, 11, freedom)
    assert drawn.mean(axis=0) == pytest.approx([0.001, 0.0, 0.002], abs=4e-4)
    assert np.cov(drawn, rowvar=False) == pytest.approx(covariance, abs=1.2e-5)
    assert np.ptp(drawn[:, 2]) == 0


def test_students_t_has_the_heavier_tail() -> None:
    bell, heavy = (joint_returns([0.0], [[1.0]], 40_000, 3, freedom) for freedom in (None, 3))
    assert (heavy < -4).mean() > 10 * (bell < -4).mean()


@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_root_of_a_covariance_gives_it_back(size: int) -> None:
    matrix = alike(size, 0.6)
    for root in (_root(matrix), uncompiled(_root)(matrix)):
        assert root @ root.T == pytest.approx(matrix, abs=1e-18)
        assert np.array_equal(root, np.tril(root))


def test_two_assets_that_are_one_have_a_root_too() -> None:
    for root in (_root(np.ones((3, 3))), uncompiled(_root)(np.ones((3, 3)))):
        assert root.tolist() == [[1, 0, 0], [1, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    "arguments",
    [
        ([0.0], [[1.0]], 0, 1),
        ([0.0], [[1.0]], 10, -1),
        ([0.0], [[1.0]], 10, 2**64),
        ([0.0], [[1.0]], 10, 1, 2),
        ([0.0, 0.0], [[1.0]], 10, 1),
        ([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], 10, 1),
        ([0.0, 0.0], [[0.0, 1.0], [1.0, 1.0]], 10, 1),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: Any) -> None:
    with pytest.raises(BadInput):
        joint_returns(*arguments)
