"""What two answers allow together, and that an approval cannot be made from anything but a yes in time."""

import copy
import pickle
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import structs

from core.desk.weighing import FREE, Approval, Bound, Proceed, StoodDown, barred, weigh
from core.errors import BadInput
from core.facts.verdicts import Abstained, Analysis, Verification

NOW = 1_000_000_000_000
SECONDS = 30
ANALYSIS = Analysis(
    symbol="IBM",
    market="XNYS",
    briefing="b1",
    view="long",
    confidence=85,
    patterns=(),
    risk="low",
    data_quality="good",
    cited={},
    rationale="a test",
)
YES = Verification(
    symbol="IBM",
    market="XNYS",
    briefing="b1",
    ruling="approve",
    confidence=90,
    directions=("long",),
    size_factor=Decimal("0.5"),
    price=Decimal(100),
    answered=NOW - 1,
    deadline=NOW,
    reasons=(),
)
VETO = structs.replace(YES, ruling="veto", directions=(), reasons=("thin volume", "stale news"))
LATE_ANALYST = Abstained("analyst", "late", "2 s")
DEAD_VERIFIER = Abstained("verifier", "unavailable", "refused to connect")

NEVER_A_YES: tuple[dict[str, Any], ...] = (
    {"ruling": "veto"},
    {"answered": NOW},
    {"answered": NOW + 1},
    {"price": Decimal(0)},
    {"price": Decimal("NaN")},
    {"price": Decimal(-1)},
)


def stood_down(analysis: Any, verification: Any, now: int = NOW) -> StoodDown:
    weighed = weigh(analysis, verification, now, SECONDS)
    assert isinstance(weighed, StoodDown)
    return weighed


def test_two_usable_answers_let_the_commander_decide_inside_the_envelope() -> None:
    weighed = weigh(ANALYSIS, YES, NOW, SECONDS)
    assert isinstance(weighed, Proceed)
    approval = weighed.approval
    assert weighed.analysis == ANALYSIS
    assert (approval.key, approval.briefing, approval.price) == ("XNYS:IBM", "b1", Decimal(100))
    assert (approval.directions, approval.size_factor) == (("long",), Decimal("0.5"))
    assert (approval.answered, approval.expires) == (NOW - 1, NOW - 1 + SECONDS * 1_000_000_000)


@pytest.mark.parametrize("analysis", [ANALYSIS, LATE_ANALYST, structs.replace(ANALYSIS, briefing="b2")])
@pytest.mark.parametrize("changes", [{}, {"answered": NOW + 5}, {"symbol": "SPY"}, {"price": Decimal(0)}])
def test_a_veto_is_first_and_final_whatever_else_is_wrong(analysis: Any, changes: dict[str, Any]) -> None:
    assert stood_down(analysis, structs.replace(VETO, **changes)) == StoodDown("vetoed", "thin volume; stale news")


def test_a_veto_without_words_is_a_veto() -> None:
    assert stood_down(ANALYSIS, structs.replace(VETO, reasons=())) == StoodDown("vetoed", "no reason given")


def test_an_abstention_of_either_seat_ends_the_run() -> None:
    assert stood_down(LATE_ANALYST, YES) == StoodDown("abstained", "analyst late: 2 s")
    assert stood_down(ANALYSIS, DEAD_VERIFIER) == StoodDown("abstained", "verifier unavailable: refused to connect")
    assert stood_down(LATE_ANALYST, DEAD_VERIFIER).outcome == "abstained"


@pytest.mark.parametrize(
    ("analysis", "verification", "reason"),
    [
        ({"briefing": "b2"}, {}, "same briefing"),
        ({"symbol": "SPY"}, {}, "'SPY'"),
        ({"market": "XNAS"}, {}, "'IBM'"),
        ({}, {"answered": NOW}, "after its deadline"),
        ({}, {"answered": NOW + 1, "deadline": NOW + 9}, "future"),
        ({}, {"answered": NOW - 30_000_000_000}, "expired"),
        ({}, {"price": Decimal("Infinity")}, "no price"),
        ({}, {"ruling": "perhaps"}, "did not approve"),
    ],
)
def test_answers_that_do_not_fit_together_or_in_time_are_an_abstention(
    analysis: dict[str, Any], verification: dict[str, Any], reason: str
) -> None:
    answer = stood_down(structs.replace(ANALYSIS, **analysis), structs.replace(YES, **verification))
    assert answer.outcome == "abstained"
    assert reason in answer.reason


def test_an_answer_of_this_very_instant_counts() -> None:
    assert isinstance(weigh(ANALYSIS, YES, YES.answered, SECONDS), Proceed)


def test_the_last_nanosecond_of_an_approval_counts_and_the_next_does_not() -> None:
    expires = YES.answered + SECONDS * 1_000_000_000
    assert isinstance(weigh(ANALYSIS, YES, expires - 1, SECONDS), Proceed)
    assert stood_down(ANALYSIS, YES, now=expires).reason == "the approval has expired"


@pytest.mark.parametrize("changes", NEVER_A_YES)
def test_no_way_of_making_an_approval_takes_a_reply_that_is_not_a_yes_in_time(changes: dict[str, Any]) -> None:
    reply = structs.replace(YES, **changes)
    good = Approval(YES, NOW + 1)
    with pytest.raises(BadInput, match="verification: "):
        Approval(reply, NOW + 1)
    with pytest.raises(BadInput, match="verification: "):
        structs.replace(good, verification=reply)
    forged = {"verification": msgspec.to_builtins(reply), "expires": NOW + 1}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(forged, Approval)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(forged), type=Approval)
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode(forged), type=Approval)


@pytest.mark.parametrize("other", [DEAD_VERIFIER, ANALYSIS, None, "approve", {"ruling": "approve"}])
def test_an_approval_of_something_else_than_a_verification_cannot_be_made(other: Any) -> None:
    with pytest.raises((BadInput, AttributeError)):
        Approval(other, NOW + 1)


def test_an_approval_cannot_be_changed_and_must_outlast_its_answer() -> None:
    approval = Approval(YES, NOW + 1)
    with pytest.raises(AttributeError):
        approval.expires = NOW + 2  # type: ignore[misc]
    with pytest.raises(BadInput, match="expires"):
        structs.replace(approval, expires=YES.answered)
    with pytest.raises(TypeError):
        object.__new__(Approval)


def test_copies_and_round_trips_of_a_good_approval_are_the_same_approval() -> None:
    approval = Approval(YES, NOW + 1)
    assert copy.deepcopy(approval) == copy.copy(approval) == pickle.loads(pickle.dumps(approval)) == approval
    assert msgspec.json.decode(msgspec.json.encode(approval), type=Approval) == approval


@pytest.mark.parametrize("factor", ["0", "0.2", "0.5", "1"])
@pytest.mark.parametrize("directions", [(), ("long",), ("short",), ("long", "short"), ("short", "long")])
def test_a_bound_only_narrows(factor: str, directions: tuple[Any, ...]) -> None:
    approval = Approval(YES, NOW + 1, Bound(directions, Decimal(factor)))
    assert approval.size_factor == min(YES.size_factor, Decimal(factor))
    assert set(approval.directions) == set(YES.directions) & set(directions)
    assert approval.bound.bars == (not directions or factor == "0")


@pytest.mark.parametrize("factor", ["-0.1", "1.01", "NaN"])
def test_a_bound_out_of_range_is_refused(factor: str) -> None:
    with pytest.raises(BadInput, match="size_factor"):
        Bound(size_factor=Decimal(factor))


def test_words_that_bar_an_entry_end_the_run_only_where_nothing_can_be_reduced() -> None:
    bound = barred("the words name a halt")
    assert weigh(ANALYSIS, YES, NOW, SECONDS, bound) == StoodDown("vetoed", "the words name a halt")
    going_on = weigh(ANALYSIS, YES, NOW, SECONDS, bound, reducible=True)
    assert isinstance(going_on, Proceed) and going_on.approval.size_factor == 0
    free = weigh(ANALYSIS, YES, NOW, SECONDS, FREE)
    assert isinstance(free, Proceed) and free.approval == Approval(YES, free.approval.expires)


def test_the_verifiers_own_veto_stands_whatever_is_held_or_said() -> None:
    assert weigh(ANALYSIS, VETO, NOW, SECONDS, FREE, reducible=True) == StoodDown("vetoed", "thin volume; stale news")


def test_an_approval_that_expired_bars_the_entry_and_ends_the_run_only_where_nothing_can_be_reduced() -> None:
    expires = YES.answered + SECONDS * 1_000_000_000
    assert weigh(ANALYSIS, YES, expires, SECONDS) == StoodDown("abstained", "the approval has expired")
    going_on = weigh(ANALYSIS, YES, expires, SECONDS, reducible=True)
    assert isinstance(going_on, Proceed)
    assert (going_on.approval.directions, going_on.approval.size_factor) == ((), 0)
    assert (going_on.approval.expires, going_on.approval.bound) == (expires, barred("the approval has expired"))


@pytest.mark.parametrize("changes", [{"answered": NOW + 1, "deadline": NOW + 9}, {"symbol": "SPY"}, {"answered": NOW}])
def test_what_was_never_an_approval_ends_the_run_whatever_is_held(changes: dict[str, Any]) -> None:
    assert isinstance(weigh(ANALYSIS, structs.replace(YES, **changes), NOW, SECONDS, reducible=True), StoodDown)
