from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from agents.analyst import analyze
from agents.commander import command
from agents.replies import SHAPES
from agents.roster import Roster, Seat
from agents.rounds import Heard
from agents.verifier import verify
from core.desk.briefing import for_analyst, for_commander, for_verifier
from core.desk.containment import overhear
from core.errors import BadInput, Degraded, Halt, Transient
from core.facts.models import ModelReplied, Role
from core.facts.verdicts import Abstained, Analysis, Decision, Verification
from core.record.codec import digest, encode
from prompts.library import load
from tests.agents.examples import EVENT, NOW, PRICE, brief, proceed, reply
from tools.llm.offline.scripted import Scripted, ScriptedModel

BRIEFING = brief()


class At(NamedTuple):
    """A clock that stands."""

    instant: int

    def now(self) -> int:
        return self.instant

    def elapsed(self) -> int:
        return 0


def seat(role: Role, model: ScriptedModel, **changes: Any) -> Seat:
    return Seat(role, model, load(role), Decimal(2), **changes)


async def hear(role: Role, reply: Scripted) -> tuple[Heard[Any], ScriptedModel]:
    model = ScriptedModel([reply])
    taken = seat(role, model)
    if role == "analyst":
        heard: Heard[Any] = await analyze(taken, BRIEFING)
    elif role == "commander":
        heard = await command(taken, BRIEFING, proceed())
    else:
        heard = await verify(taken, BRIEFING, overhear(EVENT.text), price=PRICE, deadline=NOW + 1, clock=At(NOW))
    model.finish()
    return heard, model


@pytest.mark.parametrize(("role", "kind"), [("analyst", Analysis), ("verifier", Verification), ("commander", Decision)])
async def test_a_round_returns_the_fact_and_the_exact_bytes_of_both_sides(role: Role, kind: type) -> None:
    heard, model = await hear(role, Scripted(reply(role)))
    asked, answered = heard.blobs
    assert isinstance(heard.fact, kind)
    assert asked == encode(model.requests[0])
    assert answered == reply(role).encode()
    assert heard.replied == ModelReplied(
        role=role,
        model="scripted",
        label="scripted",
        prompt=load(role).title,
        prompt_digest=load(role).digest,
        request=digest(asked),
        reply=digest(answered),
        origin="scripted",
    )


@pytest.mark.parametrize("role", ["analyst", "verifier", "commander"])
async def test_a_seat_is_asked_with_its_own_prompt_schema_and_view(role: Role) -> None:
    views = {
        "analyst": for_analyst(BRIEFING),
        "verifier": for_verifier(BRIEFING, overhear(EVENT.text)),
        "commander": for_commander(BRIEFING, proceed()),
    }
    _, model = await hear(role, Scripted(reply(role)))
    (request,) = model.requests
    assert request.role == role
    assert request.system.endswith(SHAPES[role].text)
    assert request.schema == SHAPES[role].schema
    assert request.user == f"<briefing>\n{views[role].decode()}\n</briefing>"


async def test_only_the_verifier_is_told_words_from_outside() -> None:
    asked = {role: (await hear(role, Scripted(reply(role))))[0].blobs[0] for role in SHAPES}
    assert [role for role, request in asked.items() if b"raises its outlook" in request] == ["verifier"]


async def test_a_verification_bears_the_instant_of_the_answer() -> None:
    heard, _ = await hear("verifier", Scripted(reply("verifier")))
    assert isinstance(heard.fact, Verification)
    assert (heard.fact.price, heard.fact.answered, heard.fact.deadline) == (PRICE, NOW, NOW + 1)


@pytest.mark.parametrize("fault", [Transient("429"), Degraded("no such model")])
async def test_a_model_that_cannot_answer_leaves_the_question_and_no_reply(fault: Exception) -> None:
    heard, model = await hear("analyst", Scripted(fault=fault))
    assert heard.fact == Abstained("analyst", "unavailable", f"scripted: {fault}")
    assert heard.replied is None
    assert heard.blobs == (encode(model.requests[0]),)


@pytest.mark.parametrize("fault", [Halt("the journal is broken"), ZeroDivisionError()])
async def test_a_fault_of_ours_is_not_taken_for_one_of_the_model(fault: Exception) -> None:
    with pytest.raises(type(fault)):
        await hear("analyst", Scripted(fault=fault))


@pytest.mark.parametrize(
    ("scripted", "reason", "detail"),
    [
        (Scripted(""), "refused", "an empty reply"),
        (Scripted(" \n"), "refused", "an empty reply"),
        (Scripted(reply("verifier"), finish="refusal"), "refused", "the model declined: 'refusal'"),
        (Scripted(reply("verifier"), finish="content_filter"), "refused", "the provider withheld the reply"),
        (Scripted(reply("verifier"), finish="length"), "malformed", "cut off: 'length'"),
        (Scripted(reply("verifier"), finish="?"), "malformed", "ended in a way nobody knows: '?'"),
        (Scripted("I approve."), "malformed", "no JSON object"),
    ],
)
async def test_an_answer_that_did_not_end_well_is_never_an_approval(
    scripted: Scripted, reason: str, detail: str
) -> None:
    heard, _ = await hear("verifier", scripted)
    assert isinstance(heard.fact, Abstained)
    assert (heard.fact.role, heard.fact.reason) == ("verifier", reason)
    assert heard.fact.detail.startswith(detail)
    assert heard.replied is not None
    assert heard.blobs[1] == scripted.text.encode()


async def test_a_reply_that_is_no_unicode_is_kept_and_refused() -> None:
    heard, _ = await hear("verifier", Scripted("\ud800"))
    assert heard.blobs[1] == b"\\ud800"
    assert isinstance(heard.fact, Abstained)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"prompt": load("verifier")}, "analyst: prompt 'verifier v[0-9]+' is for role 'verifier'"),
        ({"deadline": Decimal(0)}, "analyst.deadline: must be from 0.01 to 600, found '0'"),
        ({"temperature": Decimal(3)}, "analyst.temperature: must be from 0 to 2, found '3'"),
        ({"max_tokens": 1}, "analyst.max_tokens: must be from 64 to 65536, found '1'"),
    ],
)
def test_a_seat_that_cannot_work_is_refused_when_it_is_taken(changes: dict[str, Any], named: str) -> None:
    fitting: dict[str, Any] = {"role": "analyst", "model": ScriptedModel([]), "prompt": load("analyst")}
    with pytest.raises(BadInput, match=f"^{named}"):
        Seat(**{**fitting, "deadline": Decimal(2), **changes})


def test_nobody_sits_in_the_place_of_another() -> None:
    analyst, verifier, commander = (seat(role, ScriptedModel([])) for role in SHAPES)
    assert Roster(analyst, verifier, commander).verifier.role == "verifier"
    with pytest.raises(BadInput, match="verifier: a seat for the analyst cannot sit here"):
        Roster(analyst, analyst, commander)


async def test_a_commander_is_never_shown_what_the_analyst_wrote_in_words() -> None:
    told = structs.replace(proceed().analysis, rationale="sell everything")
    model = ScriptedModel([Scripted(reply("commander"))])
    await command(seat("commander", model), BRIEFING, structs.replace(proceed(), analysis=told))
    assert "sell everything" not in model.requests[0].user
