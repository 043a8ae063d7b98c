"""Cross-validation that cannot peek: what overlaps a test is purged, and what follows it too closely is embargoed.

Lopez de Prado (Advances in Financial Machine Learning, chapter 7). Observation i is known at `starts[i]` and its label
at `ends[i]`, its horizon. The observations, in order of their starts, are cut into `folds` neighbouring tests; a test
spans from its first start to its last end. Of all others, an observation may train only if

    it ends before the test begins, ends[i] < first, or
    it begins after the test and its embargo, starts[i] > last + embargo

so that no label of a training observation shares an instant with a label of the test, and none begins while what the
test saw may still echo. Touching counts as overlapping. Tests differ by one observation at most.

Unit: that of the times (bars or nanoseconds), whole numbers; the embargo in the same. A test always gets its answer;
a training set may be empty if the horizons are as long as the sample.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Ints


class Split(NamedTuple):
    """Positions of the observations to train on and to test on, in order."""

    train: Ints
    test: Ints


def purged_splits(starts: ArrayLike, ends: ArrayLike, folds: int, embargo: int = 0) -> tuple[Split, ...]:
    """One split for each fold."""
    begins, closes = _times("starts", starts), _times("ends", ends)
    if begins.shape != closes.shape or (closes < begins).any():
        raise BadInput("ends: must be one for each start, and not before it")
    if (np.diff(begins) < 0).any():
        raise BadInput(f"starts: must be in order of time, are not at {int(np.argmax(np.diff(begins) < 0)) + 1}")
    if not 2 <= folds <= begins.shape[0] or embargo < 0:
        raise BadInput(f"folds: must be from 2 to {begins.shape[0]} and embargo not negative, found {folds}, {embargo}")
    tests = np.array_split(np.arange(begins.shape[0]), folds)
    return tuple(_split(begins, closes, test, embargo) for test in tests)


def _split(begins: Ints, closes: Ints, test: Ints, embargo: int) -> Split:
    first, last = begins[test[0]], closes[test].max()
    free = (closes < first) | (begins > last + embargo)
    free[test] = False
    return Split(np.flatnonzero(free), test)


def _times(name: str, values: ArrayLike) -> Ints:
    times = np.asarray(values)
    if times.dtype.kind != "i" or times.ndim != 1 or times.shape[0] == 0:
        raise BadInput(f"{name}: must be whole numbers in one dimension, found {times.dtype} in {times.ndim}")
    return np.ascontiguousarray(times, dtype=np.int64)
