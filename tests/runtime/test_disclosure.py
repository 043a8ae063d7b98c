"""What a person is shown of a decision: what each seat saw, said, called, cost and took, and why the outcome."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from core.facts.desk import RunSettled
from runtime.disclosure import Disclosure, Voice, disclose, told
from tests.desks import FILLED, RISE, Told, says, tape
from tests.desks import Rehearsal as Scripted
from tests.scenarios.test_lookups import CITED, NOVEL, QUOTE
from tests.scenarios.test_lookups import play as looking
from tests.scenarios.test_models import play as served
from tools.simulators.provider.simulation import Latency, Simulation


def disclosed(story: Told) -> Disclosure:
    (settled,) = story.all(RunSettled)
    return asyncio.run(disclose(story.house.projections, settled.run))


def text(disclosure: Disclosure) -> str:
    return "\n".join(told(disclosure))


def voice(disclosure: Disclosure, role: str) -> Voice:
    (found,) = (each for each in disclosure.voices if each.role == role)
    return found


def test_an_ordinary_decision_shows_what_each_seat_saw_said_and_cost(tmp_path: Path) -> None:
    shown = disclosed(served(tmp_path))
    assert [each.role for each in shown.voices] == ["analyst", "verifier", "commander"]
    for each in shown.voices:
        (call,) = each.calls
        assert '"symbol":"IBM"' in call.saw and '"symbol":"IBM"' in call.said
        assert (call.origin, call.asked) == ("simulator", call.model)
        assert call.usage is not None and call.usage.input and call.cost is not None
        assert each.concluded is not None and each.took_ms is not None and each.took_ms > 0
    costs = [call.cost.amount for each in shown.voices for call in each.calls if call.cost]
    assert shown.cost is not None and shown.cost.amount == sum(costs, Decimal(0))
    assert [verdict.cleared for verdict in shown.verdicts] == [True]


def test_a_person_reads_who_answered_with_which_prompt_and_what_the_gate_said(tmp_path: Path) -> None:
    lines = text(disclosed(served(tmp_path)))
    for wanted in (
        "\nANALYST, ",
        "deepseek-v4-flash (deepseek, simulated, origin simulator), prompt analyst v",
        "\nVERIFIER, ",
        "  read as  ruling approve",
        "\nCOMMANDER, ",
        "\nGATE: CLEARED",
        "\ncost of this decision: 0.00",
    ):
        assert wanted in lines


def test_after_a_veto_the_commander_was_not_asked_and_scripted_seats_cost_nothing(tmp_path: Path) -> None:
    veto = says("verifier", ruling="veto", reasons=["the news is stale"])
    shown = disclosed(Scripted(tmp_path).play(tape(RISE), [says("analyst"), veto]))
    assert shown.cost is None and shown.verdicts == ()
    lines = text(shown)
    assert "read as  ruling veto" in lines and "reasons the news is stale" in lines
    assert "COMMANDER: was not asked" in lines and "cost" not in lines


def test_a_seat_that_declined_shows_what_it_said_and_that_it_abstained(tmp_path: Path) -> None:
    shown = disclosed(served(tmp_path, verifier=Simulation(faults={"foreign": 1.0})))
    verifier = voice(shown, "verifier")
    assert "시장은 조용합니다" in verifier.calls[0].said
    assert "  abstained: malformed: no JSON object" in text(shown)


def test_a_seat_that_was_late_shows_nothing_but_that(tmp_path: Path) -> None:
    shown = disclosed(served(tmp_path, analyst=Simulation(latency={"*": Latency(9000, 9000)})))
    assert voice(shown, "analyst").calls == ()
    assert "  abstained: late: no answer within 2 s" in text(shown)


def test_what_was_looked_up_stands_before_the_answer_that_rests_on_it(tmp_path: Path) -> None:
    shown = disclosed(looking(tmp_path, QUOTE, NOVEL, CITED))
    first, second, third = voice(shown, "analyst").calls
    assert first.functions == ()
    assert second.functions[0].startswith('quote({"instrument":"US:IBM"}) gave {')
    assert third.functions[0].startswith('place_order({"quantity":"100"}) gave {"error":')
    lines = text(shown)
    assert lines.count("  called   ") == 2 and lines.index("  called   quote") < lines.index("tool.quote.US:IBM.bid")


def test_what_a_seat_saw_is_shown_once_however_often_it_was_asked(tmp_path: Path) -> None:
    lines = text(disclosed(looking(tmp_path, QUOTE, NOVEL, CITED)))
    assert lines.count("  saw      ") == 3


@pytest.mark.parametrize("story", [served, lambda path: looking(path, QUOTE, CITED)])
def test_the_same_run_is_disclosed_the_same_way_but_for_the_time_it_took(
    tmp_path: Path, story: Callable[[Path], Told]
) -> None:
    one, two = (disclosed(story(tmp_path / name)) for name in ("one", "two"))
    assert [(each.calls, each.concluded) for each in one.voices] == [(e.calls, e.concluded) for e in two.voices]


def test_an_unknown_price_is_said_with_the_model(tmp_path: Path) -> None:
    shown = disclosed(served(tmp_path, analyst=Simulation(aliases={"deepseek-v4-flash": "nobody-knows-this-1"})))
    assert shown.cost is None
    assert "cost of this decision: unknown; nobody knows the price of nobody-knows-this-1" in text(shown)


def test_nothing_is_shown_of_a_run_that_never_was(tmp_path: Path) -> None:
    story = Scripted(tmp_path).play(tape(RISE, FILLED), [says("analyst"), says("verifier"), says("commander")])
    assert "ANALYST: was not asked" in text(asyncio.run(disclose(story.house.projections, "no-such-run")))
