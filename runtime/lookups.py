"""Gives the seats of a roster what they may look up; a desk that wants no lookups loads none of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.advisers import ADVISERS, Adviser, AdviserSeat
from agents.roster import Roster, Seat
from core.facts.models import Role
from core.ports.lookups import Lookup
from tools.llm.offline.rules import RulesModel

if TYPE_CHECKING:
    from tools.lookups.sources import Sources

Wanted = Mapping[Role, tuple[str, ...]]


def equipped(
    roster: Roster, wanted: Wanted, sources: "Callable[[], Sources]", advisers: Mapping[str, AdviserSeat] | None = None
) -> Roster:
    """The roster with the lookups each role is to have, advisers among them; those without a seat give figures only.

    The rules look nothing up, so nothing is opened for a seat of theirs.
    """
    seats = (roster.analyst, roster.verifier, roster.commander)
    fitting = {seat.role for seat in seats if wanted.get(seat.role) and not isinstance(seat.model, RulesModel)}
    if not fitting:
        return roster
    from tools.lookups.opening import open_lookups

    given, seated = sources(), advisers or {}

    def opened(name: str) -> Lookup:
        (lookup,) = open_lookups([ADVISERS.get(name, name)], given)
        return Adviser(name, lookup, seated.get(name)) if name in ADVISERS else lookup

    def fitted(seat: Seat) -> Seat:
        if seat.role not in fitting:
            return seat
        return replace(seat, lookups=tuple(opened(name) for name in wanted[seat.role]))

    return Roster(fitted(roster.analyst), fitted(roster.verifier), fitted(roster.commander))
