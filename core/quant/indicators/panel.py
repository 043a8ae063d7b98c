"""How symbols with different beginnings share one vectorised loop.

A panel is `[time, symbol]`. The loop over time advances the state of all symbols at every row; the state of a symbol
that has not begun is NaN and so is what comes of it. When the warm-up of a symbol is over, the loop stops after that
row, the seed is put into the state and the results of the row are written once more; then the loop goes on. So the
inner loop asks no question, and it is the only thing that runs as often as there are rows.
"""

import numpy as np

from core.quant.kernel import Floats, Ints, kernel


@kernel
def first_row(values: Floats) -> int:
    """The row of the first value that is not NaN, or the number of rows."""
    for row in range(len(values)):
        if not np.isnan(values[row]):
            return row
    return len(values)


@kernel
def openings(panel: Floats, length: int) -> tuple[Floats, Ints]:
    """Each symbol's first `length` values, `[symbol, length]`, and the row of the last of them, else the row count."""
    rows, symbols = panel.shape
    heads = np.full((symbols, min(length, rows + 1)), np.nan)
    starts = np.full(symbols, rows, np.int64)
    for symbol in range(symbols):
        begin = first_row(panel[:, symbol])
        if length <= rows - begin:
            starts[symbol] = begin + length - 1
            for place in range(length):
                heads[symbol, place] = panel[begin + place, symbol]
    return heads, starts


@kernel
def next_stop(starts: Ints, row: int, rows: int) -> int:
    """The row after the first one, from `row` on, at which a symbol starts; the number of rows if none does."""
    stop = rows
    for start in starts:
        if row <= start < stop:
            stop = start + 1
    return stop


@kernel
def join(row: int, starts: Ints, seeds: Floats, state: Floats) -> None:
    """Put the seeds of the symbols that start at this row into the state."""
    for symbol in range(starts.shape[0]):
        if starts[symbol] == row:
            for part in range(state.shape[0]):
                state[part, symbol] = seeds[part, symbol]
