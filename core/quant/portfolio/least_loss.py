"""The weights whose mean loss over the worst days is least: a linear programme and the interior-point method for it.

    minimise   z + sum(u) / m            over weights w, a level z and excesses u, one for each day
    subject to u[d] >= -r[d] w - z,  u >= 0,  sum(w) = 1,  0 <= w <= c

At the optimum z is the m-th worst loss and the objective the mean of the m worst (Rockafellar and Uryasev, 2000).
Slack v = u + r w + z has the multiplier y; u has p = 1/m - y, w has a, and t = c - w has b. Mehrotra's predictor and
corrector (1992) drive all four products of slack and multiplier to zero together. The days are eliminated one by one,
so a step solves a system of assets + 2 unknowns and costs days x assets^2: about twenty steps, whatever the data. Where
several weights are optimal the path ends in the middle of them, so assets that are alike get equal weights.
"""

from typing import NamedTuple

import numpy as np

from core.errors import AegisError
from core.quant.kernel import Floats

_CLOSE = 1e-10
_STEPS = 100
_STEADY = 1e-13
"""Of the curve's trace, held against assets that are alike: a step is a little shorter, the end is the same."""


class Programme(NamedTuple):
    """Returns of at most 1 in size, days by assets; how many worst days count; and the caps."""

    returns: Floats
    worst: int
    caps: Floats


class Point(NamedTuple):
    """Where the method stands, or a direction to go."""

    slacks: Floats
    """v and u of each day, then w and t of each asset."""
    duals: Floats
    """y and p of each day, then a and b of each asset."""
    level: float
    price: float
    """The multiplier of the sum."""


class Parts(NamedTuple):
    """A row of slacks or duals, cut into its four kinds."""

    reach: Floats
    excess: Floats
    weight: Floats
    room: Floats


class Misses(NamedTuple):
    """By how much each equation is missed: the days' slack, the room below the caps, the sum, and the three duals."""

    reach: Floats
    room: Floats
    total: float
    excess: Floats
    weight: Floats
    level: float


def least_tail_loss(returns: Floats, worst: int, caps: Floats) -> Floats:
    """Weights for returns by day and asset; `caps` must sum to more than 1, `worst` be fewer than all days."""
    programme = Programme(returns / (float(np.abs(returns).max()) or 1.0), worst, caps)
    point = _beginning(programme)
    for _ in range(_STEPS):
        misses = _misses(programme, point)
        if point.slacks @ point.duals < _CLOSE and max(float(np.abs(miss).max()) for miss in misses) < _CLOSE:
            return _parts(programme, point.slacks).weight
        point = _improved(programme, point, misses)
    raise AegisError(f"the least tail loss of {returns.shape[0]} days was not found in {_STEPS} steps")


def _beginning(programme: Programme) -> Point:
    days = programme.returns.shape[0]
    weight = programme.caps / programme.caps.sum()
    room = programme.caps - weight
    even, rest = np.full(days, 1 / days), np.full(days, 1 / programme.worst - 1 / days)
    slacks = np.concatenate((np.ones(2 * days), weight, room))
    return Point(slacks, np.concatenate((even, rest, 1 / days / weight, 1 / days / room)), 0.0, 0.0)


def _improved(programme: Programme, point: Point, misses: Misses) -> Point:
    """First straight at the optimum, to see how far that leads; then so much towards the centre."""
    product = point.slacks * point.duals
    straight = _direction(programme, point, misses, -product)
    reached = _moved(point, straight, 1.0)
    centring = (reached.slacks @ reached.duals / product.sum()) ** 3
    aim = centring * product.mean() - product - straight.slacks * straight.duals
    return _moved(point, _direction(programme, point, misses, aim), 0.995)


def _moved(point: Point, direction: Point, part: float) -> Point:
    primal = min(1.0, part * _longest(point.slacks, direction.slacks))
    dual = min(1.0, part * _longest(point.duals, direction.duals))
    return Point(
        point.slacks + primal * direction.slacks,
        point.duals + dual * direction.duals,
        point.level + primal * direction.level,
        point.price + dual * direction.price,
    )


def _longest(values: Floats, direction: Floats) -> float:
    """How often the direction can be gone before a value reaches zero."""
    falling = direction < 0
    return float(np.min(-values[falling] / direction[falling], initial=np.inf))


def _misses(programme: Programme, point: Point) -> Misses:
    slack, dual = _parts(programme, point.slacks), _parts(programme, point.duals)
    return Misses(
        reach=slack.excess + programme.returns @ slack.weight + point.level - slack.reach,
        room=programme.caps - slack.weight - slack.room,
        total=1.0 - float(slack.weight.sum()),
        excess=1.0 / programme.worst - dual.reach - dual.excess,
        weight=-(dual.reach @ programme.returns + point.price + dual.weight - dual.room),
        level=1.0 - float(dual.reach.sum()),
    )


def _direction(programme: Programme, point: Point, misses: Misses, aim: Floats) -> Point:
    """Newton's step at products of slack and dual that change by `aim`; the days are eliminated, then the caps."""
    slack, dual, wanted = (_parts(programme, values) for values in (point.slacks, point.duals, aim))
    stiff = dual.reach / (slack.reach + dual.reach * slack.excess / dual.excess)
    pull = wanted.reach / dual.reach - misses.reach - (wanted.excess - slack.excess * misses.excess) / dual.excess
    hold = dual.weight / slack.weight + dual.room / slack.room
    push = wanted.weight / slack.weight - (wanted.room - dual.room * misses.room) / slack.room
    sides = (stiff * pull) @ programme.returns - misses.weight + push, float(stiff @ pull) - misses.level, misses.total
    weight, level, price = _solved(programme.returns, stiff, hold, sides)
    reach_dual = stiff * (pull - programme.returns @ weight - level)
    excess_dual = misses.excess - reach_dual
    excess = (wanted.excess - slack.excess * excess_dual) / dual.excess
    reach = misses.reach + excess + programme.returns @ weight + level
    room = misses.room - weight
    weight_dual = (wanted.weight - dual.weight * weight) / slack.weight
    room_dual = (wanted.room - dual.room * room) / slack.room
    slacks, duals = (reach, excess, weight, room), (reach_dual, excess_dual, weight_dual, room_dual)
    return Point(np.concatenate(slacks), np.concatenate(duals), level, price)


def _solved(
    returns: Floats, stiff: Floats, hold: Floats, sides: tuple[Floats, float, float]
) -> tuple[Floats, float, float]:
    """The change of weights, level and price."""
    assets = returns.shape[1]
    system, stiffened = np.zeros((assets + 2, assets + 2)), stiff[:, None] * returns
    curve = returns.T @ stiffened
    system[:assets, :assets] = curve + np.diag(hold + _STEADY * np.trace(curve))
    system[:assets, assets] = system[assets, :assets] = stiffened.sum(axis=0)
    system[assets, assets] = stiff.sum()
    system[:assets, -1], system[-1, :assets] = -1.0, 1.0
    found = np.linalg.solve(system, np.append(sides[0], sides[1:]))
    return found[:assets], float(found[assets]), float(found[-1])


def _parts(programme: Programme, values: Floats) -> Parts:
    days, assets = programme.returns.shape
    return Parts(*np.split(values, (days, 2 * days, 2 * days + assets)))
