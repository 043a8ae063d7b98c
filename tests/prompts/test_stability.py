"""What of a prompt stays the same for every event, and that nothing in it gives away a time or a company."""

import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args

import pytest
from msgspec import structs

from agents.roster import Seat
from agents.rounds import compose as asked
from core.desk.briefing import Briefing, Sight, compose, for_analyst, for_commander, for_verifier
from core.desk.containment import overhear
from core.desk.posture import CEILING
from core.desk.trimming import tokens
from core.facts.models import Role
from core.facts.signals import MarketEvent
from core.ports.model import ChatRequest
from prompts.library import load, names
from tests.agents.examples import EVENT, NOW, STATE, brief, proceed
from tests.architecture.house import ROOT
from tools.llm.offline.scripted import ScriptedModel

ROLES = get_args(Role)
OTHER = MarketEvent(
    kind="breakout",
    symbol="7203",
    market="JP",
    at=datetime(2020, 3, 13, 1, 5, tzinfo=UTC),
    source="elsewhere",
    sequence=11,
    figures={"breakout_level": Decimal("6612"), "atr": Decimal("14.2"), "last": Decimal("6640")},
    text=("日経平均は大幅に下落",),
)
FRAME = ("<briefing>\n", "\n</briefing>")

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SHORT_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
WORDS_OF_THE_TRADE = {"JSON", "RSI", "ATR"}
HINTS = {
    "a year": re.compile(r"\b(?:19|20)\d\d\b"),
    "a date": re.compile(r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b"),
    "a month or a weekday": re.compile(rf"\b(?:{MONTHS}|{SHORT_MONTHS}|{DAYS})\b"),
    "a symbol": re.compile(r"\b[A-Z][A-Z0-9.]{1,5}\b"),
}


def view(role: Role, briefing: Briefing, event: MarketEvent) -> bytes:
    if role == "commander":
        return for_commander(briefing, proceed())
    return for_analyst(briefing) if role == "analyst" else for_verifier(briefing, overhear(event.text))


def request(role: Role, event: MarketEvent, run: str) -> tuple[ChatRequest, bytes]:
    briefing = compose(run, event, Sight(NOW, None, {}), STATE, CEILING["defensive"], 90)
    shown = view(role, briefing, event)
    return asked(Seat(role, ScriptedModel([]), load(role), Decimal(2)), shown), shown


def hints(text: str) -> list[str]:
    """What in a text would tell a model when or about whom it is asked."""
    found = [(kind, match[0]) for kind, pattern in HINTS.items() for match in pattern.finditer(text)]
    found += [("a company", name) for name in listed() if re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)]
    return [f"{kind}: {word}" for kind, word in found if word not in WORDS_OF_THE_TRADE]


def listed() -> list[str]:
    """Symbols and names of every instrument we ship."""
    markets = [
        market
        for path in sorted((ROOT / "configs" / "markets").glob("*.toml"))
        for market in tomllib.loads(path.read_text())["markets"].values()
    ]
    return [word for market in markets for pair in market["symbols"].items() for word in pair]


@pytest.mark.parametrize("role", ROLES)
def test_two_events_share_every_byte_of_the_stable_part_and_nothing_else(role: Role) -> None:
    (one, shown), (other, elsewhere) = request(role, EVENT, "run1"), request(role, OTHER, "run2")
    assert one.system == other.system
    assert (one.schema, one.prompt, one.tools) == (other.schema, other.prompt, other.tools)
    assert one.user == shown.decode().join(FRAME)
    assert other.user == elsewhere.decode().join(FRAME)


@pytest.mark.parametrize("role", ROLES)
def test_what_changes_holds_nothing_worth_caching_and_what_is_stable_is_most_of_an_ordinary_prompt(role: Role) -> None:
    assert tokens("".join(FRAME)) <= 10
    ordinary = asked(Seat(role, ScriptedModel([]), load(role), Decimal(2)), view(role, brief(), EVENT))
    assert tokens(ordinary.system) >= tokens(ordinary.user)


@pytest.mark.parametrize("role", ROLES)
def test_an_event_under_another_name_leaves_no_trace_of_its_own(role: Role) -> None:
    masked, _ = request(role, structs.replace(EVENT, symbol="X1", text=()), "run1")
    assert "X1" in masked.user and "IBM" not in masked.user + masked.system


@pytest.mark.parametrize("name", names())
def test_no_prompt_gives_away_a_time_or_a_company(name: str) -> None:
    assert hints(load(name).text) == []


@pytest.mark.parametrize(
    "text",
    [
        "As in 2008, be careful.",
        "Since 13.03.20 it falls.",
        "A Friday in May",
        "If it is SPY, hold.",
        "Think of international business machines.",
    ],
)
def test_a_planted_hint_is_seen(text: str) -> None:
    assert hints(text)


def test_ordinary_text_holds_no_hint() -> None:
    assert hints("You may march on: reply in JSON, 0 to 100, at most 250 words; RSI is above 70, or 1.5 of it.") == []
