import json
import time
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.replies import SHAPES
from core.facts.models import Role
from core.facts.verdicts import Abstained, Analysis, Decision, Verification
from core.record.codec import encode
from tests.agents.examples import NOW, PRICE, REPLIES, brief, read, reply

ROLES = get_args(Role)
BRIEFING = brief()


def refused(role: Role, reason: Any, detail: str) -> Abstained:
    return Abstained(role, reason, detail)


def test_an_analysis_is_read_into_a_fact_bound_to_its_briefing() -> None:
    assert read("analyst", reply("analyst"), BRIEFING) == Analysis(
        symbol="IBM",
        market="XNYS",
        briefing=BRIEFING.digest,
        view="long",
        confidence=86,
        patterns=("momentum",),
        risk="medium",
        data_quality="good",
        cited={"change_pct": Decimal("0.3151"), "quote.spread_bp": Decimal("1.08")},
        rationale="A rise of 1.26 thresholds at a tight spread.",
    )


def test_a_verification_is_read_with_what_the_caller_knows() -> None:
    fact = read("verifier", reply("verifier"), BRIEFING)
    assert isinstance(fact, Verification)
    assert (fact.ruling, fact.directions, fact.size_factor) == ("approve", ("long",), Decimal("0.5"))
    assert (fact.price, fact.answered, fact.deadline) == (PRICE, NOW, NOW + 1_000_000_000)
    assert fact.briefing == BRIEFING.digest


def test_a_veto_allows_nothing_whatever_else_it_says() -> None:
    fact = read("verifier", reply("verifier", ruling="veto", directions=["long", "short"], size_factor=1))
    assert isinstance(fact, Verification)
    assert (fact.ruling, fact.directions, fact.size_factor) == ("veto", (), Decimal(0))


def test_a_decision_keeps_a_direction_only_for_new_risk() -> None:
    opened, closed = read("commander", reply("commander")), read("commander", reply("commander", action="close"))
    assert isinstance(opened, Decision)
    assert isinstance(closed, Decision)
    assert (opened.direction, closed.direction) == ("long", None)


@pytest.mark.parametrize("figure", ["0.3151", 0.3151, "0.31510"])
def test_figures_may_be_numbers_or_their_digits(figure: object) -> None:
    fact = read("analyst", reply("analyst", cited=[{"figure": "change_pct", "value": figure}]))
    assert isinstance(fact, Analysis)
    assert fact.cited == {"change_pct": Decimal("0.3151")}


@pytest.mark.parametrize(
    ("role", "changes", "detail"),
    [
        ("analyst", {"view": "up"}, "view: Input should be 'long', 'short' or 'none', found 'up'"),
        ("analyst", {"view": None}, "view: Input should be 'long', 'short' or 'none', found None"),
        ("analyst", {"patterns": ["vibes"]}, "patterns.0: Input should be 'momentum', "),
        ("analyst", {"confidence": 101}, "confidence: Input should be less than or equal to 100, found 101"),
        ("analyst", {"confidence": True}, "confidence: Value error, must be a number, or its digits"),
        ("analyst", {"confidence": 0.86}, "confidence: Value error, must be a whole number, found Decimal('0.86')"),
        ("analyst", {"rationale": "x" * 2001}, "rationale: String should have at most 2000 characters"),
        ("analyst", {"rationale": "\ud800"}, "rationale: Input should be a valid string, unable to parse"),
        ("analyst", {"size": 5}, "size: Extra inputs are not permitted, found 5"),
        ("verifier", {"ruling": "APPROVE"}, "ruling: Input should be 'approve' or 'veto', found 'APPROVE'"),
        ("verifier", {"size_factor": "1.5"}, "size_factor: must be from 0 to 1, found '1.5'"),
        ("verifier", {"size_factor": "0"}, "ruling: an approval must allow at least one direction and some size"),
        ("verifier", {"directions": []}, "ruling: an approval must allow at least one direction and some size"),
        ("commander", {"action": "sell"}, "action: Input should be 'open', "),
        ("commander", {"direction": None}, "direction: 'open' needs one of 'long', 'short'"),
        ("commander", {"invalidation": "10,000"}, "invalidation: Value error, must be a number, or its digits"),
        ("commander", {"invalidation": "NaN"}, "invalidation: Value error, must be a number, or its digits"),
        ("commander", {"invalidation": -1}, "invalidation: must be above 0, found '-1'"),
        ("commander", {"invalidation": "183.9\n"}, "invalidation: Value error, must be a number, or its digits"),
        ("commander", {"action": "tighten", "invalidation": None}, "invalidation: 'tighten' needs the new stop price"),
        ("commander", {"action": "reduce", "fraction": 0}, "fraction: must be above 0 and at most 1, found '0'"),
        ("commander", {"horizon_minutes": 0}, "horizon_minutes: Input should be greater than or equal to 1, found 0"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_found(role: Role, changes: dict[str, Any], detail: str) -> None:
    fact = read(role, reply(role, **changes))
    assert isinstance(fact, Abstained)
    assert (fact.role, fact.reason) == (role, "malformed")
    assert fact.detail.startswith(detail)


@pytest.mark.parametrize("role", ROLES)
def test_each_field_is_needed(role: Role) -> None:
    for field in REPLIES[role]:
        text = json.dumps({name: value for name, value in REPLIES[role].items() if name != field})
        assert read(role, text) == refused(role, "malformed", f"{field}: Field required")


@pytest.mark.parametrize("role", ["analyst", "commander"])
@pytest.mark.parametrize(
    ("cited", "detail"),
    [
        ({"figure": "rsi", "value": "71"}, "cited: 'rsi' is no figure of the briefing"),
        ({"figure": "change_pct", "value": "0.32"}, "cited: 'change_pct' is 0.3151 in the briefing, not 0.32"),
        ({"figure": "holding.average", "value": "0"}, "cited: 'holding.average' is no figure of the briefing"),
    ],
)
def test_an_invented_figure_voids_the_answer(role: Role, cited: dict[str, str], detail: str) -> None:
    honest = {"figure": "reference", "value": "183.96"}
    assert read(role, reply(role, cited=[honest, cited])) == refused(role, "invented", detail)


@pytest.mark.parametrize("role", ROLES)
def test_an_answer_about_another_symbol_is_invented(role: Role) -> None:
    detail = "symbol: 'SPY', the briefing is about 'IBM'"
    assert read(role, reply(role, symbol="SPY")) == refused(role, "invented", detail)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("wrapping", ["{}", "```json\n{}\n```", "Gladly.\n{}\nDone."])
def test_a_reply_cut_anywhere_is_no_answer(role: Role, wrapping: str) -> None:
    whole = wrapping.replace("{}", reply(role))
    last = whole.rindex("}")
    assert isinstance(read(role, whole, BRIEFING), Analysis | Verification | Decision)
    for end in range(last + 1):
        assert isinstance(read(role, whole[:end], BRIEFING), Abstained), whole[:end]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ich kann dazu nichts sagen.",
        "{}",
        "null",
        '"approve"',
        "approve",
        '{"ruling": "approve"}',
        "\ud800",
        '{"symbol": "\\ud800"}',
        '{"\\ud800": 1}',
        '{"symbol": ["IBM"]}',
        '{"symbol": ' + "[" * 150 + "]" * 150 + "}",
    ],
)
def test_no_malformed_reply_becomes_a_fact_or_cannot_be_recorded(role: Role, text: str) -> None:
    fact = read(role, text, BRIEFING)
    assert isinstance(fact, Abstained)
    assert encode(fact)


@pytest.mark.parametrize("role", ROLES)
def test_two_answers_are_none(role: Role) -> None:
    assert isinstance(read(role, reply(role) + reply(role)), Abstained)
    repeated = reply(role)[:-1] + ', "symbol": "IBM"}'
    assert read(role, repeated) == refused(role, "malformed", "the key 'symbol' appears twice")


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["long", "veto"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("role", ROLES)
@given(data=st.data())
def test_any_value_in_any_field_becomes_a_fact_or_an_abstention(role: Role, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(REPLIES[role])))
    fact = read(role, reply(role, **{field: data.draw(ANY_JSON)}), BRIEFING)
    assert isinstance(fact, Analysis | Verification | Decision | Abstained)
    assert encode(fact)


@pytest.mark.parametrize("role", ROLES)
@given(text=st.text())
def test_any_text_becomes_an_abstention(role: Role, text: str) -> None:
    assert isinstance(read(role, text, BRIEFING), Abstained)


@pytest.mark.parametrize("role", ROLES)
def test_a_reply_of_ten_megabytes_is_refused_at_once(role: Role) -> None:
    texts = ("{" + "x" * 10_000_000, reply(role) + " " * 10_000_000, reply(role, symbol="x" * 199_000))
    begun = time.process_time()
    assert all(isinstance(read(role, text, BRIEFING), Abstained) for text in texts)
    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize("role", ROLES)
def test_one_shape_makes_the_text_in_the_prompt_and_the_schema_of_the_request(role: Role) -> None:
    shape = SHAPES[role]
    assert json.loads(shape.text) == shape.schema
    assert set(shape.schema["required"]) == set(REPLIES[role]) == set(shape.schema["properties"])
    assert not [word for word in ("title", "$ref", "$defs") if f'"{word}"' in shape.text]


def test_every_object_of_a_schema_is_closed_because_strict_providers_demand_it() -> None:
    def objects(node: Any) -> list[Any]:
        inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        own = [node] if isinstance(node, dict) and node.get("type") == "object" else []
        return own + [found for each in inner for found in objects(each)]

    closed = [found["additionalProperties"] for shape in SHAPES.values() for found in objects(shape.schema)]
    assert closed == [False] * 5
