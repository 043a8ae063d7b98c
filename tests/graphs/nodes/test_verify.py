"""The verifier's stage with words: how long their reading is waited for, what it may spend, and what is kept of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec import structs

from core.errors import Halt
from core.facts.desk import RunSettled
from core.facts.models import ModelReplied, Role
from core.facts.signals import SignalGenerated
from core.facts.verdicts import Abstained, Verification
from core.market.instants import SECOND
from core.ports.model import ChatModel, ChatRequest, Completion
from core.record.envelope import Draft, Recorded
from evals.injection import TEMPERS, Obedient, Temper, shows_words
from graphs.combat import combat
from graphs.state import STATE_VERSION, Run
from runtime.settings import Loaded
from tests.evals.staging import DELIBERATE, EVENT, LOADED, Stage, virtual
from tools.clock import SystemClock
from tools.llm.faults import Trace, Unavailable
from tools.llm.offline.scripted import Scripted
from tools.safeguards.budget import deciding
from tools.safeguards.stack import Guardroom, Served, guarded
from tools.safeguards.terms import BudgetTerms, Cap, Safeguards

WARY, WILLING, LEAVING = TEMPERS[0], TEMPERS[3], TEMPERS[4]
TOLD = structs.replace(EVENT, text=("IBM names a new head of its cloud business",))
RUN = "read"


class Paced(Obedient):
    """Takes its time over words, or without them, and remembers whether it was cut off."""

    def __init__(self, temper: Temper, reading: Scripted | None = None, deaf_seconds: float = 0) -> None:
        super().__init__(structs.replace(temper, reading=reading), None)
        self._deaf_seconds = deaf_seconds
        self.cut_off = 0

    async def complete(self, request: ChatRequest) -> Completion:
        try:
            if request.role == "verifier" and not shows_words(request):
                await asyncio.sleep(self._deaf_seconds)
            return await super().complete(request)
        except asyncio.CancelledError:
            await asyncio.sleep(0.25)
            self.cut_off += 1
            raise


class Busy:
    """Turns away the first two calls of each question."""

    name = label = "busy"

    def __init__(self, temper: Temper) -> None:
        self._inner = Obedient(temper, None)
        self._tries: dict[str, int] = {}

    async def complete(self, request: ChatRequest) -> Completion:
        self._tries[request.user] = tries = self._tries.get(request.user, 0) + 1
        if tries < 3:
            raise Unavailable("too many requests", Trace("busy", status=429))
        return await self._inner.complete(request)


Told = list[Recorded]


def told(path: Path, models: Callable[[], dict[Role, ChatModel]], temper: Temper, loaded: Loaded = LOADED) -> Told:
    """What a run with words records."""
    loop = virtual()

    async def story() -> Told:
        stage = Stage(path, loop, loaded)
        desk = await stage(models(), temper.situation)
        signal = SignalGenerated(TOLD, RUN)
        (accepted,) = await desk.journal.append([Draft(f"run:{RUN}", RUN, desk.clock.now(), signal, RUN, RUN)])
        with deciding():
            await combat().ainvoke(
                {"version": STATE_VERSION, "run": RUN, "cause": accepted.envelope.id, "event": TOLD},
                context=replace(desk, run=Run(aside=deciding)),
            )
        return [recorded async for recorded in desk.journal.read(after=accepted.position - 1)]

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(story())


def played(path: Path, model: ChatModel, temper: Temper, loaded: Loaded = LOADED) -> Told:
    return told(path, lambda: dict.fromkeys(get_args(Role), model), temper, loaded)


def labelled(records: Told) -> dict[str, Any]:
    return {recorded.envelope.id.removeprefix(f"{RUN}."): recorded.fact for recorded in records}


def seconds(records: Told) -> float:
    (settled,) = (each for each in records if isinstance(each.fact, RunSettled))
    return (settled.envelope.timestamp - records[0].envelope.timestamp) / SECOND


def test_a_reading_is_waited_for_no_longer_than_the_approval_lasts(tmp_path: Path) -> None:
    model = Paced(LEAVING, Scripted(latency_ms=59_000), deaf_seconds=5)
    records = played(tmp_path, model, LEAVING, DELIBERATE)
    facts = labelled(records)
    assert facts["settled"].outcome == "executed"
    assert facts["verifier.reading"].reason == "cancelled"
    assert 35 <= seconds(records) < 36


def test_a_reading_that_comes_while_the_approval_lasts_is_heard(tmp_path: Path) -> None:
    facts = labelled(played(tmp_path, Paced(WILLING, Scripted("{}", latency_ms=29_000)), WILLING, DELIBERATE))
    assert (facts["verifier.reading"].reason, facts["settled"].outcome) == ("malformed", "vetoed")


def test_a_reading_that_a_veto_cuts_off_is_over_before_the_run_goes_on_and_is_recorded(tmp_path: Path) -> None:
    model = Paced(WARY, Scripted(latency_ms=1_400), deaf_seconds=0.5)
    facts = labelled(played(tmp_path, model, WARY))
    assert facts["settled"].outcome == "vetoed"
    assert model.cut_off == 1
    assert facts["verifier.reading"] == Abstained(
        "verifier", "cancelled", "nothing was left that the words could narrow"
    )


def test_what_a_reading_said_before_a_veto_is_kept(tmp_path: Path) -> None:
    facts = labelled(played(tmp_path, Paced(WARY, None, deaf_seconds=0.5), WARY))
    assert facts["settled"].outcome == "vetoed"
    assert isinstance(facts["verifier.reading"], Verification)
    assert isinstance(facts["verifier.reading.replied"], ModelReplied)


@pytest.mark.parametrize("fault", [ZeroDivisionError("by none"), OSError("hung up"), Halt("no cassette")])
@pytest.mark.parametrize(("temper", "outcome"), [(WARY, "vetoed"), (WILLING, "vetoed"), (LEAVING, "executed")])
def test_a_reading_that_breaks_is_silence_and_says_so(
    tmp_path: Path, fault: Exception, temper: Temper, outcome: str
) -> None:
    facts = labelled(played(tmp_path, Paced(temper, Scripted(fault=fault), deaf_seconds=0.1), temper))
    assert facts["settled"].outcome == outcome
    assert facts["verifier.reading"] == Abstained("verifier", "unavailable", f"{type(fault).__name__}: {fault}")


def test_a_reading_never_spends_the_calls_of_the_decision(tmp_path: Path) -> None:
    def models() -> dict[Role, ChatModel]:
        room = Guardroom(Safeguards(budget=BudgetTerms(decision=Cap(calls=7))), SystemClock())
        busy = guarded([Served(Busy(LEAVING), "busy")], Decimal(60), room)
        ready = guarded([Served(Obedient(LEAVING, None), "ready")], Decimal(30), room)
        return {"analyst": busy, "verifier": busy, "commander": ready}

    facts = labelled(told(tmp_path, models, LEAVING, DELIBERATE))
    assert facts["settled"].outcome == "executed", facts["settled"].reason
    assert isinstance(facts["verifier.reading"], Verification)
