"""No label of a training observation shares an instant with a label of its test."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quant.overfit.purging import purged_splits

OBSERVATIONS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), min_size=2, max_size=40).map(
    lambda drawn: [(start, start + length) for start, length in sorted(drawn)]
)


def test_a_hand_made_example() -> None:
    starts = np.arange(10)
    first, second, *_ = purged_splits(starts, starts + 2, 5, embargo=1)
    assert first.test.tolist() == [0, 1]
    assert first.train.tolist() == [5, 6, 7, 8, 9]
    assert second.test.tolist() == [2, 3]
    assert second.train.tolist() == [7, 8, 9]


def test_without_horizon_and_embargo_nothing_is_lost() -> None:
    starts = np.arange(7)
    splits = purged_splits(starts, starts, 3)
    assert [split.test.tolist() for split in splits] == [[0, 1, 2], [3, 4], [5, 6]]
    assert all(len(split.train) + len(split.test) == 7 for split in splits)


@given(OBSERVATIONS, st.integers(2, 8), st.integers(0, 10))
def test_training_never_overlaps_the_test_or_its_embargo(
    observed: list[tuple[int, int]], folds: int, embargo: int
) -> None:
    folds = min(folds, len(observed))
    starts, ends = (np.array(column) for column in zip(*observed, strict=True))
    splits = purged_splits(starts, ends, folds, embargo)
    assert np.concatenate([split.test for split in splits]).tolist() == list(range(len(observed)))
    for train, test in splits:
        assert not set(train.tolist()) & set(test.tolist())
        first, last = starts[test].min(), ends[test].max()
        for place in range(len(observed)):
            apart = ends[place] < first or starts[place] > last + embargo
            assert (place in train) == (apart and place not in test)


@given(OBSERVATIONS, st.integers(0, 10))
def test_a_longer_embargo_never_trains_on_more(observed: list[tuple[int, int]], embargo: int) -> None:
    starts, ends = (np.array(column) for column in zip(*observed, strict=True))
    for short, long in zip(purged_splits(starts, ends, 2), purged_splits(starts, ends, 2, embargo), strict=True):
        assert set(long.train.tolist()) <= set(short.train.tolist())


@pytest.mark.parametrize(
    "arguments",
    [
        ([], [], 2),
        ([0, 1], [0], 2),
        ([0, 2], [1, 1], 2),
        ([2, 1], [3, 3], 2),
        ([0, 1], [1, 2], 1),
        ([0, 1], [1, 2], 3),
        ([0, 1], [1, 2], 2, -1),
        ([0.5, 1.0], [1, 2], 2),
        ([[0], [1]], [[1], [2]], 2),
    ],
)
def test_times_that_make_no_sense_are_refused(arguments: Any) -> None:
    with pytest.raises(BadInput):
        purged_splits(*arguments)
