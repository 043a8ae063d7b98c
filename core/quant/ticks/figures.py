"""What can be read from a row at an instant, all of it at once; reading moves nothing.

    VWAP                 sum(price · volume) / sum(volume) of the session
    realised volatility  percent per minute: 100 sqrt(sum r²), r the log returns between the seconds of the last 60 that
                         saw a tick; known from 10 returns on
    surge                volume of the forming bar of the first frame / mean volume of its last 20 closed bars
    breakout, breakdown  last price above the highest / below the lowest of those bars: 1 or 0
    divergence           minus the correlation of close and volume over those bars: 1 price and volume part, -1 they go
                         together; not known when one of them stands still or a volume is missing
    change of a frame    percent from the close of its last closed bar to the last price
    momentum             50 + 50 · weighted mean of its known parts, 0 to 100, 50 is still. Parts, each cut to [-1, 1]:
                         40 % change over 1 bar, 30 % over 5, 20 % over 15 (bars of the first frame), where
                         full_pct · sqrt(bars) counts fully, and 10 % surge / surge_ratio with the sign of the first.
                         It is a proxy made of changes, not an RSI; not known until one bar has closed
    quality              100 · max(0, 1 - 10 bad) · mean(max(0, 1 - age / 300 s), seconds of the last 60 with a tick /
                         60, known of the four figures / 4), 0 before the first tick; bad is the share of late, unusable
                         and outlying ticks among about the last 128, so that a tenth of bad ticks leaves nothing

What is not known is NaN. The instant may be later than the last tick, then the last 60 seconds end with it and a bar
that is over by then is no longer forming; an earlier instant counts as that of the last tick.
"""

from math import log, nan, sqrt

import numpy as np

from core.quant.kernel import Floats, Ints, lean, step
from core.quant.ticks.bars import FIRST_BAR
from core.quant.ticks.layout import (
    BAD,
    BAR_WIDTH,
    CLOSE,
    CLOSED,
    DEPTH,
    END,
    FRAME,
    FRAMES,
    FULL,
    HIGHEST,
    LOWEST,
    MEAN_VOLUME,
    RING,
    SECOND,
    SECONDS,
    SIZE,
    SURGE_RATIO,
    TAKEN_AT,
    TURNOVER,
    VOLUME,
    WINDOW,
)
from core.quant.ticks.quartet import COUNT, LAST, figures
from core.quant.ticks.recent import recalled

RETURNS = 10
STALE = 300 * SECOND
HARM = 10.0
WIDE = 2.0
"""Deviations from the middle to a band."""
WEIGHTS = (0.4, 0.3, 0.2)
BACK = (1, 5, 15)
VOLUME_WEIGHT = 0.1

NAMES = (
    "price", "osma", "rsi", "atr", "middle", "upper", "lower", "vwap", "realised_volatility_pct", "momentum", "surge",
    "breakout", "breakdown", "divergence", "quality",
)  # fmt: skip
"""The figures in their order; the change of each frame follows."""
VWAP, VOLATILITY, MOMENTUM, SURGE, BREAKOUT, BREAKDOWN, DIVERGENCE, QUALITY, CHANGES = range(7, 16)


@lean
def read(row: Floats, now: int, out: Floats) -> None:
    """Write every figure as it stands at an instant."""
    mark = row.view(np.int64)
    now = max(now, mark[TAKEN_AT])
    last = row[LAST] if row[COUNT] > 0.0 else nan
    osma, rsi, atr, middle, deviation = figures(row)
    out[0], out[1], out[2], out[3], out[4] = last, osma, rsi, atr, middle
    out[5], out[6] = middle + WIDE * deviation, middle - WIDE * deviation
    out[VWAP] = row[TURNOVER] / row[VOLUME] if row[VOLUME] > 0.0 else nan
    out[SURGE] = row[FIRST_BAR + SIZE] / row[MEAN_VOLUME] if _forming(row, mark, now) else nan
    out[BREAKOUT], out[BREAKDOWN] = _beyond(row, last)
    out[DIVERGENCE] = _divergence(row, mark)
    for index in range(mark[FRAMES]):
        out[CHANGES + index] = _change(row, mark, FRAME + index * (RING + mark[DEPTH] * BAR_WIDTH), 1)
    out[MOMENTUM] = _momentum(row, mark, out[SURGE])
    out[VOLATILITY], seen = _last_minute(row, mark, now // SECOND)
    known = int(osma == osma) + int(rsi == rsi) + int(atr == atr) + int(middle == middle)
    out[QUALITY] = _quality(row, now - mark[TAKEN_AT], seen, known)


@step
def _forming(row: Floats, mark: Ints, now: int) -> bool:
    return bool(now < mark[FIRST_BAR + END] and row[MEAN_VOLUME] > 0.0)


@step
def _beyond(row: Floats, last: float) -> tuple[float, float]:
    if not row[LOWEST] <= row[HIGHEST]:
        return nan, nan
    return 1.0 if last > row[HIGHEST] else 0.0, 1.0 if last < row[LOWEST] else 0.0


@step
def _change(row: Floats, mark: Ints, frame: int, back: int) -> float:
    closed, depth = mark[frame + CLOSED], mark[DEPTH]
    if closed < back:
        return nan
    return float((row[LAST] / row[frame + RING + (closed - back) % depth * BAR_WIDTH + CLOSE] - 1.0) * 100.0)


@lean
def _momentum(row: Floats, mark: Ints, surge: float) -> float:
    total = weight = 0.0
    for part in range(len(BACK)):
        change = _change(row, mark, FRAME, BACK[part])
        if change == change:
            total += WEIGHTS[part] * _cut(change / (row[FULL] * sqrt(BACK[part])))
            weight += WEIGHTS[part]
    latest = _change(row, mark, FRAME, 1)
    if surge == surge and latest == latest:
        total += VOLUME_WEIGHT * _cut(surge / row[SURGE_RATIO]) * np.sign(latest)
        weight += VOLUME_WEIGHT
    return 50.0 + 50.0 * total / weight if weight > 0.0 else nan


@step
def _cut(value: float) -> float:
    return min(max(value, -1.0), 1.0)


@lean
def _last_minute(row: Floats, mark: Ints, now: int) -> tuple[float, int]:
    seen, total, before = 0, 0.0, nan
    for second in range(now - SECONDS + 1, now + 1):
        price = recalled(row, mark, second)
        if price == price:
            change = log(price / before) if seen > 0 else 0.0
            total += change * change
            seen += 1
            before = price
    return 100.0 * sqrt(total) if seen > RETURNS else nan, seen


@lean
def _divergence(row: Floats, mark: Ints) -> float:
    closed, depth = mark[FRAME + CLOSED], mark[DEPTH]
    if closed < WINDOW:
        return nan
    price_mean, volume_mean = _window_mean(row, closed, depth, CLOSE), _window_mean(row, closed, depth, SIZE)
    both = prices = volumes = 0.0
    for number in range(closed - WINDOW, closed):
        place = FRAME + RING + number % depth * BAR_WIDTH
        price, volume = row[place + CLOSE] - price_mean, row[place + SIZE] - volume_mean
        both += price * volume
        prices += price * price
        volumes += volume * volume
    still = 1e-24 * WINDOW
    if not (prices > still * price_mean * price_mean and volumes > still * volume_mean * volume_mean):
        return nan
    return -_cut(both / sqrt(prices * volumes))


@step
def _window_mean(row: Floats, closed: int, depth: int, column: int) -> float:
    total = 0.0
    for number in range(closed - WINDOW, closed):
        total += row[FRAME + RING + number % depth * BAR_WIDTH + column]
    return total / WINDOW


@step
def _quality(row: Floats, age: int, seen: int, known: int) -> float:
    if row[COUNT] == 0.0:
        return 0.0
    fresh = max(0.0, 1.0 - age / STALE)
    whole = (fresh + seen / SECONDS + known / 4.0) / 3.0
    return float(100.0 * max(0.0, 1.0 - HARM * row[BAD]) * whole)
