"""Twenty thousand replies that are none: nothing crashes, nothing is approved, nothing is ordered."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import pytest

from core.facts.models import Role
from core.facts.verdicts import Abstained, Decision, Verification
from core.ports.model import ChatRequest, Completion
from core.record.codec import encode
from tests.agents.examples import brief, read, reply
from tests.desks import RISE, Rehearsal, Told, says, tape
from tests.properties.malformed import FAMILIES, ROLES, Malformed, everything

BRIEFING = brief()


class Saying:
    """Says the same to everybody."""

    name = label = "scripted"

    def __init__(self, text: str) -> None:
        self._text = text

    async def complete(self, _request: ChatRequest) -> Completion:
        return Completion(text=self._text, model=self.name, origin="scripted")


def decided(folder: Path, bad: Malformed) -> Told:
    """A whole desk in which one seat answers so and the other two would buy."""
    texts: dict[Role, str] = {role: says(role).text for role in ROLES} | {bad.role: bad.text}
    return Rehearsal(folder).play(tape(RISE), models={role: Saying(text) for role, text in texts.items()})


def orders(folder: Path, replies: Iterable[Malformed]) -> int:
    """How many were decided upon; every run must have abstained, and nothing may have been approved or sent."""
    count = 0
    folder.mkdir(exist_ok=True)
    for count, bad in enumerate(replies, 1):
        told = decided(folder / str(count), bad)
        assert told.outcomes == ["abstained"], bad
        assert told.sent == [] and told.held == {} and told.all(Decision) == [], bad
        assert [fact.role for fact in told.all(Abstained)] == [bad.role], bad
        assert bad.role != "verifier" or told.all(Verification) == [], bad
    return count


def test_no_malformed_reply_is_read_as_anything_but_an_abstention(
    record_property: Callable[[str, object], None],
) -> None:
    seen: Counter[str] = Counter()
    slowest = (0.0, "")
    for bad in everything():
        begun = time.process_time()
        fact = read(bad.role, bad.text, BRIEFING)
        slowest = max(slowest, (time.process_time() - begun, f"{bad.role}, {bad.family}"))
        assert isinstance(fact, Abstained) and fact.role == bad.role, (bad.role, bad.family, bad.text[:400])
        assert len(encode(fact)) < 2_000
        seen[bad.family] += 1
    assert seen.keys() == FAMILIES.keys() and seen.total() >= 20_000
    took, which = slowest
    record_property(
        "figures", f"{seen.total()} malformed replies, 0 read; the slowest took {took * 1000:.0f} ms ({which})"
    )


@pytest.mark.parametrize("role", ROLES)
def test_the_reply_they_were_made_of_is_a_good_one(role: Role) -> None:
    assert not isinstance(read(role, reply(role), BRIEFING), Abstained)


def test_the_desk_they_are_told_to_would_have_bought(tmp_path: Path) -> None:
    assert len(decided(tmp_path, Malformed("analyst", "none", says("analyst").text)).sent) == 1


def test_a_whole_desk_orders_nothing_on_any_family(tmp_path: Path) -> None:
    one_each = {(bad.role, bad.family): bad for bad in everything() if bad.family != "10 MB"}
    assert orders(tmp_path, one_each.values()) == len(ROLES) * (len(FAMILIES) - 1)


@pytest.mark.campaign
def test_a_whole_desk_orders_nothing_on_a_thousand_of_them(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    ordinary = islice((bad for bad in everything() if bad.family != "10 MB"), 0, None, 20)
    huge = islice((bad for bad in everything() if bad.family == "10 MB"), 0, None, 5)
    count = orders(tmp_path, ordinary) + orders(tmp_path / "huge", huge)
    assert count > 1_000
    record_property("figures", f"{count} runs of a whole desk, 0 approvals, 0 orders")
