"""Ikikaeri (行帰, going and returning): what a run of one Heikin-Ashi colour does, and how runs follow each other.

A run is a row of candles of one colour. Within it the extreme is kept: the highest high of a rising run, the lowest
low of a falling one. Per bar:

- phase: going (1) where the bar made a new extreme, returning (2) where it did not. The first bar of a run makes its
  first extreme, so it goes.
- direction: the run's colour; once a close lies beyond the Heikin-Ashi open of the run's first candle, against the
  run, the direction is switched to the other until a new extreme, or the next run, takes that back.
- swing: from turn to turn, not from bar to bar. The last two rising runs that have ended and the last two falling
  ones: higher high and higher low is go-go (行行, 1), higher high and lower low go-return (行帰, 2), lower high and
  higher low return-go (帰行, 3), lower high and lower low return-back (帰戻, 4).

"New", "beyond" and "higher" mean strictly so: equal prices are none of these (undefined in the source, defined here).
Phases, directions and swings are categories; 0 is not computed. Unit of prices: any. Warm-up: direction and phase
stand from the first bar that has a colour, the swing from the turn that ends the fourth run. A missing bar forgets
everything.

Source: fact sheet "PKG packages, branch search" section 5; of the codes in its origin, which contradict each other,
none is kept.
"""

from typing import NamedTuple

import numpy as np

from core.quant.indicators.candles import Candles, heikin_ashi
from core.quant.kernel import Floats, Ints, kernel
from core.quant.timeframes.directions import DOWN, NONE, UP, check_bars, colours

GOING, RETURNING = 1, 2
GO_GO, GO_RETURN, RETURN_GO, RETURN_BACK = 1, 2, 3, 4

COLOUR, EXTREME, START, SWITCHED, PEAK, PEAK_BEFORE, TROUGH, TROUGH_BEFORE = range(8)
NEW_ROW = (0.0, np.nan, np.nan, 0.0, np.nan, np.nan, np.nan, np.nan)

Bar = tuple[float, float, float, float]


class Ikikaeri(NamedTuple):
    """Three categories per bar."""

    directions: Ints
    phases: Ints
    swings: Ints


def ikikaeri(bars: Candles) -> Ikikaeri:
    """Whether each run goes or returns, its direction, and the swing of the runs before."""
    check_bars(**bars._asdict())
    candles = heikin_ashi(bars)
    seen = np.column_stack([bars.high, bars.low, bars.close, candles.open])
    out = np.empty((3, len(seen)), np.int64)
    _follow(colours(candles), seen, np.array(NEW_ROW), out)
    return Ikikaeri(*out)


@kernel
def advance(row: Floats, colour: int, bar: Bar) -> int:
    """Take one bar (high, low, close, Heikin-Ashi open) into the row and return its phase."""
    reach = bar[0] if colour == UP else bar[1]
    phase = RETURNING
    if colour != row[COLOUR]:
        end_run(row)
        row[COLOUR], row[START], row[EXTREME] = colour, bar[3], np.nan
    if not is_within(colour, reach, row[EXTREME]):
        row[EXTREME], row[SWITCHED], phase = reach, 0.0, GOING
    if (bar[2] < row[START]) if colour == UP else (bar[2] > row[START]):
        row[SWITCHED] = 1.0
    return phase


@kernel
def end_run(row: Floats) -> None:
    """Keep the extreme of the run that ends as the latest peak or trough."""
    if row[COLOUR] == UP:
        row[PEAK_BEFORE], row[PEAK] = row[PEAK], row[EXTREME]
    elif row[COLOUR] == DOWN:
        row[TROUGH_BEFORE], row[TROUGH] = row[TROUGH], row[EXTREME]


@kernel
def is_within(colour: int, reach: float, extreme: float) -> bool:
    """Whether a reach is no new extreme of a run of this colour."""
    return bool(reach <= extreme) if colour == UP else bool(reach >= extreme)


@kernel
def direction(row: Floats) -> int:
    """The colour of the run, or the other one once it is switched."""
    if row[SWITCHED] == 0.0:
        return int(row[COLOUR])
    return DOWN if row[COLOUR] == UP else UP


@kernel
def swing(row: Floats) -> int:
    """How the last two peaks and the last two troughs lie to each other."""
    if np.isnan(row[PEAK_BEFORE] + row[TROUGH_BEFORE]):
        return NONE
    higher_low = row[TROUGH] > row[TROUGH_BEFORE]
    if row[PEAK] > row[PEAK_BEFORE]:
        return GO_GO if higher_low else GO_RETURN
    return RETURN_GO if higher_low else RETURN_BACK


@kernel
def _follow(shades: Ints, seen: Floats, row: Floats, out: Ints) -> None:
    for time in range(shades.shape[0]):
        bar = seen[time, 0], seen[time, 1], seen[time, 2], seen[time, 3]
        if shades[time] == NONE or not np.isfinite(bar[0] + bar[1] + bar[2]):
            row[:] = np.nan
            row[COLOUR] = row[SWITCHED] = 0.0
            out[:, time] = NONE
        else:
            out[1, time] = advance(row, shades[time], bar)
            out[0, time], out[2, time] = direction(row), swing(row)
