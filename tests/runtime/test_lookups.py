from decimal import Decimal
from typing import get_args

import pytest

from agents.advisers import Adviser
from agents.roster import Roster, Seat
from core.errors import BadInput
from core.facts.models import Role
from prompts.library import load
from runtime.lookups import Wanted, equipped
from tests.tools.lookups.books import sources
from tools.llm.offline.scripted import ScriptedModel
from tools.lookups.sources import Sources


def roster() -> Roster:
    seats = {role: Seat(role, ScriptedModel([]), load(role), Decimal(2)) for role in get_args(Role)}
    return Roster(seats["analyst"], seats["verifier"], seats["commander"])


def test_a_desk_that_wants_no_lookups_makes_none() -> None:
    def never() -> Sources:
        raise AssertionError("nothing was wanted")

    plain = roster()
    assert equipped(plain, {}, never) is plain
    assert equipped(plain, {"analyst": ()}, never) is plain


async def test_each_role_is_given_what_it_wants_advisers_among_it() -> None:
    seen = await sources()
    wanted: Wanted = {"analyst": ("quote", "adviser_risk"), "verifier": ("limits",)}
    made = equipped(roster(), wanted, lambda: seen)
    assert [tool.name for tool in made.analyst.tools] == ["quote", "adviser_risk"]
    assert isinstance(made.analyst.lookups[1], Adviser)
    assert [tool.name for tool in made.verifier.tools] == ["limits"]
    assert made.commander.tools == ()


async def test_what_a_role_may_not_call_is_refused() -> None:
    seen = await sources()
    with pytest.raises(BadInput, match="commander: may not call 'quote'"):
        equipped(roster(), {"commander": ("quote",)}, lambda: seen)
