"""A seat that looks things up: at most two rounds, at most eight calls, and every byte of it kept."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from agents.analyst import analyze
from agents.roster import Seat
from agents.rounds import LARGEST_ARGUMENTS, MOST_AT_ONCE, Heard, heard
from agents.sitting import Sitting
from core.desk.allowance import MOST_CALLS, Allowance
from core.errors import Halt, Transient
from core.facts.lookups import ToolAnswered
from core.facts.models import ModelReplied
from core.facts.verdicts import Abstained, Analysis
from core.ports.lookups import Answered
from core.ports.model import ToolCall
from core.record.codec import digest, encode
from prompts.library import load
from tests.agents.examples import brief, reply
from tests.agents.looking import Answers
from tools.llm.offline.scripted import Scripted, ScriptedModel

BRIEFING = brief()
ANSWER = Scripted(reply("analyst"))


def call(name: str = "quote", id: str = "c1", **arguments: Any) -> ToolCall:
    return ToolCall(id, name, arguments)


def calls(*wanted: ToolCall) -> Scripted:
    return Scripted(calls=wanted or (call(),))


def sitting(model: ScriptedModel, *lookups: Answers, spare: int = 5) -> Sitting:
    given = lookups or (Answers(bid="184.53"),)
    return Sitting(Seat("analyst", model, load("analyst"), Decimal(2), lookups=given), Allowance(spare))


async def hear(
    *replies: Scripted, lookups: tuple[Answers, ...] = (), spare: int = 5
) -> tuple[Heard[Any], Any, Sitting]:
    model = ScriptedModel(replies)
    asked = sitting(model, *lookups, spare=spare)
    came = await analyze(asked, BRIEFING)
    model.finish()
    return came, model.requests, asked


async def test_what_was_looked_up_is_shown_with_the_next_question() -> None:
    quote = Answers(bid="184.53")
    came, (first, second), _ = await hear(calls(call(instrument="XNYS:IBM")), ANSWER, lookups=(quote,))
    assert isinstance(came.fact, Analysis)
    assert quote.asked == [{"instrument": "XNYS:IBM"}]
    assert first.tools == second.tools == (quote.tool,)
    ((result,),) = (turn.results for turn in second.turns)
    assert (result.call, result.text) == (call(instrument="XNYS:IBM"), '{"figures":{"tool.quote.bid":"184.53"}}')
    assert (first.system, first.user, first.schema) == (second.system, second.user, second.schema)


async def test_every_question_and_answer_is_kept_with_its_digest_in_order() -> None:
    came, requests, _ = await hear(calls(), ANSWER)
    asked, looked, replied = came.said
    kept = {digest(blob): blob for blob in came.blobs}
    assert [type(each) for each in came.said] == [ModelReplied, ToolAnswered, ModelReplied]
    assert kept[asked.request] == encode(requests[0]) and kept[replied.request] == encode(requests[1])
    assert kept[asked.reply] == encode({"text": "", "tool_calls": [call()]})
    assert kept[replied.reply] == ANSWER.text.encode()
    assert looked == ToolAnswered("analyst", "quote", digest(b"{}"), looked.answer, failed=False)
    assert kept[looked.arguments] == b"{}" and kept[looked.answer] == b'{"figures":{"tool.quote.bid":"184.53"}}'


async def test_the_same_sitting_twice_keeps_the_same_bytes() -> None:
    one, _, _ = await hear(calls(call(), call("bars", "c2")), calls(), ANSWER)
    two, _, _ = await hear(calls(call(), call("bars", "c2")), calls(), ANSWER)
    assert one == two


async def test_after_two_rounds_no_function_is_offered() -> None:
    came, requests, _ = await hear(calls(), calls(), ANSWER)
    assert [len(request.tools) for request in requests] == [1, 1, 0]
    assert [len(request.turns) for request in requests] == [0, 1, 2]
    assert isinstance(came.fact, Analysis)


async def test_a_model_that_still_asks_then_has_not_answered() -> None:
    came, requests, _ = await hear(calls(), calls(), calls())
    assert came.fact == Abstained("analyst", "malformed", "asked for functions when none were on offer: 'tools'")
    assert len(requests) == 3


async def test_a_seat_without_lookups_is_asked_once_and_offered_nothing() -> None:
    model = ScriptedModel([ANSWER])
    asked = Sitting(Seat("analyst", model, load("analyst"), Decimal(2)))
    came = await analyze(asked, BRIEFING)
    assert (asked.allowance.spare, model.requests[0].tools, len(came.said)) == (Allowance().spare, (), 1)
    assert b'"tools"' not in came.blobs[0] and b'"turns"' not in came.blobs[0]


@pytest.mark.parametrize(("spare", "offered"), [(0, [0]), (1, [1, 0]), (2, [1, 1, 0]), (5, [1, 1, 0])])
async def test_functions_are_offered_only_while_the_call_to_answer_is_left(spare: int, offered: list[int]) -> None:
    script = [calls() for _ in offered[:-1]]
    came, requests, asked = await hear(*script, ANSWER, spare=spare)
    assert [len(request.tools) for request in requests] == offered
    assert isinstance(came.fact, Analysis)
    assert asked.allowance.spare == spare - len(offered) + 1


async def test_a_call_held_for_an_answer_that_needed_none_is_given_back() -> None:
    _, _, asked = await hear(ANSWER)
    assert asked.allowance.spare == 5


async def test_no_run_costs_more_calls_than_allowed_whatever_its_seats_ask() -> None:
    allowance, made = Allowance(), 0
    for _ in range(3):
        model = ScriptedModel([calls(), calls(), calls()])
        seat = Seat("analyst", model, load("analyst"), Decimal(2), lookups=(Answers(),))
        await analyze(Sitting(seat, allowance), BRIEFING)
        made += len(model.requests)
    assert made == 3 + Allowance().spare < MOST_CALLS


async def test_a_figure_that_was_looked_up_may_be_cited() -> None:
    cited = [{"figure": "tool.quote.bid", "value": "184.53"}, {"figure": "change_pct", "value": "0.3151"}]
    came, _, _ = await hear(calls(), Scripted(reply("analyst", cited=cited)))
    assert came.fact.cited == {"tool.quote.bid": Decimal("184.53"), "change_pct": Decimal("0.3151")}


async def test_a_figure_that_moved_between_two_questions_may_be_cited_with_either_value() -> None:
    model = ScriptedModel([calls(), Scripted(reply("analyst", cited=[{"figure": "tool.quote.bid", "value": "1"}]))])
    asked = sitting(model)
    asked.learn({"tool.quote.bid": Decimal(1)})
    came = await analyze(asked, BRIEFING)
    assert isinstance(came.fact, Analysis)


@pytest.mark.parametrize(
    ("figure", "value", "detail"),
    [
        ("tool.quote.bid", "184.54", "cited: 'tool.quote.bid' was 184.53, not 184.54"),
        ("tool.quote.ask", "184.55", "cited: 'tool.quote.ask' is no figure of the briefing"),
        ("change_pct", "0.4", "cited: 'change_pct' is 0.3151 in the briefing, not 0.4"),
    ],
)
async def test_an_invented_figure_abstains_with_the_value_named(figure: str, value: str, detail: str) -> None:
    cited = [{"figure": figure, "value": value}]
    came, _, _ = await hear(calls(), Scripted(reply("analyst", cited=cited)))
    assert came.fact == Abstained("analyst", "invented", detail)


async def test_a_figure_nobody_looked_up_in_this_run_may_not_be_cited() -> None:
    cited = [{"figure": "tool.quote.bid", "value": "184.53"}]
    came, _, _ = await hear(Scripted(reply("analyst", cited=cited)))
    assert came.fact.reason == "invented"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (call("place_order", quantity="100"), "there is no function 'place_order'; on offer are quote"),
        (call(text="x" * LARGEST_ARGUMENTS), "the arguments are larger than 4000 bytes"),
    ],
)
async def test_what_cannot_be_called_is_told_to_the_model_and_counts(asked: ToolCall, error: str) -> None:
    came, requests, _ = await hear(calls(asked), calls(asked), ANSWER)
    assert [turn.results[0].text for turn in requests[2].turns] == [encode({"error": error}).decode()] * 2
    assert [each.failed for each in came.said if isinstance(each, ToolAnswered)] == [True, True]
    assert isinstance(came.fact, Analysis)


async def test_only_so_many_functions_run_at_once_and_each_gets_its_answer() -> None:
    quote = Answers()
    wanted = [call(id=f"c{number}") for number in range(MOST_AT_ONCE + 2)]
    _, requests, _ = await hear(calls(*wanted), ANSWER, lookups=(quote,))
    results = requests[1].turns[0].results
    assert [result.call for result in results] == wanted
    assert len(quote.asked) == MOST_AT_ONCE
    assert all("at most 4 functions" in result.text for result in results[MOST_AT_ONCE:])


async def test_functions_of_one_round_are_looked_up_at_the_same_time() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    wanted = calls(call(), call("bars", "c2"), call("limits", "c3"))
    slow = tuple(Answers(name, latency_ms=40) for name in ("quote", "bars", "limits"))
    await hear(wanted, ANSWER, lookups=slow)
    assert loop.time() - begun < 0.1


NESTED: list[Any] = []
for _ in range(10_000):
    NESTED = [NESTED]


@pytest.mark.parametrize("odd", ["\ud800", NESTED], ids=["no Unicode", "nested"])
async def test_a_call_that_cannot_be_recorded_is_no_answer(odd: Any) -> None:
    came, _, _ = await hear(calls(call(instrument=odd)))
    assert came.fact == Abstained("analyst", "malformed", "asked for functions in a way that cannot be recorded")


async def test_a_model_that_fails_after_a_round_leaves_what_it_had_asked() -> None:
    came, requests, _ = await hear(calls(), Scripted(fault=Transient("429")))
    assert came.fact == Abstained("analyst", "unavailable", "scripted: 429")
    assert [type(each) for each in came.said] == [ModelReplied, ToolAnswered]
    assert came.blobs[-1] == encode(requests[1])


async def test_a_sitting_that_is_cut_off_keeps_what_was_said_before() -> None:
    asked = sitting(ScriptedModel([calls(), Scripted(latency_ms=60_000)]))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await analyze(asked, BRIEFING)
    came = heard(asked, Abstained("analyst", "late", "no answer"))
    assert [type(each) for each in came.said] == [ModelReplied, ToolAnswered]
    assert len(came.blobs) == 4


async def test_a_cut_off_request_for_functions_is_not_carried_out() -> None:
    quote = Answers()
    came, _, _ = await hear(Scripted(finish="length", text="{"), lookups=(quote,))
    assert (came.fact.reason, quote.asked) == ("malformed", [])


class Unfinished(Answers):
    """A lookup that takes long, and notes how it ended."""

    ended = ""

    async def answer(self, arguments: Mapping[str, Any], allowance: Allowance) -> Answered:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            self.ended = "cut off"
            raise
        return await super().answer(arguments, allowance)


class Broken(Answers):
    """A lookup that finds the record in pieces."""

    async def answer(self, arguments: Mapping[str, Any], allowance: Allowance) -> Answered:
        await asyncio.sleep(0)
        raise Halt("the journal is broken")


async def test_a_fault_of_ours_in_one_lookup_leaves_none_of_the_others_running() -> None:
    slow = Unfinished("bars")
    with pytest.raises(Halt, match="the journal is broken"):
        await hear(calls(call(), call("bars", "c2")), lookups=(Broken(), slow))
    assert slow.ended == "cut off"
