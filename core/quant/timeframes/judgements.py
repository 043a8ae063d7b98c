"""Judgements on the bars of one timeframe: dokyaku, momi, overshoot. One code per bar, as in `directions`.

Notation of the memo: H the Heikin-Ashi close, J the close that was dealt, M the bar before, I this bar. So MHIH is the
direction from the previous H to this H, MJIH from the previous J to this H; MMHMH and MMJMH are the same one bar
earlier.

**Dokyaku** (同逆, same or opposite). In this order:

1. MHIH = MJIH gives their direction.
2. Else MMHMH = MMJMH gives theirs.
3. If the direction from J to J contradicts what 1 or 2 gave, the confirmed colour counts instead: that of three equal
   Heikin-Ashi candles, wait if they are not equal.
4. On a turn (the other direction than was given last), if MMHMH, MMJMH and the confirmed colour all still show the old
   direction, there is no turn and the old one stays. As soon as one of them has turned the way is free.
5. A turn on a pin bar waits for one bar. A pin bar's longer wick is at least two thirds of its range (ours).

Nothing from 1 and 2 is wait. Warm-up: the third bar is the first judged. A missing bar forgets what was given last.

**Momi** (もみ, congestion): wait where the range of the last `count` bars is below a width, else none. It is measured
anew on every bar, so it ends when the range has widened. Warm-up: `count` bars. No number stands in the memo; the
strategies of its author used 15 to 50 bars.

**Overshoot**: remaining = distance from the close to a target line / average range of a bar, both of the bar before.
From 2 on, the code is the direction towards the line. The memo uses it for entering and for going against; here it is
the first: there is room left to the line, so it confirms an entry towards it.

Unit: prices; tolerances and widths are series of prices too (`in_ticks`, `in_atr`). Source: fact sheet "PKG packages,
branch search" section 5. Its hit rates are from 111 turns within five days, 55 to 56 %: no evidence, and not used.
"""

from typing import NamedTuple

import numpy as np

from core.quant.indicators.candles import Candles, heikin_ashi
from core.quant.inputs import check_period, check_positive
from core.quant.kernel import Floats, Ints, kernel
from core.quant.timeframes.directions import DOWN, NONE, UP, WAIT, check_bars, colours, earlier, headings, told

PIN_WICK = 2 / 3
ENOUGH_ROOM = 2.0


class Overshoot(NamedTuple):
    """The direction towards a line with room left to it, and the room in average bars."""

    codes: Ints
    remaining: Floats


def dokyaku(bars: Candles, tolerance: Floats) -> Ints:
    """The direction in which Heikin-Ashi and dealt prices agree."""
    check_bars(**bars._asdict(), tolerance=tolerance)
    candles = heikin_ashi(bars)
    average, actual = candles.close, bars.close
    average_move = _headings_since(average, average, tolerance)
    actual_move = _headings_since(actual, average, tolerance)
    dealt_move = _headings_since(actual, actual, tolerance)
    agreed = np.where(average_move == actual_move, average_move, NONE)
    confirmed = _confirmed(colours(candles))
    given = np.where(told(agreed), agreed, earlier(agreed))
    given = np.where(told(given), given, WAIT)
    contradicted = told(given) & told(dealt_move) & (dealt_move != given)
    given = np.where(contradicted, np.where(told(confirmed), confirmed, WAIT), given)
    given = np.where((dealt_move == NONE) | (earlier(dealt_move) == NONE), NONE, given)
    anchored = np.where(earlier(agreed) == confirmed, confirmed, NONE)
    codes = np.empty_like(given)
    _turns(given, anchored, pins(bars), codes)
    return codes


def momi(bars: Candles, width: Floats, count: int) -> Ints:
    """Wait where the last bars lie within a width."""
    check_bars(**bars._asdict(), width=width)
    check_period(count=count)
    spans = np.full_like(bars.close, np.nan)
    if count <= bars.close.size:
        _spans(bars.high, bars.low, spans, count)
    return np.where(spans < width, WAIT, NONE)


def overshoot(close: Floats, target: Floats, ranges: Floats, least: float = ENOUGH_ROOM) -> Overshoot:
    """Where the close before still had so many average bars of room to the target line."""
    check_bars(close=close, target=target, ranges=ranges)
    check_positive(least=least)
    room = np.full_like(close, np.nan)
    np.divide(target[:-1] - close[:-1], ranges[:-1], out=room[1:], where=ranges[:-1] > 0)
    room[~np.isfinite(room)] = np.nan
    codes = np.where(room >= least, UP, np.where(room <= -least, DOWN, NONE))
    return Overshoot(codes, np.abs(room))


def pins(bars: Candles) -> Ints:
    """Whether each bar is a pin bar."""
    span = bars.high - bars.low
    above = bars.high - np.maximum(bars.open, bars.close)
    below = np.minimum(bars.open, bars.close) - bars.low
    return ((span > 0) & (np.maximum(above, below) >= PIN_WICK * span)).astype(np.int64)


@kernel
def settle(held: int, waited: int, given: int, anchored: int, pin: int) -> tuple[int, int, int]:
    """The code of one bar, the direction that is held from then on, and whether a turn has waited."""
    if given == NONE:
        return NONE, NONE, 0
    if given == WAIT:
        return WAIT, held, waited
    if held == NONE or given == held:
        return given, given, 0
    if anchored == held:
        return held, held, 0
    if pin == 1 and waited == 0:
        return WAIT, held, 1
    return given, given, 0


@kernel
def _turns(given: Ints, anchored: Ints, pin: Ints, out: Ints) -> None:
    held, waited = NONE, 0
    for bar in range(given.shape[0]):
        out[bar], held, waited = settle(held, waited, given[bar], anchored[bar], pin[bar])


@kernel
def span_of(high: Floats, low: Floats) -> float:
    """Highest high less lowest low, NaN if one of them is missing."""
    highest, lowest, missing = high[0], low[0], 0.0
    for bar in range(high.shape[0]):
        highest, lowest = max(highest, high[bar]), min(lowest, low[bar])
        missing += (high[bar] - high[bar]) + (low[bar] - low[bar])
    return float(highest - lowest + missing)


@kernel
def _spans(high: Floats, low: Floats, out: Floats, count: int) -> None:
    for end in range(count, high.shape[0] + 1):
        out[end - 1] = span_of(high[end - count : end], low[end - count : end])


def _headings_since(before: Floats, now: Floats, tolerance: Floats) -> Ints:
    moves = np.full_like(now, np.nan)
    np.subtract(now[1:], before[:-1], out=moves[1:])
    return headings(moves, tolerance)


def _confirmed(shades: Ints) -> Ints:
    steady = (shades == earlier(shades)) & (shades == earlier(shades, 2))
    return np.where(steady, shades, NONE)
