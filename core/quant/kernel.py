"""How a kernel is compiled, in one place.

Rules of a kernel: the loop stands in one function, and what it calls are steps of at most fifteen lines on scalars, one
array or a row view; a callee that takes many arrays costs more than the work itself. `contract` lets the processor fuse
a multiplication and an addition, nothing else of fast mathematics is allowed: NaN and infinities keep their meaning.
Compiled code is kept on disk between processes, and every kernel runs uncompiled too (`NUMBA_DISABLE_JIT=1`), equal to
within 1e-9.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a loop, or a small step that loops call."""
    return _compiled(function)


def lean(function: F) -> F:
    """Compile a loop, or a rare step, that makes no array: references are not counted, so a row view costs nothing."""
    return _compiled(function, _nrt=False)


def step(function: F) -> F:
    """Compile a step of every tick into the body of the lean loop that calls it."""
    return _compiled(function, _nrt=False, forceinline=True)


def bound(function: F, *types: Any) -> F:
    """The machine code of a kernel for these types, without the search for a version that fits: half of a call.

    It looks at nothing: who calls it has made the arrays, or has checked them. Uncompiled, it is the function itself.
    """
    dispatcher = cast(Any, function)
    if not hasattr(dispatcher, "overloads"):
        return function
    dispatcher.compile(types)
    return cast(F, dispatcher.overloads[types].entry_point)


def _compiled(function: F, **options: bool) -> F:
    decorate = cast(Any, njit)
    return cast(F, decorate(cache=True, nogil=True, error_model="numpy", fastmath={"contract"}, **options)(function))
