import json
from decimal import Decimal
from typing import Any

import pytest

from agents.advisers import ADVISERS, Adviser, AdviserSeat
from agents.analyst import analyze
from agents.commander import command
from agents.replies import ADVICE
from agents.roster import Seat
from agents.sitting import Sitting
from core.desk.allowance import Allowance
from core.errors import BadInput, Degraded, Transient
from core.facts.lookups import ToolAnswered
from core.facts.models import ModelReplied
from core.facts.verdicts import Analysis
from core.ports.lookups import Answered
from core.ports.model import ToolCall
from core.record.codec import digest, encode
from prompts.library import load
from tests.agents.examples import brief, proceed, reply
from tests.agents.looking import Answers
from tools.llm.offline.scripted import Scripted, ScriptedModel

CITED = [{"figure": "tool.what_if.after", "value": "1.25"}]
WORDS = "The order doubles the risk."


def advice(**changes: Any) -> Scripted:
    return Scripted(json.dumps({"summary": WORDS, "cited": CITED, **changes}))


def adviser(*replies: Scripted) -> tuple[Adviser, ScriptedModel]:
    model = ScriptedModel(replies)
    seat = AdviserSeat(model, load("adviser_risk"))
    return Adviser("adviser_risk", Answers("what_if", after="1.25"), seat), model


async def consult(*replies: Scripted) -> tuple[Answered, ScriptedModel]:
    asked, model = adviser(*replies)
    answer = await asked.answer({"instrument": "IBM"}, Allowance())
    model.finish()
    return answer, model


@pytest.mark.parametrize("name", ADVISERS)
def test_each_adviser_has_a_prompt_of_its_own_name_and_is_called_like_the_lookup_behind_it(name: str) -> None:
    behind = Answers(ADVISERS[name])
    made = Adviser(name, behind, AdviserSeat(ScriptedModel([]), load(name)))
    assert (made.tool.name, made.tool.parameters) == (name, behind.tool.parameters)
    assert behind.tool.description in made.tool.description


async def test_without_a_model_the_figures_alone_answer() -> None:
    answer = await Adviser("adviser_risk", Answers("what_if", after="1.25")).answer({}, Allowance(0))
    assert answer.text == '{"figures":{"tool.what_if.after":"1.25"}}'
    assert (answer.figures, answer.said) == ({"tool.what_if.after": Decimal("1.25")}, ())


async def test_with_a_model_its_words_stand_beside_the_figures_and_its_call_is_recorded() -> None:
    answer, model = await consult(advice())
    (request,), (said,) = model.requests, answer.said
    assert json.loads(answer.text) == {"figures": {"tool.what_if.after": "1.25"}, "advice": WORDS}
    assert (request.schema, request.tools) == (ADVICE.schema, ())
    assert '"figures":{"tool.what_if.after":"1.25"}' in request.user
    assert answer.blobs == (encode(request), advice().text.encode())
    assert (said.prompt, said.request, said.reply) == ("adviser_risk v1", *map(digest, answer.blobs))


@pytest.mark.parametrize(
    "said",
    [
        Scripted("I would buy."),
        Scripted(""),
        advice(cited=[{"figure": "tool.what_if.after", "value": "1.26"}]),
        advice(cited=[{"figure": "tool.what_if.before", "value": "1"}]),
        advice(action="buy"),
        advice(summary="x" * 601),
        Scripted(advice().text, finish="length"),
        Scripted(calls=(ToolCall("c1", "quote", {}),)),
    ],
)
async def test_words_that_are_not_as_asked_are_dropped_and_kept_in_the_record(said: Scripted) -> None:
    answer, _ = await consult(said)
    assert json.loads(answer.text) == {"figures": {"tool.what_if.after": "1.25"}}
    assert len(answer.said) == 1 and len(answer.blobs) == 2


@pytest.mark.parametrize("fault", [Transient("429"), Degraded("no key")])
async def test_a_model_that_cannot_answer_leaves_the_figures(fault: Exception) -> None:
    answer, _ = await consult(Scripted(fault=fault))
    assert json.loads(answer.text) == {"figures": {"tool.what_if.after": "1.25"}}
    assert answer.said == ()


async def test_without_a_call_left_the_model_is_not_asked() -> None:
    asked, model = adviser()
    answer = await asked.answer({}, Allowance(0))
    assert "advice" not in answer.text and model.requests == []


@pytest.mark.parametrize(
    ("name", "behind", "prompt", "named"),
    [
        ("adviser_risk", "quote", "adviser_risk", "no adviser of this name reads from 'quote'"),
        ("adviser_sales", "quote", "adviser_risk", "no adviser of this name reads from 'quote'"),
        ("adviser_risk", "what_if", "adviser_market", "is told 'adviser_market v1', which is for another"),
        ("adviser_risk", "what_if", "analyst", "is no adviser's prompt"),
    ],
)
def test_an_adviser_that_does_not_fit_is_refused_when_it_is_seated(
    name: str, behind: str, prompt: str, named: str
) -> None:
    with pytest.raises(BadInput, match=named):
        Adviser(name, Answers(behind), AdviserSeat(ScriptedModel([]), load(prompt)))


async def test_an_analyst_that_consults_may_cite_the_figures_and_the_commander_never_hears_the_words() -> None:
    asked, _ = adviser(advice())
    script = [Scripted(calls=(ToolCall("c1", "adviser_risk", {}),)), Scripted(reply("analyst", cited=CITED))]
    model = ScriptedModel(script)
    sitting = Sitting(Seat("analyst", model, load("analyst"), Decimal(2), lookups=(asked,)))
    came = await analyze(sitting, brief())
    assert isinstance(came.fact, Analysis)
    assert [type(each) for each in came.said] == [ModelReplied, ModelReplied, ToolAnswered, ModelReplied]
    assert WORDS in model.requests[1].turns[0].results[0].text
    assert sitting.allowance.spare == 2

    commander = ScriptedModel([Scripted(reply("commander"))])
    await command(Seat("commander", commander, load("commander"), Decimal(1)), brief(), proceed())
    assert WORDS not in commander.requests[0].user
