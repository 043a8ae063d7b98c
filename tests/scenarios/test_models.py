"""A whole desk with the real adapters of three vendors, and a simulator in the providers' place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from core.facts.models import ModelReplied
from core.facts.verdicts import Abstained, Decision, Verification
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
SAYING = {"empty", "refusal", "content_filter", "length", "foreign", "wrong_schema"}
"""Faults that lie in what is said: an answer comes, and it is not usable."""


class Exchange(httpx2.AsyncBaseTransport):
    """One provider for each host, and one for all others."""

    def __init__(self, simulations: Mapping[str, Simulation]) -> None:
        self.providers = {host: Provider(simulation) for host, simulation in simulations.items()}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        provider = self.providers.get(request.url.host) or self.providers["*"]
        return await SimulatedTransport(provider).handle_async_request(request)


def combat() -> Loaded:
    return settings(models__roster="combat", models__answers="simulator")


@dataclass(frozen=True)
class Served(Rehearsal):
    """A rehearsal whose seats ask providers."""

    loaded: Loaded = field(default_factory=combat)
    simulations: Mapping[str, Simulation] = field(default_factory=dict)

    def house(self, clock: VirtualClock, models: Mapping[str, ChatModel] | None = None) -> House:
        """The desk, not opened; the script of an ordinary rehearsal stays unused."""
        self.path.mkdir(exist_ok=True)
        line = Line(Exchange({"*": Simulation(), **self.simulations}), "simulator")
        return build(self.loaded, StateFolder(self.path), clock, Overrides(journal=self.journal(), line=line))


def play(path: Path, **simulations: Simulation) -> Told:
    """One rise of IBM; the simulations by seat, or `all`."""
    behind = {HOSTS.get(name, "*"): simulation for name, simulation in simulations.items()}
    return Served(path, simulations=behind).play(tape(RISE, FILLED))


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
