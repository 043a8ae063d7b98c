"""Leaves a model alone that keeps failing.

    closed     calls go through; so many failures in a row, or one lasting fault, open it
    open       no call goes through until the cool-down is over, a long one if a quota is used up; after any other
               lasting fault, until a person resets it
    half-open  one call probes: an answer closes, a failure opens for another cool-down

A request that the provider refuses is no failure: it is alive, and words from outside must not be able to shut it off.
A call that was cut off is one if it had waited long and nobody else was answered meanwhile; else it says nothing.
"""

import asyncio

from core.errors import Degraded, Transient
from core.market.instants import shown
from core.ports.clock import Clock
from core.ports.model import ChatModel, ChatRequest, Completion
from tools.llm.faults import Trace
from tools.safeguards.counts import Counts
from tools.safeguards.deadline import left
from tools.safeguards.refusals import Crowded, Withheld
from tools.safeguards.terms import HOUR, BreakerTerms

QUOTA_COOLDOWN = HOUR
"""Seconds after a quota or a balance was used up."""
RESET = "aegis-agents desk reset-models"


class Circuit:
    """The state of one model, shared by every seat that asks it."""

    def __init__(self, name: str, terms: BreakerTerms, clock: Clock) -> None:
        self.name = name
        self.terms = terms
        self._clock = clock
        self._figures = {"opened": 0, "refused": 0, "probes": 0}
        self._heard = -1.0
        """When the last answer came, on the loop's clock."""
        self._round = 0
        """Calls that began before it last opened or closed have no say any more."""
        self.reset()

    @property
    def is_open(self) -> bool:
        """Whether calls are refused, but for a probe."""
        return self._since is not None

    @property
    def is_grave(self) -> bool:
        """Whether it is open for longer than a usual cool-down, so that a person should hear of it."""
        return self.is_open and self._grave

    def reset(self) -> None:
        """Close it: a person has looked."""
        self._since: int | None = None
        self._probe_from = 0.0
        self._failures = 0
        self._lasting = self._grave = self._probing = False
        self._cooldown = self.terms.cooldown_seconds
        self._why = ""
        self._round += 1

    def admit(self) -> int:
        """The round in which a call may go out; Withheld if none may."""
        if self.is_open:
            if self._lasting or self._probing or asyncio.get_running_loop().time() < self._probe_from:
                self._figures["refused"] += 1
                raise Withheld(f"{self.name}: {self.says()}", Trace(self.name, code="breaker_open"), self._grave)
            self._probing = True
            self._figures["probes"] += 1
        return self._round

    def answered(self, began: int) -> None:
        """A call of this round was answered."""
        self._heard = asyncio.get_running_loop().time()
        if began == self._round:
            self._failures = 0
            if self.is_open:
                self.reset()

    def failed(self, began: int, why: str, lasting: bool = False, mends: bool = False) -> None:
        """A call failed; a lasting fault counts whenever it began."""
        if began != self._round and not lasting:
            return
        self._failures += 1
        self._why = why
        self._grave = self._grave or lasting
        self._lasting = self._lasting or (lasting and not mends)
        self._cooldown = QUOTA_COOLDOWN if mends else self.terms.cooldown_seconds
        if self.is_open or lasting or self._failures >= self.terms.failures:
            self._open()

    def silent_since(self, at: float) -> bool:
        """Whether no answer has come since an instant of the loop's clock."""
        return self._heard < at

    def untold(self, began: int) -> None:
        """A call ended in a way that says nothing about the provider."""
        if began == self._round:
            self._probing = False

    def says(self) -> str:
        """Closed, or open since when and why, and what closes it."""
        if self._since is None:
            return "closed"
        way_out = f"until a person has looked and says `{RESET}`"
        if not self._lasting:
            way_out = f"a probe goes out after {self._cooldown} s" + (f", or say `{RESET}`" if self._grave else "")
        return f"open since {shown(self._since)}, {way_out}: {self._why[:200]}"

    def counts(self) -> Counts:
        """How often it opened, refused and probed."""
        return Counts("breaker", self.name, dict(self._figures), self.says())

    def _open(self) -> None:
        self._figures["opened"] += not self.is_open
        self._since = self._clock.now() if self._since is None else self._since
        self._probe_from = asyncio.get_running_loop().time() + float(self._cooldown)
        self._probing = False
        self._round += 1


class Breaker:
    """Asks a model only while its circuit admits it."""

    def __init__(self, model: ChatModel, circuit: Circuit) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self._circuit = circuit

    async def complete(self, request: ChatRequest) -> Completion:
        """The answer, if the circuit admits the call."""
        began, at, had = self._circuit.admit(), asyncio.get_running_loop().time(), left()
        try:
            completion = await self._model.complete(request)
        except BaseException as fault:
            self._learn(began, fault, at, had)
            raise
        self._circuit.answered(began)
        return completion

    def counts(self) -> Counts:
        """Those of its circuit."""
        return self._circuit.counts()

    def _learn(self, began: int, fault: BaseException, at: float, had: float | None) -> None:
        took = asyncio.get_running_loop().time() - at
        overdue = had is not None and took >= had * float(self._circuit.terms.overdue)
        if isinstance(fault, Crowded | Withheld):
            self._circuit.untold(began)
        elif isinstance(fault, asyncio.CancelledError) and overdue and self._circuit.silent_since(at):
            self._circuit.failed(began, f"cut off after {took:.1f} s without an answer")
        elif isinstance(fault, Transient):
            self._circuit.failed(began, str(fault))
        elif isinstance(fault, Degraded) and getattr(fault, "lasting", False):
            self._circuit.failed(began, str(fault), lasting=True, mends=getattr(fault, "mends", False))
        elif isinstance(fault, Degraded):
            self._circuit.answered(began)
        else:
            self._circuit.untold(began)
