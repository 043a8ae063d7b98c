"""A whole desk with the real adapters of three vendors, and a simulator in the providers' place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from core.facts.desk import RunSettled
from core.facts.models import ModelReplied
from core.facts.signals import SignalGenerated
from core.facts.verdicts import Abstained, Decision, Verification
from core.market.instants import SECOND
from core.ports.model import ChatModel
from runtime.bootstrap import House, Overrides, build
from runtime.settings import Loaded
from runtime.state_folder import StateFolder
from tests.desks import FILLED, RISE, Rehearsal, Told, settings, tape
from tools.clock import VirtualClock
from tools.llm.line import Line
from tools.simulators.provider.application import Provider
from tools.simulators.provider.simulation import FAULTS, Latency, Simulation
from tools.simulators.provider.transport import SimulatedTransport

HOSTS = {
    "analyst": "api.deepseek.com",
    "verifier": "generativelanguage.googleapis.com",
    "commander": "api.anthropic.com",
}
"""Where each seat of the roster `combat` asks."""
TOLD = {
    "slow": "no answer within 2 s",
    "hanging": "no answer within 2 s",
    "dropped": "it cannot be reached",
    "cut": "its reply cannot be read",
    "malformed": "its reply cannot be read",
    "in_band": "Overloaded",
    "empty": "an empty reply",
    "refusal": "no JSON object",
    "content_filter": "the provider withheld the reply",
    "length": "cut off",
    "foreign": "no JSON object",
    "wrong_schema": "symbol: Field required",
    "400": "it refused the request (400",
    "401": "the key was refused; DEEPSEEK_API_KEY is read from the environment or .env (401",
    "402": "the account has no balance (402",
    "403": "the key may not use this model or address (403",
    "404": "it knows no such model or address (404",
    "413": "the request is too large (413",
    "429": "too many requests, or a quota is used up (429",
    "500": "it failed (500",
    "503": "it is overloaded (503",
    "504": "it did not answer in time (504",
}
"""What a person reads of a fault of the analyst's provider; this one has no word of its own for a refusal."""
SAYING = {"empty", "refusal", "content_filter", "length", "foreign", "wrong_schema"}
"""Faults that lie in what is said: an answer comes, and it is not usable."""


class Exchange(httpx2.AsyncBaseTransport):
    """One provider for each host, and one for all others."""

    def __init__(self, simulations: Mapping[str, Simulation]) -> None:
        behind = {"*": Simulation(), **simulations}
        self.providers = {host: Provider(simulation) for host, simulation in behind.items()}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        provider = self.providers.get(request.url.host) or self.providers["*"]
        return await SimulatedTransport(provider).handle_async_request(request)


def combat() -> Loaded:
    return settings(models__roster="combat", models__answers="simulator")


@dataclass(frozen=True)
class Served(Rehearsal):
    """A rehearsal whose seats ask providers."""

    loaded: Loaded = field(default_factory=combat)
    behind: httpx2.AsyncBaseTransport = field(default_factory=lambda: Exchange({}))

    def house(self, clock: VirtualClock, models: Mapping[str, ChatModel] | None = None) -> House:
        """The desk, not opened; the script of an ordinary rehearsal stays unused."""
        self.path.mkdir(exist_ok=True)
        chosen = Overrides(journal=self.journal(), line=Line(self.behind, "simulator"))
        return build(self.loaded, StateFolder(self.path), clock, chosen)


def play(path: Path, **simulations: Simulation) -> Told:
    """One rise of IBM; the simulations by seat, or `all`."""
    behind = {HOSTS.get(name, "*"): simulation for name, simulation in simulations.items()}
    return Served(path, behind=Exchange(behind)).play(tape(RISE, FILLED))


def failing(fault: str) -> Simulation:
    return Simulation(faults={fault: 1.0})


def approved(told: Told) -> bool:
    """Whether every seat gave a usable answer, the verifier's among them a yes."""
    rulings = [fact.ruling for fact in told.all(Verification)]
    return bool(rulings) and "veto" not in rulings and bool(told.all(Decision))


def test_three_simulated_vendors_take_an_event_to_an_order(tmp_path: Path) -> None:
    told = play(tmp_path)
    assert (told.outcomes, len(told.sent)) == (["executed"], 1)
    replies = told.all(ModelReplied)
    assert [(each.role, each.origin, each.asked) for each in replies] == [
        ("analyst", "simulator", "deepseek-v4-flash"),
        ("verifier", "simulator", "gemini-3.8-flash"),
        ("commander", "simulator", "claude-haiku-5-5"),
    ]
    assert all(each.cost is not None and each.usage is not None for each in replies)


def test_two_identical_runs_write_one_chain_of_decisions(tmp_path: Path) -> None:
    slow = Simulation(seed=11, latency={"*": Latency(400, 900)})
    heads = {play(tmp_path / name, all=slow).summary.chain_head for name in ("one", "two")}
    assert len(heads) == 1
    assert play(
        tmp_path / "three", all=Simulation(seed=12, latency={"*": Latency(400, 900)})
    ).summary.chain_head not in (heads)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_provider_that_always_fails_never_leads_to_an_order(tmp_path: Path, fault: str) -> None:
    told = play(tmp_path, all=failing(fault))
    assert (told.outcomes, told.sent, told.held) == (["abstained"], [], {})
    assert {fact.role for fact in told.all(Abstained)} == {"analyst", "verifier"}
    assert len(told.all(ModelReplied)) == (2 if fault in SAYING else 0)


@pytest.mark.parametrize("seat", HOSTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_seat_whose_provider_always_fails_is_enough_for_no_order(tmp_path: Path, fault: str, seat: str) -> None:
    told = play(tmp_path, **{seat: failing(fault)})
    assert (told.outcomes, told.sent, told.held) == (["abstained"], [], {})
    assert [fact.role for fact in told.all(Abstained)] == [seat]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_leads_to_an_order_only_with_three_usable_answers(tmp_path: Path, fault: str) -> None:
    told = play(tmp_path, commander=Simulation(fault_script=(fault,)))
    assert len(told.outcomes) == 1
    assert len(told.sent) == (1 if approved(told) else 0)


@pytest.mark.parametrize("fault", ["dropped", "malformed", "429", "500", "503", "529"])
def test_what_may_be_answered_a_little_later_is_asked_again_and_the_order_placed(tmp_path: Path, fault: str) -> None:
    told = play(tmp_path, commander=Simulation(fault_script=(fault,)))
    assert (told.outcomes, len(told.sent)) == (["executed"], 1)


@pytest.mark.parametrize("fault", TOLD)
def test_the_abstention_says_what_went_wrong(tmp_path: Path, fault: str) -> None:
    told = play(tmp_path, analyst=failing(fault))
    (fact,) = told.all(Abstained)
    assert TOLD[fault] in fact.detail
    assert told.settled.reason == f"analyst {fact.reason}: {fact.detail}"


def test_a_desk_whose_providers_are_down_opens_abstains_and_closes(tmp_path: Path) -> None:
    def down(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    told = Served(tmp_path, behind=httpx2.MockTransport(down)).play(tape(RISE, FILLED))
    assert (told.outcomes, told.sent, told.summary.abstained) == (["abstained"], [], 1)
    assert "it cannot be reached" in told.settled.reason


@pytest.mark.parametrize("status", [401, 403])
def test_a_provider_that_finds_our_clock_wrong_is_quoted_with_its_word_and_not_asked_again(
    tmp_path: Path, status: int
) -> None:
    asked: list[str] = []

    def skewed(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        error = {
            "code": "RequestTimeTooSkewed",
            "message": "The difference between the request time and ours is 900 s.",
        }
        return httpx2.Response(status, json={"error": error}, headers={"date": "Fri, 04 Oct 2013 13:56:00 GMT"})

    told = Served(tmp_path, behind=httpx2.MockTransport(skewed)).play(tape(RISE, FILLED))
    assert (told.outcomes, told.sent) == (["abstained"], [])
    assert sorted(asked) == [HOSTS["analyst"], HOSTS["verifier"]]
    assert f"({status} RequestTimeTooSkewed)" in told.settled.reason


def test_a_time_to_wait_that_a_wrong_clock_makes_absurd_ends_at_the_deadline(tmp_path: Path) -> None:
    def later(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(503, json={}, headers={"retry-after": "Sat, 05 Oct 2013 13:41:00 GMT"})

    told = Served(tmp_path, behind=httpx2.MockTransport(later)).play(tape(RISE, FILLED))
    assert (told.outcomes, told.sent) == (["abstained"], [])
    (began,), (ended,) = told.at(SignalGenerated), told.at(RunSettled)
    assert ended - began <= 2 * SECOND
