"""Which posture a figure asks for: one band for each posture, side by side, and how late a looser one is believed.

How to think about it: guerrilla lies between the two others, and both of its edges are its own. A figure that moves
towards the stricter side counts at once; towards the looser side it must be `release` beyond the edge, so a figure that
trembles at an edge is no change. What is not known, or lies in no band, asks for the strictest posture there is.
"""

from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from core.errors import BadInput
from core.facts.desk import PostureName
from core.market.instruments import bounded

Interval = tuple[Decimal, Decimal]
STRICTNESS: tuple[PostureName, ...] = ("offensive", "guerrilla", "defensive")
"""The postures that ship, the loosest first. One of a person's own counts as the loosest, so leaving it is no risk."""
STRICTEST = STRICTNESS[-1]


class Bands(Struct, frozen=True, forbid_unknown_fields=True):
    """The bands of one figure, each from its lower to its upper end."""

    offensive: Interval
    guerrilla: Interval
    defensive: Interval
    release: Decimal
    """So far beyond an edge a looser posture is believed."""

    def __post_init__(self) -> None:
        named = sorted((self.interval(posture), posture) for posture in STRICTNESS)
        for (low, high), posture in named:
            if not low.is_finite() or not high.is_finite() or low >= high:
                raise BadInput(f"{posture}: must rise from its lower to its upper end, found {low} to {high}")
        for (earlier, below), (later, above) in pairwise(named):
            if earlier[1] < later[0]:
                raise BadInput(f"{above}: nothing covers the gap from {earlier[1]} to {later[0]} above {below}")
            if earlier[1] > later[0]:
                raise BadInput(f"{above}: overlaps {below} from {later[0]} to {min(earlier[1], later[1])}")
        if named[1][1] != "guerrilla":
            raise BadInput(f"guerrilla: must lie between the two others, found {named[1][1]} there")
        bounded("release", self.release, Decimal("0.0001"), (self.guerrilla[1] - self.guerrilla[0]) / 2)

    def interval(self, posture: PostureName) -> Interval:
        """From where to where a posture is asked for."""
        bands = {"offensive": self.offensive, "guerrilla": self.guerrilla, "defensive": self.defensive}
        return bands[posture]

    def asked(self, figure: Decimal | None, held: PostureName) -> PostureName:
        """The posture that a figure asks for while one is held."""
        raw = self._at(figure)
        if figure is None or raw is None:
            return STRICTEST
        if not is_looser(raw, held):
            return raw
        towards = self.release if self.defensive > self.guerrilla else -self.release
        late = self._at(figure + towards) or STRICTEST
        return late if is_looser(late, held) else held

    def _at(self, figure: Decimal | None) -> PostureName | None:
        if figure is None or not figure.is_finite():
            return None
        order: tuple[PostureName, ...] = ("guerrilla", "offensive", "defensive")
        for posture in order:
            low, high = self.interval(posture)
            if low <= figure <= high:
                return posture
        return None


def rank(posture: PostureName) -> int:
    """How strict a posture is; one of a person's own comes before all others."""
    return STRICTNESS.index(posture) if posture in STRICTNESS else -1


def is_looser(one: PostureName, other: PostureName) -> bool:
    """Whether one posture allows more risk than the other."""
    return rank(one) < rank(other)


def stricter(one: PostureName, other: PostureName) -> PostureName:
    """The one of two postures that allows less risk."""
    return other if is_looser(one, other) else one
