"""Timeframes: OsMA on the periods T, S, M and L of each, how these align, and several timeframes in one answer.

Periods, in bars of their timeframe: T 10, S 15, M 30, L 45; on 60M T 60, S 90, M 180, L 360. OsMA of a period keeps
the proportions of 12/26/9: slow = period, fast = 12/26 and signal = 9/26 of it, rounded, so that period 26 is the
classic one (the source names the periods and not how they enter: this is ours). Unit: that of the price; warm-up
period + signal - 1.

Alignment of a bar (周期の揃い): up where OsMA of all four periods rose since the bar before, down where all fell, wait
where they differ, none while one is missing.

Merging. A judgement lasts as long as its timeframe's TTL; an expired one, one from the future and one with code 0
count as absent. Over those present, with weights w, strengths s and confidences c

    backing of a direction = sum(w s c of it) / sum(w of all present)
    alignment = sum(w of the stronger direction) / sum(w of all present)
    strength = (its backing - the other's), * 1.5 if alignment > 0.8, at most 1
    confidence = sum(w c of all present) / sum(w of all timeframes)

so weights are renormalised for the strength, and an absent timeframe only lowers the confidence: it is no vote for
waiting, while a judgement that says wait is one. The answer is the stronger direction if strength > 0.7 and confidence
>= 0.5 (the latter ours), else wait; none if nothing is present. 0.7 is within reach: four of four aligned at s = c =
0.7 give 0.735; with alignment at most 0.8, however, s and c must both be near 1.

Source: fact sheet "PKG packages, branch search" sections 1, 5 and 6. Its two tables of weights belong to different
designs and both stand here. TTL of 30M and D1 (twice the bar, as on 15M, 60M and 240M) are ours.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.errors import BadInput
from core.quant.indicators.osma import CLASSIC, Spans, osma
from core.quant.inputs import check_period, check_series
from core.quant.kernel import Floats, Ints
from core.quant.ticks.layout import MINUTE
from core.quant.timeframes.directions import DOWN, NONE, UP, WAIT


class Frame(NamedTuple):
    """One timeframe: minutes of a bar, minutes a judgement on it lasts, and its periods T, S, M, L in bars."""

    minutes: int
    ttl: int
    periods: tuple[int, ...] = (10, 15, 30, 45)


FRAMES: dict[str, Frame] = {
    "1M": Frame(1, 5),
    "5M": Frame(5, 15),
    "15M": Frame(15, 30),
    "30M": Frame(30, 60),
    "60M": Frame(60, 120, (60, 90, 180, 360)),
    "240M": Frame(240, 480),
    "D1": Frame(1440, 2880),
}
THREE_FRAMES = {"5M": 0.2, "15M": 0.5, "60M": 0.3}
FIVE_FRAMES = {"1M": 0.05, "5M": 0.15, "15M": 0.30, "60M": 0.30, "240M": 0.20}
"""The weights of two designs."""


DIGITS = 12
"""Shares of weights are rounded to so many places before they are held against a bound."""


class Judgement(NamedTuple):
    """What one timeframe says: a code, from 0 to 1 how strongly and how surely, and when (nanoseconds UTC)."""

    frame: str
    code: int
    strength: float
    confidence: float
    at: int

    @property
    def expires(self) -> int:
        """The last instant at which it counts."""
        return self.at + FRAMES[self.frame].ttl * MINUTE


class MergeRules(NamedTuple):
    """When several timeframes act as one."""

    strength: float = 0.7
    confidence: float = 0.5
    aligned: float = 0.8
    boost: float = 1.5


PRUDENT = MergeRules()


class Merged(NamedTuple):
    """One answer, and the timeframes it was made of, slowest first."""

    code: int
    strength: float
    confidence: float
    alignment: float
    frames: tuple[str, ...]


def spans_of(period: int) -> Spans:
    """The three averages of OsMA on a period."""
    check_period(period=period)
    if period < 3:
        raise BadInput(f"period: OsMA needs at least 3 bars, found {period}")
    return Spans(round(period * CLASSIC.fast / CLASSIC.slow), period, round(period * CLASSIC.signal / CLASSIC.slow))


def osma_of_frame(close: Floats, frame: str) -> Floats:
    """OsMA of the closes of a timeframe on each of its periods: `[period, time]`, or `[period, time, symbol]`."""
    periods = _frame(frame).periods
    check_series(close=close)
    lines = np.empty((len(periods), *close.shape))
    for line, period in zip(lines, periods, strict=True):
        osma(close, spans_of(period), out=line)
    return lines


def alignment(lines: Floats) -> Ints:
    """Where OsMA of all periods turned the same way."""
    check_series(lines=lines)
    moves = np.full(lines.shape, np.nan)
    np.subtract(lines[:, 1:], lines[:, :-1], out=moves[:, 1:])
    known = np.isfinite(moves).all(axis=0)
    codes = np.where((moves > 0).all(axis=0), UP, np.where((moves < 0).all(axis=0), DOWN, WAIT))
    return np.where(known & (len(lines) > 0), codes, NONE)


def merge(
    judgements: Sequence[Judgement],
    now: int,
    weights: Mapping[str, float] = FIVE_FRAMES,
    rules: MergeRules = PRUDENT,
) -> Merged:
    """One answer from what the timeframes said, at an instant."""
    _check_weights(weights)
    _check(judgements, weights)
    present = sorted(
        (each for each in judgements if each.code != NONE and each.at <= now <= each.expires),
        key=lambda each: -FRAMES[each.frame].minutes,
    )
    if not present:
        return Merged(NONE, 0.0, 0.0, 0.0, ())
    total = sum(weights[each.frame] for each in present)
    backing = {
        code: sum(weights[each.frame] * each.strength * each.confidence for each in present if each.code == code)
        for code in (UP, DOWN)
    }
    ahead = max(backing, key=lambda code: backing[code])
    aligned = round(sum(weights[each.frame] for each in present if each.code == ahead) / total, DIGITS)
    boost = rules.boost if aligned > rules.aligned else 1.0
    strength = min(1.0, abs(backing[UP] - backing[DOWN]) / total * boost)
    confidence = sum(weights[each.frame] * each.confidence for each in present) / sum(weights.values())
    acts = strength > rules.strength and confidence >= rules.confidence
    return Merged(ahead if acts else WAIT, strength, confidence, aligned, tuple(each.frame for each in present))


def _frame(name: str) -> Frame:
    if name not in FRAMES:
        raise BadInput(f"frame: known are {', '.join(FRAMES)}, found {name!r}")
    return FRAMES[name]


def _check_weights(weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        _frame(name)
        if not 0 < weight < np.inf:
            raise BadInput(f"weights.{name}: must be above zero and finite, found {weight!r}")


def _check(judgements: Sequence[Judgement], weights: Mapping[str, float]) -> None:
    names = [each.frame for each in judgements]
    for each in judgements:
        if each.frame not in weights:
            raise BadInput(f"frame: has no weight in this design: {each.frame!r}")
        if names.count(each.frame) > 1:
            raise BadInput(f"frame: judged more than once: {each.frame!r}")
        if each.code not in (NONE, UP, DOWN, WAIT):
            raise BadInput(f"{each.frame}: a code is 0, 1, 2 or 3, found {each.code!r}")
        if not (0 <= each.strength <= 1 and 0 <= each.confidence <= 1):
            raise BadInput(f"{each.frame}: strength and confidence are from 0 to 1, found {each!r}")
