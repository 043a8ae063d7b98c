"""Which positions are one bet."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.portfolio import clusters as rooms
from core.quant.portfolio.clusters import cluster_risks, clusters, correlation, distances, effective_positions, linkage
from core.quant.portfolio.risk import history_of, measure
from tests.core.quant.histories import alike, random_returns, recorded
from tests.core.quant.tapes import uncompiled

CHAIN = [[1.0, 0.8, 0.5, 0.0], [0.8, 1.0, 0.7, 0.0], [0.5, 0.7, 1.0, 0.1], [0.0, 0.0, 0.1, 1.0]]


def test_correlation_is_numpys() -> None:
    returns = recorded()
    found = correlation(np.cov(returns, rowvar=False))
    assert found == pytest.approx(np.corrcoef(returns, rowvar=False))
    assert (np.diag(found) == 1).all()


def test_an_asset_that_never_moves_has_no_correlation_and_is_alone() -> None:
    found = correlation(history_of([[0.1, 0.0, 0.1], [-0.1, 0.0, -0.1], [0.2, 0.0, 0.2]]).covariance)
    assert np.isnan(found[1]).tolist() == [True, False, True]
    assert clusters(found).tolist() == [0, 1, 0]


@pytest.mark.parametrize(("count", "common"), [(1, 0.0), (4, 0.0), (4, 1.0), (10, 0.3), (3, -0.4)])
def test_equal_risks_of_equal_correlation_are_worth_the_closed_form(count: int, common: float) -> None:
    found = effective_positions(np.full(count, 0.1), alike(count, common))
    assert found == pytest.approx(count / (1 + (count - 1) * abs(common)))


def test_a_hedge_is_the_same_bet_and_not_a_second_one() -> None:
    assert effective_positions([0.5, -0.5], alike(2, 1.0)) == pytest.approx(1)
    assert np.isnan(effective_positions([0.0, 0.0], alike(2, 1.0)))


@given(st.integers(0, 10_000))
def test_the_effective_number_lies_between_one_and_the_number_held(seed: int) -> None:
    covariance = np.cov(random_returns(40, 6, seed), rowvar=False)
    held = np.random.default_rng(seed).normal(0, 1, 6)
    assert 1 - 1e-12 <= effective_positions(held, covariance) <= 6 + 1e-12


def test_a_chain_of_seven_tenths_is_one_cluster_and_a_hair_less_breaks_it() -> None:
    assert clusters(CHAIN).tolist() == [0, 0, 0, 1]
    assert clusters(CHAIN, 0.7 + 1e-9).tolist() == [0, 0, 1, 2]
    assert clusters(CHAIN, 1.0).tolist() == [0, 1, 2, 3]
    assert clusters([[1.0]]).tolist() == [0]


def test_assets_that_move_against_each_other_are_one_bet_too() -> None:
    assert clusters([[1.0, -0.9], [-0.9, 1.0]]).tolist() == [0, 0]


def test_the_tree_of_a_hand_made_matrix() -> None:
    merges = linkage(distances(CHAIN))
    assert merges[:, :2].tolist() == [[0, 1], [2, 4], [3, 5]]
    assert merges[:, 2] == pytest.approx([0.2, 0.3, 0.9])


@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.7]))
def test_clusters_are_the_connected_parts_whatever_the_order(seed: int, threshold: float) -> None:
    matrix = correlation(np.cov(random_returns(12, 8, seed), rowvar=False))
    order = np.random.default_rng(seed).permutation(8)
    joined = np.abs(matrix) >= threshold
    for _ in range(3):
        joined = joined @ joined
    found, other = clusters(matrix, threshold), clusters(matrix[np.ix_(order, order)], threshold)
    assert np.array_equal(found[:, None] == found, joined)
    assert np.array_equal(other[:, None] == other, joined[np.ix_(order, order)])


def test_the_risk_of_a_cluster_is_that_of_a_book_that_holds_only_it() -> None:
    past, held = history_of(recorded(), 0.01), np.full(10, 0.1)
    found = cluster_risks(past, held, 0.6)
    assert sorted(member for cluster in found for member in cluster.members) == list(range(10))
    assert any(len(cluster.members) > 1 for cluster in found)
    for cluster in found:
        alone = np.zeros(10)
        alone[list(cluster.members)] = 0.1
        assert cluster.risk == measure(past, alone)


def test_compiled_and_uncompiled_agree() -> None:
    apart = distances(correlation(np.cov(random_returns(30, 7, 1), rowvar=False)))
    merges = linkage(apart)
    assert np.array_equal(merges, uncompiled(rooms._linked)(apart.copy()))
    assert np.array_equal(rooms._cut(merges, 0.7), uncompiled(rooms._cut)(merges, 0.7))


@pytest.mark.parametrize("matrix", [[[1.0, 0.5]], [[1.0, 0.5], [0.2, 1.0]], [[np.inf]], [1.0], [["a"]]])
def test_what_is_no_correlation_is_refused(matrix: Any) -> None:
    with pytest.raises(ValueError, match=r"correlations|could not convert"):
        clusters(matrix)


def test_a_book_of_another_size_is_refused() -> None:
    with pytest.raises(BadInput, match="exposures: "):
        effective_positions([1.0], alike(2, 0.0))
    with pytest.raises(BadInput, match="exposures: "):
        cluster_risks(history_of(recorded()), [1.0])
