"""Which ticks are believed: the order of their times, and a robust z-score of their steps.

Order. The key of a tick is (time, sequence). Equal to the key seen last it is REPEATED, before it LATE; neither moves
anything. Every other tick moves the key, also one that is then refused, so that a bad tick delivered three times cannot
confirm itself. Repeats are told by the key alone: two real trades of one price, size and millisecond differ in their
sequence. A stamp from the future makes all that follow late: screen those before (`core/market/quotes`).

Doubt. A step is |price - price before|. `scale` is the mean of the steps, plain over the first 64 and exponential with
weight 1/64 after, where no step counts for more than the band it was judged by (winsorised), so no price, however far,
widens the band much. For normal steps sigma = sqrt(pi / 2) scale, and z = step / sigma. A tick is an OUTLIER when

    step > band = max(sigmas sqrt(pi / 2) scale, calm · price before)

`calm` is a share that is never doubted, for a price that stands still has a scale of zero. Until 32 ticks are known
there is no scale worth the name and the band is `first · price before`; the very first tick is believed. A real jump
repeats itself: when `confirm` ticks in a row are outliers, each within the band of the one before it, the last of them
is taken as SHIFT: the level has moved. The others stay out of every figure, and a tick near the old level ends the
doubt. So a bad first print costs `confirm` ticks, and a day that opens far from the last close is believed at its third
tick.
"""

from math import fabs, pi, sqrt

from core.quant.kernel import Floats, Ints, lean, step
from core.quant.ticks.layout import AT, BAD, CALM, CONFIRM, DOUBTED, DOUBTS, FIRST, LATEST, SCALE, SEQUENCE, SIGMAS
from core.quant.ticks.quartet import COUNT, LAST
from core.quant.ticks.verdicts import LATE, OUTLIER, REFUSED, REPEATED, SHIFT, UNUSABLE

LARGEST_PRICE = 1e9
LARGEST_VOLUME = 1e12
KNOWN = 32.0
"""Ticks after which the scale is used."""
MEMORY = 64.0
"""Ticks the scale remembers."""
TO_SIGMA = sqrt(pi / 2)
FADE = 1 / 128
"""Weight of one tick in the share of bad ones."""


@step
def screen(row: Floats, mark: Ints, at: int, sequence: int, price: float) -> int:
    """The verdict on a tick before it may move a figure: 0 or SHIFT, or the bit that refuses it."""
    if at <= mark[AT] and (at < mark[AT] or sequence <= mark[SEQUENCE]):
        return REPEATED if at == mark[AT] and sequence == mark[SEQUENCE] else LATE
    if at < 0 or at >= LATEST:
        return UNUSABLE
    mark[AT] = at
    mark[SEQUENCE] = sequence
    if not 0.0 < price <= LARGEST_PRICE:
        return UNUSABLE
    return _judge(row, mark, price) if row[COUNT] > 0.0 else 0


@step
def blame(row: Floats, verdict: int) -> None:
    """Count a tick into the share of bad ones among the latest."""
    bad = 1.0 if verdict & REFUSED else 0.0
    row[BAD] += (bad - row[BAD]) * FADE


@step
def sized(volume: float) -> bool:
    """Whether a volume can be used; zero can."""
    return 0.0 <= volume <= LARGEST_VOLUME


@step
def _judge(row: Floats, mark: Ints, price: float) -> int:
    last, seen = row[LAST], row[COUNT]
    change = fabs(price - last)
    band = row[FIRST] * last if seen < KNOWN else max(row[SIGMAS] * TO_SIGMA * row[SCALE], row[CALM] * last)
    if change > band and not _confirmed(row, mark, price, band):
        return OUTLIER
    mark[DOUBTS] = 0
    weight = 1.0 / MEMORY if seen > MEMORY else 1.0 / seen
    row[SCALE] += (min(change, band) - row[SCALE]) * weight
    return SHIFT if change > band else 0


@lean
def _confirmed(row: Floats, mark: Ints, price: float, band: float) -> bool:
    agrees = mark[DOUBTS] > 0 and fabs(price - row[DOUBTED]) <= band
    mark[DOUBTS] = mark[DOUBTS] + 1 if agrees else 1
    row[DOUBTED] = price
    return bool(mark[DOUBTS] >= mark[CONFIRM])
