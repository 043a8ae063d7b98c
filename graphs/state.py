"""What a run carries: its state, which is plain values, and its Desk, which is everything it may use."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TypedDict

from agents.roster import Roster
from agents.rounds import Heard
from core.desk.allowance import Allowance
from core.desk.briefing import Briefing
from core.desk.containment import Overheard
from core.desk.posture import Postures
from core.desk.weighing import Proceed
from core.facts.desk import OperatingState, Outcome, PostureName
from core.facts.orders import Order
from core.facts.signals import MarketEvent
from core.facts.verdicts import Analysis, Decision, Verification
from core.ports.books import Books
from core.ports.broker import Broker
from core.ports.clock import Clock
from core.ports.journal import Journal
from core.ports.telemetry import Telemetry
from core.risk.clearance import Clearance
from core.risk.limits import Limits

STATE_VERSION = 1


class CombatState(TypedDict, total=False):
    """One run, from the accepted event to its one outcome. Every key is written by exactly one node."""

    version: int
    run: str
    cause: str
    """Identity of the recorded event that started the run."""
    event: MarketEvent
    posture: PostureName
    operating: OperatingState
    briefing: Briefing
    analysis: Heard[Analysis]
    overheard: Overheard
    verification: Heard[Verification]
    """Asked without a word from outside."""
    reading: Heard[Verification]
    """Asked with them, if there are words that may be read."""
    proceed: Proceed
    decision: Heard[Decision]
    order: Order
    clearance: Clearance
    outcome: Outcome
    reason: str


@dataclass(slots=True)
class Run:
    """The signals of one run: a veto ends the analyst's thinking, and stages leave their durations."""

    stages: dict[str, int] = field(default_factory=dict)
    vetoed: bool = False
    thinking: asyncio.Timeout | None = None
    allowance: Allowance = field(default_factory=Allowance)
    """The model calls its seats share."""
    aside: Callable[[], AbstractContextManager[object]] = nullcontext
    """Opens an account of its own for what is asked beside the decision, so that words cannot spend the decision's."""

    def veto(self) -> None:
        """Stop the analyst at once; its answer can no longer matter."""
        self.vetoed = True
        if self.thinking is not None and not self.thinking.expired():
            self.thinking.reschedule(asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything one run may use; handed over as LangGraph's context, never as state."""

    account: str
    roster: Roster
    books: Books
    journal: Journal
    broker: Broker
    """Only nodes/execute may touch it; it honours nothing but a recorded clearance."""
    clock: Clock
    telemetry: Telemetry
    postures: Postures
    limits: Limits
    run: Run = field(default_factory=Run)
