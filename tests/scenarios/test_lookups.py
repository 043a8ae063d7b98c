"""A seat that looks things up, in a whole desk: recorded in order, cut off in time, the same twice."""

import asyncio
from pathlib import Path

import pytest

from core.errors import BadInput
from core.facts.lookups import ToolAnswered
from core.facts.models import ModelReplied
from core.facts.verdicts import Abstained, Analysis
from core.ports.model import ToolCall
from tests.desks import FILLED, RISE, Rehearsal, Told, says, settings, tape
from tools.llm.offline.scripted import Scripted

QUOTE = Scripted(role="analyst", calls=(ToolCall("c1", "quote", {"instrument": "US:IBM"}),))
NOVEL = Scripted(role="analyst", calls=(ToolCall("c2", "place_order", {"quantity": "100"}),))
CITED = says("analyst", cited=[{"figure": "tool.quote.US:IBM.bid", "value": "184.60"}])
REST = [says("verifier"), says("commander")]


def play(path: Path, *analyst: Scripted) -> Told:
    loaded = settings(models__lookups='{ analyst = ["quote", "bars", "adviser_risk", "past_decisions"] }')
    return Rehearsal(path, loaded).play(tape(RISE, FILLED), [*analyst, *REST])


def test_a_looked_up_figure_is_cited_and_the_run_goes_on(tmp_path: Path) -> None:
    told = play(tmp_path, QUOTE, NOVEL, CITED)
    assert told.outcomes == ["executed"]
    (analysis,) = told.all(Analysis)
    assert list(analysis.cited) == ["tool.quote.US:IBM.bid"]
    labels = [event.envelope.id.rpartition(".analyst")[2] for event in told.recorded if ".analyst" in event.envelope.id]
    assert labels == [".replied", ".looked", ".replied.2", ".looked.2", ".replied.3", ""]
    assert [(fact.tool, fact.failed) for fact in told.all(ToolAnswered)] == [("quote", False), ("place_order", True)]


def test_every_byte_of_it_can_be_read_again(tmp_path: Path) -> None:
    told = play(tmp_path, QUOTE, CITED)
    blob = told.house.projections.blob
    for looked in told.all(ToolAnswered):
        assert asyncio.run(blob(looked.arguments)) == b'{"instrument":"US:IBM"}'
        assert b'"tool.quote.US:IBM.bid":"184.60"' in (asyncio.run(blob(looked.answer)) or b"")
    for replied in told.all(ModelReplied):
        assert asyncio.run(blob(replied.request)) and asyncio.run(blob(replied.reply))


def test_two_desks_write_the_same_record(tmp_path: Path) -> None:
    one, two = (play(tmp_path / name, QUOTE, CITED).summary.chain_head for name in ("one", "two"))
    assert one == two


def test_a_seat_that_may_look_up_and_does_not_writes_the_record_of_one_that_may_not(tmp_path: Path) -> None:
    told = play(tmp_path / "may", says("analyst"))
    plain = Rehearsal(tmp_path / "may not").play(tape(RISE, FILLED), [says("analyst"), *REST])
    assert told.names == plain.names


def test_what_was_said_before_the_deadline_is_recorded(tmp_path: Path) -> None:
    loaded = settings(models__lookups='{ analyst = ["quote"] }')
    told = Rehearsal(tmp_path, loaded).play(tape(RISE), [QUOTE, says("analyst", 60_000), says("verifier")])
    assert told.all(Abstained) == [Abstained("analyst", "late", "no answer within 2 s")]
    assert [fact.role for fact in told.all(ModelReplied)] == ["analyst", "verifier"]
    assert len(told.all(ToolAnswered)) == 1


def test_a_role_that_may_not_is_refused_when_the_configuration_is_read() -> None:
    with pytest.raises(BadInput, match="commander: may not call 'quote'"):
        settings(models__lookups='{ commander = ["quote"] }')
