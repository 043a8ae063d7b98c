"""What a kernel may be given, checked where it enters.

A series is `[time]` or, for many symbols, time-major `[time, symbol]`: one row per instant, the symbols side by side,
so that one instruction serves several of them. Both are float64, C-contiguous and oldest first. Anything else is
refused by name, never converted: a hidden copy would cost more than most indicators do. An empty series is fine and
gives an empty answer; a period longer than the series gives NaN throughout.

NaN policy of every indicator in this folder:

- NaN at the beginning is a symbol that did not trade yet: its warm-up starts at its first value, as in TA-Lib, and in a
  panel each symbol has its own beginning.
- An indicator over a window is not finite exactly while its window holds a value that is not finite.
- A recursion is not finite from such a value to the end; only Heikin-Ashi begins anew after it, as its module says.
"""

import numpy as np

from core.errors import BadInput
from core.quant.kernel import Floats

DIMENSIONS = (1, 2)


def check_series(**series: Floats) -> None:
    """Refuse what is not a float64 series or panel, or is not of one shape with the others."""
    shapes = {name: _shape(name, values) for name, values in series.items()}
    if len(set(shapes.values())) > 1:
        raise BadInput(f"one shape is needed, found {', '.join(f'{name} {shape}' for name, shape in shapes.items())}")


def check_period(**periods: int) -> None:
    """Refuse a period that is not a whole number of at least one."""
    for name, period in periods.items():
        if type(period) is not int or period < 1:
            raise BadInput(f"{name}: must be a whole number of at least 1, found {period!r}")


def check_positive(**figures: float) -> None:
    """Refuse a figure that is not above zero and finite."""
    for name, figure in figures.items():
        if not 0 < figure < np.inf:
            raise BadInput(f"{name}: must be above zero and finite, found {figure!r}")


def room(out: Floats | None, *taken: Floats) -> Floats:
    """An array for an answer: the caller's, if it fits and overlaps nothing that is taken, else a new one."""
    if out is None:
        return np.empty_like(taken[0])
    if _shape("out", out) != taken[0].shape:
        raise BadInput(f"out: must have the shape of the input {taken[0].shape}, found {out.shape}")
    if not out.flags.writeable:
        raise BadInput("out: must be writeable, found a read-only array")
    if any(np.may_share_memory(out, values) for values in taken):
        raise BadInput("out: must not overlap an input or another output")
    return out


def _shape(name: str, values: Floats) -> tuple[int, ...]:
    if not isinstance(values, np.ndarray):
        raise BadInput(f"{name}: must be a numpy array, found {type(values).__name__}")
    if values.dtype != np.float64:
        raise BadInput(f"{name}: must be float64, found {values.dtype}")
    if values.ndim not in DIMENSIONS:
        raise BadInput(f"{name}: must be [time] or [time, symbol], found {values.ndim} dimensions")
    if not values.flags.c_contiguous:
        raise BadInput(f"{name}: must be contiguous; numpy.ascontiguousarray makes it so")
    return values.shape
