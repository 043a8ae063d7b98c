"""How many decisions a roster finishes within a tempo, when its models are as slow as the configuration says.

The latencies are drawn by the simulator from `[models.catalogue.*.latency]`; everything else is the desk as it ships.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from core.facts.desk import RunSettled
from core.facts.models import Role
from core.facts.signals import MarketEvent, SignalGenerated
from core.facts.verdicts import Abstained, Analysis, Decision, Verification
from core.market.instants import SECOND, moment
from core.market.quotes import Grade
from core.record.envelope import Recorded
from runtime.bootstrap import House, Overrides, build
from runtime.model_settings import ModelSettings
from runtime.recovery import recover, reopen
from runtime.state_folder import StateFolder
from tests.desks import instant, settings, tape
from tools.clock import VirtualClock, VirtualLoop
from tools.journals.memory import MemoryJournal
from tools.llm.line import Line
from tools.simulators.provider.application import Provider
from tools.simulators.provider.simulation import Latency, Simulation
from tools.simulators.provider.transport import SimulatedTransport

BEGIN = instant("13:45:00")
BAR = 0.95
ROLES: Mapping[type, Role] = {Analysis: "analyst", Verification: "verifier", Decision: "commander"}
FIGURES = {"change_pct": "0.35", "threshold_pct": "0.25", "reference": "182.40", "last": "183.04"}


class Finished(NamedTuple):
    """What became of the decisions of one desk."""

    outcomes: Counter[str]
    stages: dict[Role, float]
    """Share of each seat's turns that ended with an answer in time."""

    @property
    def share(self) -> float:
        return 1 - self.outcomes["abstained"] / self.outcomes.total()


def drive(path: Path, count: int, roster: str, tempo: str, seed: int = 0, lookups: str = "[]") -> Finished:
    """Put so many ordinary events to a desk with this roster, one after the other."""
    looked = f"{{ analyst = {lookups} }}"
    loaded = settings(models__roster=roster, models__tempo=tempo, models__answers="simulator", models__lookups=looked)
    line = Line(SimulatedTransport(Provider(simulation(loaded.settings.models, seed))), "simulator")
    loop, first = VirtualLoop(BEGIN), moment(BEGIN).date()
    dates, recorded = (first, first + timedelta(weeks=1)), list[Recorded]()

    async def run() -> None:
        chosen = Overrides(journal=MemoryJournal(), line=line, dates=dates)
        house = build(loaded, StateFolder(path), VirtualClock(loop), chosen)
        house.projections.listen(recorded.append)
        try:
            await _decided(house, count)
        finally:
            await house.close()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(run())
    return _finished([event.fact for event in recorded])


def simulation(models: ModelSettings, seed: int) -> Simulation:
    """Models that are exactly as slow as the catalogue states, and look something up whenever they may."""
    stated = {terms.model: terms.latency for terms in models.catalogue.values() if terms.latency}
    latency = {model: Latency(each.p50_ms, each.p95_ms) for model, each in stated.items()}
    return Simulation(seed=seed, rules=models.rules, latency=latency, tools=True)


async def _decided(house: House, count: int) -> None:
    paces = house.loaded.settings.models.paces
    apart = max(paces["analyst"].deadline_seconds, paces["verifier"].deadline_seconds)
    apart += paces["commander"].deadline_seconds + 1
    await reopen(house)
    booking = asyncio.create_task(house.bookkeeper.run(house.broker.reports()))
    await recover(house)
    for number in range(count):
        begun = house.clock.now()
        await _put(house, number)
        await house.dispatch.drain()
        await asyncio.sleep(float(apart) - (house.clock.now() - begun) / SECOND)
    await house.broker.close()
    await booking


async def _put(house: House, number: int) -> None:
    now = house.clock.now()
    (plain,) = tape("13:45:00 IBM 183.02 183.05")
    quote = structs.replace(plain, at=now, received=now, sequence=number)
    house.projections.mark(quote)
    house.projections.grade("US:IBM", Grade(Decimal(100), Decimal(0)))
    house.paper.mark(quote)
    await house.watch.see(quote)
    event = MarketEvent(
        kind="price_shock",
        symbol="IBM",
        market="US",
        at=moment(now),
        source="tape",
        sequence=number,
        figures={name: Decimal(value) for name, value in FIGURES.items()},
    )
    assert await house.intake.accept(quote, SignalGenerated(event, f"run-{number}"))


def _finished(facts: list[Any]) -> Finished:
    late = Counter(fact.role for fact in facts if isinstance(fact, Abstained))
    answered = Counter(ROLES[type(fact)] for fact in facts if type(fact) in ROLES)
    turns = answered + late
    stages = {role: answered[role] / turns[role] for role in ROLES.values() if turns[role]}
    return Finished(Counter(fact.outcome for fact in facts if isinstance(fact, RunSettled)), stages)


def test_the_roster_combat_keeps_the_tempo_combat(tmp_path: Path) -> None:
    told = drive(tmp_path, 200, "combat", "combat")
    assert told.outcomes.total() == 200
    assert told.share >= BAR, told


def test_the_roster_s1_is_too_slow_for_the_tempo_combat_and_keeps_the_deliberate_one(tmp_path: Path) -> None:
    hurried, deliberate = (drive(tmp_path / tempo, 40, "s1", tempo) for tempo in ("combat", "deliberate"))
    assert hurried.share < 0.05, hurried
    assert deliberate.share >= BAR, deliberate


def test_a_round_of_lookups_before_every_analysis_is_too_much_for_the_tempo_combat(tmp_path: Path) -> None:
    told = drive(tmp_path, 100, "combat", "combat", lookups='["quote", "bars"]')
    assert 0.5 < told.share < BAR, told
    assert told.stages["analyst"] < told.stages["verifier"]


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("roster", "tempo"), [("combat", "combat"), ("s1", "deliberate"), ("local", "deliberate")])
def test_over_a_thousand_decisions_each_roster_keeps_its_tempo(
    tmp_path: Path, roster: str, tempo: str, seed: int
) -> None:
    told = drive(tmp_path, 1_000 if tempo == "combat" else 250, roster, tempo, seed)
    print(f"{roster} in tempo {tempo}, seed {seed}: {told.share:.1%} of {told.outcomes.total()}; {told.stages}")
    assert told.share >= BAR, told
