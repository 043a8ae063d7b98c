"""What every ChatModel must do."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from msgspec import structs

from agents.replies import SHAPES
from core.desk.briefing import for_analyst, for_commander, for_verifier
from core.desk.containment import Overheard
from core.errors import Degraded
from core.facts.models import Role
from core.facts.verdicts import Abstained
from core.ports.model import ChatModel, ChatRequest, Completion
from prompts.library import load
from tests.agents.examples import brief, proceed, read, reply
from tools.llm.offline.rules import RulesModel
from tools.llm.offline.scripted import Scripted, ScriptedModel

ROLES = get_args(Role)
MODELS: dict[str, Callable[[], ChatModel]] = {
    "scripted": lambda: ScriptedModel([Scripted(reply(role), role=role) for role in ROLES] * 2),
    "rules, no model": RulesModel,
}


def request(role: Role, **changes: Any) -> ChatRequest:
    briefing = brief()
    views = {
        "analyst": for_analyst(briefing),
        "verifier": for_verifier(briefing, Overheard()),
        "commander": for_commander(briefing, proceed(briefing)),
    }
    filled = load(role).render({"schema": SHAPES[role].text, "briefing": views[role].decode()})
    plain = ChatRequest(role=role, prompt=role, system=filled.system, user=filled.user, schema=SHAPES[role].schema)
    return structs.replace(plain, **changes)


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> ChatModel:
    return MODELS[request.param]()


def test_a_model_has_a_name_and_says_where_answers_come_from(model: ChatModel) -> None:
    assert model.name
    assert model.label in MODELS


@pytest.mark.parametrize("role", ROLES)
async def test_one_request_gets_one_reply_that_its_reader_accepts(model: ChatModel, role: Role) -> None:
    completion = await model.complete(request(role))
    assert isinstance(completion, Completion)
    assert (completion.finish, bool(completion.model)) == ("stop", True)
    assert not isinstance(read(role, completion.text), Abstained)


@pytest.mark.parametrize("role", ROLES)
async def test_the_same_request_gets_the_same_reply(model: ChatModel, role: Role) -> None:
    assert await model.complete(request(role)) == await model.complete(request(role))


async def test_a_prompt_without_a_briefing_is_a_fault_of_the_seat(model: ChatModel) -> None:
    for user in ("", "<briefing>", "<briefing>\nnothing\n</briefing>"):
        with pytest.raises(Degraded, match="briefing"):
            await model.complete(request("analyst", user=user))
