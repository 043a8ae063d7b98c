"""How a kernel is compiled, in one place.

Rules of a kernel: the loop stands in one function, and what it calls are steps of at most fifteen lines on scalars, one
array or a row view; a callee that takes many arrays costs more than the work itself. `contract` lets the processor fuse
a multiplication and an addition, nothing else of fast mathematics is allowed: NaN and infinities keep their meaning.
Compiled code is kept on disk between processes, and every kernel runs uncompiled too (`NUMBA_DISABLE_JIT=1`), equal to
within 1e-9.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a loop, or a small step that loops call."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(function))
