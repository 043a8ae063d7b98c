"""Who may look up what: a table of lookups by the roles they are for, checked when a seat is taken.

Rules of the table: what is not in it is refused, so a new lookup needs its own line; nothing in it changes anything;
the commander has no line, because its only action is its typed decision; advisers are the analyst's, so that the
verifier judges without having heard them. A lookup of your own has no line: its name begins with `own_`, which no
lookup that ships does, and analyst and verifier may call it.
"""

from collections.abc import Iterable, Mapping

from core.errors import BadInput
from core.facts.models import Role

BOTH: frozenset[Role] = frozenset({"analyst", "verifier"})
ANALYST: frozenset[Role] = frozenset({"analyst"})
OWN = "own_"

CAPABILITIES: Mapping[str, frozenset[Role]] = {
    "quote": BOTH,
    "bars": BOTH,
    "indicators": BOTH,
    "what_if": BOTH,
    "optimum": BOTH,
    "holdings": BOTH,
    "open_orders": BOTH,
    "limits": BOTH,
    "past_decisions": BOTH,
    "adviser_market": ANALYST,
    "adviser_risk": ANALYST,
    "adviser_portfolio": ANALYST,
}
"""Lookup → the roles that may call it."""


def known_as(name: str) -> str:
    """What models call a lookup: its name, or `own_…` if the configuration names it as `module:…`."""
    _, colon, last = name.rpartition(":")
    return f"{OWN}{last}" if colon else name


def permit(role: Role, names: Iterable[str]) -> None:
    """Refuse a seat that is given what its role may not call, or the same name twice."""
    given: set[str] = set()
    for name in map(known_as, names):
        roles = BOTH if name.startswith(OWN) else CAPABILITIES.get(name)
        if roles is None:
            raise BadInput(f"{role}: no role may call {name!r}: it has no line in agents/capabilities")
        if role not in roles:
            allowed = ", ".join(sorted(roles))
            raise BadInput(f"{role}: may not call {name!r}; it is for the {allowed}")
        if name in given:
            raise BadInput(f"{role}: is given {name!r} twice")
        given.add(name)
