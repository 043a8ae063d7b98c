from decimal import Decimal
from typing import get_args

import pytest

from agents.capabilities import CAPABILITIES, OWN, known_as, permit
from agents.roster import Seat
from core.errors import BadInput
from core.facts.models import Role
from prompts.library import load
from tests.agents.looking import Answers
from tools.llm.offline.scripted import ScriptedModel
from tools.lookups.opening import LOOKUPS


def seat(role: Role, *names: str) -> Seat:
    return Seat(role, ScriptedModel([]), load(role), Decimal(2), lookups=tuple(Answers(name) for name in names))


def test_every_lookup_that_ships_has_its_line() -> None:
    assert set(LOOKUPS) <= set(CAPABILITIES)


def test_the_commander_has_no_line_at_all() -> None:
    assert not any("commander" in roles for roles in CAPABILITIES.values())
    for name in CAPABILITIES:
        with pytest.raises(BadInput, match=f"^commander: may not call '{name}'; it is for the "):
            seat("commander", name)


def test_advisers_advise_the_analyst_only() -> None:
    assert seat("analyst", "adviser_risk").lookups
    with pytest.raises(BadInput, match=r"^verifier: may not call 'adviser_risk'; it is for the analyst"):
        seat("verifier", "adviser_risk")


@pytest.mark.parametrize("role", get_args(Role))
def test_what_has_no_line_may_be_called_by_nobody(role: Role) -> None:
    with pytest.raises(BadInput, match=f"^{role}: no role may call 'place_order'"):
        seat(role, "place_order")


def test_a_seat_is_given_a_lookup_once() -> None:
    with pytest.raises(BadInput, match=r"^analyst: is given 'quote' twice"):
        seat("analyst", "quote", "bars", "quote")


def test_a_seat_without_lookups_is_every_roles() -> None:
    for role in get_args(Role):
        permit(role, ())
        assert seat(role).tools == ()


def test_one_of_ones_own_is_for_analyst_and_verifier() -> None:
    assert known_as("house.tool:spread") == "own_spread" and known_as("quote") == "quote"
    permit("analyst", ["quote", "house.tool:spread"])
    permit("verifier", ["own_spread"])
    with pytest.raises(BadInput, match=r"^commander: may not call 'own_spread'; it is for the analyst, verifier"):
        permit("commander", ["house.tool:spread"])
    with pytest.raises(BadInput, match=r"^analyst: is given 'own_spread' twice"):
        permit("analyst", ["house.tool:spread", "other.tool:spread"])


def test_none_that_ships_bears_the_name_of_ones_own() -> None:
    assert not any(name.startswith(OWN) for name in CAPABILITIES)
