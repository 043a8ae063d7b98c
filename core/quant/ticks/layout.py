"""Where each figure of a symbol lies: one flat row per symbol, columns by name.

How to think about it: a row is one buffer seen twice. Prices and sums are read through its float64 view, instants,
sequence numbers and counts through the int64 view of the same memory (called `mark`), so nanoseconds stay exact and one
array is all a kernel needs. A column belongs to one of the views only, and one step of the tick path writes it.

    [ four figures | hot | cold | counts | 60 seconds | frame 0 | frame 1 | … ]

What every tick touches lies together and on cache lines of its own: nine lines of eight columns. A row has an odd
number of lines, so that the rows of many symbols do not fall on each other in the cache. A frame is its length, how
many of its bars have closed, the bar that is forming, and a ring of closed bars. What is not known is NaN, which no
comparison finds; a fresh row holds NaN there, never zero.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.quant.kernel import Floats

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
WHOLE_DAY = 1_440 * MINUTE
LATEST = 2**62
"""Times end here (in the year 2116), so that sums of instants cannot overflow."""
SECONDS = 60
"""Seconds of history in a row."""
WINDOW = 20
"""Closed bars of the first frame that breakout, surge and divergence look back on."""

# 0 to 31: the four figures of core/quant/ticks/quartet. Then what every tick touches; from AT on in the int64 view.
CALM, SIGMAS, SCALE, BAD, TURNOVER, VOLUME, HIGHEST, LOWEST, SURGE_LEVEL = range(32, 41)
AT, SEQUENCE, TAKEN_AT, GAP_AFTER, DAY_END, LATEST_SECOND, DOUBTS = range(41, 48)

# What few ticks touch; from CONFIRM on in the int64 view.
FIRST, SURGE_RATIO, FULL, DOUBTED, MEAN_VOLUME = range(48, 53)
CONFIRM, FRAMES, DEPTH, DAYS_FROM, DAYS_UNTIL, DAY_BEGIN = range(53, 59)

COUNTS = 60
"""One count per kind of verdict, in the order of its bits (int64 view)."""
PRICES = 72
VOLUMES = 136
FRAME = 200
"""Where the prices and the volumes of the last seconds begin, and where the first frame does."""

LENGTH, CLOSED, FORMING, RING = 0, 1, 8, 16
"""Inside a frame: nanoseconds of a bar, closed bars so far (both int64 view), the forming bar, the closed ones."""
BEGIN, END, TICKS, OPEN, HIGH, LOW, CLOSE, SIZE = range(8)
"""Inside a bar; the first three in the int64 view. SIZE is the volume, NaN while no tick has told one."""
BAR_WIDTH = 8


def frame_at(index: int, depth: int) -> int:
    """The column where a frame begins, when each keeps `depth` closed bars."""
    return FRAME + index * (RING + depth * BAR_WIDTH)


def fresh_rows(count: int, frames: int, depth: int) -> "Floats":
    """Rows of zeros that begin on a cache line; the numbers above are read by settings too, without any array."""
    import numpy as np

    width = (frame_at(frames, depth) // 8 | 1) * 8
    buffer = np.zeros(count * width + 8)
    skipped = -buffer.ctypes.data % 64 // 8
    return buffer[skipped : skipped + count * width].reshape(count, width)
