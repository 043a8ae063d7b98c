"""The examples of docs/extending.md, each in a whole desk on virtual time."""

import asyncio
import gzip
import json
import tomllib
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.errors import BadInput
from core.facts.desk import DeskOpened
from core.facts.lookups import ToolAnswered
from core.facts.models import ModelReplied, Role
from core.facts.orders import OrderRejected
from core.facts.verdicts import Abstained, Analysis
from core.ports.model import ToolCall
from docs.examples.broker import CashAccount
from docs.examples.desk import play as play_own
from docs.examples.fourth_role import with_sceptic
from runtime.bootstrap import House, Overrides, build
from runtime.settings import Loaded, load
from runtime.state_folder import StateFolder
from tests.architecture.house import ROOT
from tests.desks import FILLED, RISE, Rehearsal, Told, consent, says, tape
from tools.clock import VirtualClock
from tools.llm.line import Line
from tools.llm.offline.scripted import Scripted, ScriptedModel

EXAMPLES = ROOT / "docs" / "examples"
DOUBT = {"ruling": "veto", "directions": [], "size_factor": "0", "reasons": ["the move is spent"]}


def configured(**values: str) -> Loaded:
    """The demo with the folder of the examples as its own configuration."""
    lookups = tomllib.loads((EXAMPLES / "tool.toml").read_text())["models"]["lookups"]["analyst"]
    given = {"AEGIS_MODELS__ROSTER": "rules", "AEGIS_MODELS__LOOKUPS__ANALYST": json.dumps(lookups)}
    environment = given | {f"AEGIS_{name.upper()}": each for name, each in values.items()}
    return load("demo", EXAMPLES, environment, Path("no.env"))


@dataclass(frozen=True)
class Extended(Rehearsal):
    """A rehearsal with something of one's own in it; behind a line of one's own the configured models are asked."""

    loaded: Loaded = field(default_factory=configured)
    own: Overrides = field(default_factory=Overrides)

    def house(self, clock: VirtualClock, models: Any = None) -> House:
        self.path.mkdir(exist_ok=True)
        seats = {} if self.own.line else models or {}
        return build(
            self.loaded, StateFolder(self.path), clock, replace(self.own, journal=self.journal(), models=seats)
        )


def doubted(path: Path, sceptic: Scripted, *replies: Scripted) -> Told:
    model = ScriptedModel([sceptic])
    told = Extended(path, own=Overrides(graph=with_sceptic(model))).play(tape(RISE), replies)
    model.finish()
    return told


def test_a_fourth_role_is_asked_and_its_veto_counts(tmp_path: Path) -> None:
    told = doubted(tmp_path, says("verifier", **DOUBT), says("analyst"), says("verifier"))
    assert (told.settled.outcome, told.settled.reason) == ("vetoed", "the move is spent")
    assert told.sent == []


def test_what_a_fourth_role_said_is_in_the_record_under_its_own_prompt(tmp_path: Path) -> None:
    told = doubted(tmp_path, says("verifier"), *consent(**{"action": "hold", "direction": None}))
    assert told.outcomes == ["held"]
    replied = told.all(ModelReplied)
    assert [fact.prompt.split()[0] for fact in replied] == ["analyst", "verifier", "sceptic", "commander"]
    bytes_of = told.house.projections.blob
    assert all(asyncio.run(bytes_of(digest)) for fact in replied for digest in (fact.request, fact.reply))


def test_a_fourth_role_that_is_late_is_no_yes(tmp_path: Path) -> None:
    told = doubted(tmp_path, says("verifier", 5_000), says("analyst"), says("verifier"))
    assert told.outcomes == ["abstained"]
    assert told.all(Abstained)[-1].reason == "late"


def test_a_tool_of_ones_own_is_called_and_its_figures_may_be_cited(tmp_path: Path) -> None:
    asked = ToolCall("c1", "own_round_trip", {"instrument": "US:IBM", "quantity": 10})
    odd = ToolCall("c2", "own_round_trip", {"instrument": "US:IBM", "quantity": 0})
    cited = says("analyst", cited=[{"figure": "tool.own_round_trip.cost", "value": "0.20"}])
    replies = [Scripted(role="analyst", calls=(asked, odd)), cited, says("verifier"), says("commander")]
    told = Extended(tmp_path).play(tape(RISE, FILLED), replies)
    assert told.outcomes == ["executed"]
    assert told.all(Analysis)[0].cited == {"tool.own_round_trip.cost": Decimal("0.20")}
    assert [(looked.tool, looked.failed) for looked in told.all(ToolAnswered)] == [
        ("own_round_trip", False),
        ("own_round_trip", True),
    ]


def test_a_tool_of_ones_own_is_not_for_the_commander() -> None:
    with pytest.raises(BadInput, match="commander: may not call 'own_round_trip'; it is for the analyst, verifier"):
        configured(models__lookups='{ commander = ["docs.examples.tool:round_trip"] }')


def test_a_provider_of_ones_own_answers_for_every_seat(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []

    def ollama(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        asked.append(body)
        return httpx2.Response(200, json={"model": "qwen3:8b", "done_reason": "stop", **_answered(body)})

    line = Line(httpx2.MockTransport(ollama), "simulator")
    chosen = configured(models__roster="ollama", models__answers="provider", models__lookups="{ analyst = [] }")
    told = Extended(tmp_path, chosen, own=Overrides(line=line)).play(tape(RISE, FILLED))
    assert told.outcomes == ["executed"]
    assert {fact.label for fact in told.all(ModelReplied)} == {"ollama, simulated"}
    assert [fact.usage and fact.usage.output for fact in told.all(ModelReplied)] == [40, 40, 40]
    assert {(body["model"], body["think"], body["stream"]) for body in asked} == {("qwen3:8b", False, False)}
    assert all(body["format"]["type"] == "object" for body in asked)


def _answered(body: dict[str, Any]) -> dict[str, Any]:
    roles: dict[str, Role] = {"view": "analyst", "ruling": "verifier", "action": "commander"}
    (role,) = (role for field, role in roles.items() if field in body["format"]["properties"])
    return {"message": {"content": says(role).text}, "prompt_eval_count": 900, "eval_count": 40}


def test_a_provider_of_ones_own_that_fails_is_an_abstention(tmp_path: Path) -> None:
    line = Line(httpx2.MockTransport(lambda _request: httpx2.Response(500)), "simulator")
    chosen = configured(models__roster="ollama", models__answers="provider")
    told = Extended(tmp_path, chosen, own=Overrides(line=line)).play(tape(RISE))
    assert told.outcomes == ["abstained"]
    assert told.all(Abstained)[0].reason == "unavailable"


def test_a_posture_of_ones_own_holds_from_the_first_entry_on(tmp_path: Path) -> None:
    told = Extended(tmp_path).play(tape(RISE, FILLED), consent())
    assert told.all(DeskOpened)[0].posture == "vigil"
    (order,) = told.sent
    assert (order.quantity, order.kind) == (Decimal(2), "limit")


def test_a_posture_of_ones_own_that_is_looser_than_any_or_unknown_is_refused() -> None:
    with pytest.raises(BadInput, match=r"own\.vigil\.entry_pct .*: must be from 0\.01 to 2\.5, found '9'"):
        configured(postures__own__vigil__entry_pct="9")
    with pytest.raises(
        BadInput, match=r"desk\.posture .*: must be one of offensive, guerrilla, defensive, vigil, found"
    ):
        configured(desk__posture="vigilant")


def test_a_broker_of_ones_own_has_the_last_word(tmp_path: Path) -> None:
    short = [
        says("analyst", view="short"),
        says("verifier"),
        says("commander", direction="short", invalidation="186.00"),
    ]
    told = Extended(tmp_path, own=Overrides(behind=CashAccount)).play(tape(RISE, FILLED), short)
    assert told.outcomes == ["rejected"]
    assert told.all(OrderRejected)[0].reason == "a cash account sells no more than the 0 it holds"
    assert told.sent == []


def test_a_desk_with_all_of_them_plays_a_recorded_hour(tmp_path: Path) -> None:
    recording = gzip.decompress((ROOT / "evals" / "data" / "ibm-spy-minutes-2013-10.csv.gz").read_bytes())
    hour = tmp_path / "hour.csv.gz"
    hour.write_bytes(gzip.compress(b"".join(recording.splitlines(keepends=True)[:120])))
    lines: list[str] = []
    summary = play_own(tmp_path / "state", lines.append, {"AEGIS_FEED__FILES": json.dumps([str(hour)])})
    assert summary.triggers > 0
    assert any("posture vigil" in line for line in lines)
