"""How the desk stands: what an entry may cost, lose and gain, and how many instruments may be held at once.

`CEILING` is the table of the three postures as it ships, and it is the ceiling: a file may state stricter terms (a
smaller size, a nearer stop, fewer positions, more limit orders), never looser ones. A posture of your own may not be
looser than `offensive`, the loosest there is. Which posture holds when is decided in `switching` and `stance`.
"""

from decimal import Decimal

from msgspec import Struct

from core.desk.switching import Switching
from core.errors import BadInput
from core.facts.desk import PostureName
from core.market.instruments import bounded


class PostureTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """What one posture allows, in percent."""

    entry_pct: Decimal
    """Of equity: what one instrument may be worth, its holding and working orders together."""
    stop_pct: Decimal
    """Where a holding is closed at a loss: below zero."""
    target_pct: Decimal
    """Where a holding is closed at a gain."""
    max_positions: int
    """Instruments held or being entered at once."""
    limit_share_pct: Decimal
    """The part of entries that are limit orders, kept over time."""

    def __post_init__(self) -> None:
        bounded("entry_pct", self.entry_pct, _LEAST, Decimal(100))
        bounded("stop_pct", self.stop_pct, Decimal(-99), -_LEAST)
        bounded("target_pct", self.target_pct, _LEAST, Decimal(99))
        bounded("max_positions", Decimal(self.max_positions), Decimal(1), Decimal(100))
        bounded("limit_share_pct", self.limit_share_pct, Decimal(0), Decimal(100))


_LEAST = Decimal("0.01")

CEILING: dict[PostureName, PostureTerms] = {
    "offensive": PostureTerms(Decimal("2.5"), Decimal("-1.5"), Decimal("3.0"), 5, Decimal(70)),
    "guerrilla": PostureTerms(Decimal("2.0"), Decimal("-1.2"), Decimal("2.4"), 3, Decimal(90)),
    "defensive": PostureTerms(Decimal("1.5"), Decimal("-0.8"), Decimal("1.8"), 2, Decimal(100)),
}
"""The loosest terms each posture may have, and the ones it has unless a file is stricter."""


class Postures(Struct, frozen=True, forbid_unknown_fields=True):
    """The terms of all postures (table `[postures]` of the configuration)."""

    offensive: PostureTerms = CEILING["offensive"]
    guerrilla: PostureTerms = CEILING["guerrilla"]
    defensive: PostureTerms = CEILING["defensive"]
    own: dict[PostureName, PostureTerms] = {}
    """Postures of your own, by name; none is looser than `offensive`."""
    switching: Switching = Switching()

    def __post_init__(self) -> None:
        for name, ceiling in CEILING.items():
            _no_looser(name, self.terms(name), ceiling)
        for name, terms in self.own.items():
            if name in CEILING:
                raise BadInput(f"own.{name}: this posture ships; its terms are those of [postures.{name}]")
            _no_looser(f"own.{name}", terms, CEILING["offensive"])

    @property
    def names(self) -> tuple[PostureName, ...]:
        """Every posture there is."""
        return (*CEILING, *self.own)

    def terms(self, posture: PostureName) -> PostureTerms:
        """What a posture allows; BadInput for one that the configuration has not."""
        shipped = {"offensive": self.offensive, "guerrilla": self.guerrilla, "defensive": self.defensive}
        if posture in shipped:
            return shipped[posture]
        if posture not in self.own:
            raise BadInput(f"posture: nothing is called {posture!r}; known are {', '.join(self.names)}")
        return self.own[posture]


def _no_looser(name: str, terms: PostureTerms, ceiling: PostureTerms) -> None:
    bounded(f"{name}.entry_pct", terms.entry_pct, _LEAST, ceiling.entry_pct)
    bounded(f"{name}.stop_pct", terms.stop_pct, ceiling.stop_pct, -_LEAST)
    bounded(f"{name}.max_positions", Decimal(terms.max_positions), Decimal(1), Decimal(ceiling.max_positions))
    bounded(f"{name}.limit_share_pct", terms.limit_share_pct, ceiling.limit_share_pct, Decimal(100))
