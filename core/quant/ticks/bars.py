"""Bars of every frame, built beside the figures from the ticks that were taken.

A day lasts from one instant of the symbol's table to the next; before the first and from the last one on, and where
there is no table, days are those of UTC, cut where the table begins or ends. The table holds instants, so a day of 23
or 25 hours is what the table says and no bar needs a time zone. A bar of F minutes begins at the day's begin plus a
multiple of F, and ends F minutes later or with the day, whichever is sooner; 1440 minutes are the day itself. A bar
holds the ticks with begin <= time < end.

No clock runs here: a bar closes when the first tick at or after its end is taken, and a bar without ticks does not
exist. A tick touches the first frame only; the others are multiples of it and take its bar in when it closes, so one
that is forming is read together with the first frame's. Volume is the sum of the known ones, NaN while none is known.

VWAP = sum(price · volume) / sum(volume) since the day began; ticks without volume leave it alone, and it is not known
while that volume is zero.

When a bar of the first frame closes, the highest price, the lowest and the mean of the known volumes of its last 20
closed bars are taken: what breakout, breakdown and surge of the ticks that follow are measured by. Before 20 have
closed they are NaN, and nothing breaks out. 20 bars are 20 bars, over gaps and days.
"""

from math import inf, nan

from core.quant.kernel import Floats, Ints, lean, step
from core.quant.ticks.layout import (
    BAR_WIDTH,
    BEGIN,
    CLOSE,
    CLOSED,
    DAY_BEGIN,
    DAY_END,
    DAYS_FROM,
    DAYS_UNTIL,
    DEPTH,
    END,
    FORMING,
    FRAME,
    FRAMES,
    HIGH,
    HIGHEST,
    LENGTH,
    LOW,
    LOWEST,
    MEAN_VOLUME,
    OPEN,
    RING,
    SIZE,
    SURGE_LEVEL,
    SURGE_RATIO,
    TICKS,
    TURNOVER,
    VOLUME,
    WHOLE_DAY,
    WINDOW,
)

FIRST_BAR = FRAME + FORMING


@lean
def enter_day(row: Floats, mark: Ints, days: Ints, at: int) -> None:
    """Find the day of an instant and begin its session."""
    first, last = mark[DAYS_FROM], mark[DAYS_UNTIL]
    following = _following(days, first, last, at)
    begin = at // WHOLE_DAY * WHOLE_DAY
    end = begin + WHOLE_DAY
    if first < following < last:
        begin, end = days[following - 1], days[following]
    elif first < following:
        begin = max(begin, days[last - 1])
    elif following < last:
        end = min(end, days[first])
    mark[DAY_BEGIN], mark[DAY_END] = begin, end
    row[TURNOVER] = row[VOLUME] = 0.0


@lean
def turn(row: Floats, mark: Ints, at: int, price: float) -> None:
    """Close the bars that ended at or before this instant, and begin new ones at this price."""
    depth = mark[DEPTH]
    for index in range(mark[FRAMES] - 1, -1, -1):
        frame = FRAME + index * (RING + depth * BAR_WIDTH)
        if index > 0 and mark[FIRST_BAR + TICKS] > 0:
            _take_in(row, mark, frame + FORMING)
        if at >= mark[frame + FORMING + END]:
            _archive(mark, frame, depth)
            _begin(row, mark, frame, at)
            _open(row, frame + FORMING, price)
    if mark[FRAME + CLOSED] >= WINDOW:
        _look_back(row, mark)


@step
def extend(row: Floats, mark: Ints, price: float) -> None:
    """One more price in the forming bar of the first frame."""
    row[FIRST_BAR + HIGH] = max(row[FIRST_BAR + HIGH], price)
    row[FIRST_BAR + LOW] = min(row[FIRST_BAR + LOW], price)
    row[FIRST_BAR + CLOSE] = price
    mark[FIRST_BAR + TICKS] += 1


@step
def trade(row: Floats, price: float, volume: float) -> None:
    """A known volume, for the session and for the forming bar."""
    row[TURNOVER] += price * volume
    row[VOLUME] += volume
    row[FIRST_BAR + SIZE] = added(row[FIRST_BAR + SIZE], volume)


@step
def added(known: float, more: float) -> float:
    """The sum of what is known of two volumes."""
    if known != known:
        return more
    return known if more != more else known + more


@lean
def _following(days: Ints, first: int, last: int, at: int) -> int:
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if days[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return low


@lean
def _take_in(row: Floats, mark: Ints, bar: int) -> None:
    row[bar + HIGH] = max(row[bar + HIGH], row[FIRST_BAR + HIGH])
    row[bar + LOW] = min(row[bar + LOW], row[FIRST_BAR + LOW])
    row[bar + CLOSE] = row[FIRST_BAR + CLOSE]
    row[bar + SIZE] = added(row[bar + SIZE], row[FIRST_BAR + SIZE])
    mark[bar + TICKS] += mark[FIRST_BAR + TICKS]


@lean
def _archive(mark: Ints, frame: int, depth: int) -> None:
    bar = frame + FORMING
    if mark[bar + TICKS] == 0:
        return
    place = frame + RING + mark[frame + CLOSED] % depth * BAR_WIDTH
    for column in range(BAR_WIDTH):
        mark[place + column] = mark[bar + column]
    mark[frame + CLOSED] += 1


@lean
def _begin(row: Floats, mark: Ints, frame: int, at: int) -> None:
    bar, length = frame + FORMING, mark[frame + LENGTH]
    begin, end = mark[DAY_BEGIN], mark[DAY_END]
    if length < WHOLE_DAY:
        begin += (at - begin) // length * length
        end = min(begin + length, end)
    mark[bar + BEGIN], mark[bar + END], mark[bar + TICKS] = begin, end, 0
    row[bar + SIZE] = nan


@lean
def _open(row: Floats, bar: int, price: float) -> None:
    row[bar + OPEN] = row[bar + HIGH] = row[bar + LOW] = row[bar + CLOSE] = price


@lean
def _look_back(row: Floats, mark: Ints) -> None:
    closed, depth = mark[FRAME + CLOSED], mark[DEPTH]
    highest, lowest, total, known = -inf, inf, 0.0, 0
    for number in range(closed - WINDOW, closed):
        place = FRAME + RING + number % depth * BAR_WIDTH
        highest, lowest = max(highest, row[place + HIGH]), min(lowest, row[place + LOW])
        if row[place + SIZE] >= 0.0:
            total += row[place + SIZE]
            known += 1
    row[HIGHEST], row[LOWEST] = highest, lowest
    row[MEAN_VOLUME] = total / known if known > 0 else nan
    row[SURGE_LEVEL] = row[MEAN_VOLUME] * row[SURGE_RATIO] if row[MEAN_VOLUME] > 0.0 else nan
