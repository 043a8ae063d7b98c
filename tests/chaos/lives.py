"""What a forked desk does with its life: run a command as a person types it, or trade until a point of no return.

A point is a step on the way of an order, and which edge of it: before or after it is durable. At its point the process
sends itself SIGKILL, so nothing of it runs any further. A flaw is a desk with one planted mistake, for the judge.
"""

import asyncio
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs

from core.errors import Halt
from core.facts.catalogue import wire_name
from core.facts.desk import RunSettled
from core.facts.models import Role
from core.facts.orders import Order, OrderIntended
from core.facts.risk import RiskAlert
from core.facts.verdicts import Analysis
from core.ports.broker import Answer, Found
from core.ports.model import ChatModel, ChatRequest, Completion
from core.record.envelope import Draft, Recorded, client_id
from core.risk.clearance import Clearance
from runtime.bootstrap import Overrides
from runtime.cli.main import carry_out, main
from runtime.session import run_recorded
from runtime.settings import load
from runtime.state_folder import StateFolder
from tools.brokers.paper import PaperBroker
from tools.journals.sqlite import SqliteJournal
from tools.llm.offline.rules import RulesModel

EDGES = ("before", "after")
STEPS = (
    "DESK_OPENED", "DAY_OPENED", "SIGNAL_GENERATED", "ANALYSIS_MADE", "EXIT_TRIGGERED", "GATE_RULED", "ORDER_INTENDED",
    "submit", "ORDER_PLACED", "ORDER_NOT_PLACED", "RUN_SETTLED", "ORDER_FILLED", "cancel", "ORDER_CANCELLED",
    "DESK_CLOSED",
)  # fmt: skip
"""What becomes durable or leaves the house on the way of an order: facts by wire name, the broker's calls by theirs."""


class Point(NamedTuple):
    """The edge of the n-th such step in a life."""

    edge: str
    step: str
    nth: int = 1


@dataclass
class Fate:
    """Counts the steps of a life, and ends it at one of them."""

    point: Point | None
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def reach(self, edge: str, *steps: str) -> None:
        for step in set(steps):
            self.passed[edge, step] += 1
            if self.point == (edge, step, self.passed[edge, step]):
                os.kill(os.getpid(), signal.SIGKILL)


class MortalJournal(SqliteJournal):
    """A journal on whose edges the process may end."""

    fate = Fate(None)

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        steps = [wire_name(draft.fact) for draft in drafts]
        self.fate.reach("before", *steps)
        written = await super().append(drafts, expect=expect, durable=durable)
        self.fate.reach("after", *steps)
        return written


class MortalPaper(PaperBroker):
    """A broker on whose edges the process may end."""

    fate = Fate(None)

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        self.fate.reach("before", "submit")
        answer = await super().submit(order, clearance)
        self.fate.reach("after", "submit")
        return answer

    async def cancel(self, client_id: str) -> Answer:
        self.fate.reach("before", "cancel")
        answer = await super().cancel(client_id)
        self.fate.reach("after", "cancel")
        return answer


class SendsAgain(MortalPaper):
    """Planted: an order goes out twice, the second time under another name, as after a lost answer."""

    async def submit(self, order: Order, clearance: Clearance) -> Answer:
        answer = await super().submit(order, clearance)
        again = client_id(order.decision, f"{order.leg} again", order.account)
        await super().submit(structs.replace(order, client_id=again), clearance)
        return answer


class ForgetsOrders(MortalPaper):
    """Planted: the broker is asked for an order after a crash and wrongly says it has none."""

    async def find(self, client_id: str) -> Found | None:
        return None

    async def open_orders(self) -> tuple[Order, ...]:
        return ()


class WithoutIntents(MortalJournal):
    """Planted: nothing is recorded before an order is sent."""

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        kept = [draft for draft in drafts if not isinstance(draft.fact, OrderIntended)]
        return await super().append(kept, expect=expect if kept else None, durable=durable)


class WithoutCutRuns(MortalJournal):
    """Planted: a run that was cut is not settled at the next start."""

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        kept = [d for d in drafts if not isinstance(d.fact, RunSettled) or d.fact.outcome != "abandoned"]
        return await super().append(kept, expect=expect, durable=durable)


class Falters(MortalJournal):
    """Not a flaw of the desk but of its disk: for a while neither what the seats say nor the alarm has room."""

    async def append(
        self, drafts: Sequence[Draft], *, expect: Mapping[str, int] | None = None, durable: bool = False
    ) -> tuple[Recorded, ...]:
        if any(isinstance(draft.fact, Analysis | RiskAlert) for draft in drafts):
            raise Halt("journal: no room for a while")
        return await super().append(drafts, expect=expect, durable=durable)


class Ponderer(RulesModel):
    """The offline seat, lost in thought for some real seconds; leaves a file to say that it has begun."""

    def __init__(self, seconds: float, sign: Path) -> None:
        super().__init__()
        self._seconds = seconds
        self._sign = sign

    async def complete(self, request: ChatRequest) -> Completion:
        self._sign.touch()
        await asyncio.get_running_loop().run_in_executor(None, time.sleep, self._seconds)
        return await super().complete(request)


FLAWS: dict[str, tuple[type[MortalJournal], type[MortalPaper]]] = {
    "": (MortalJournal, MortalPaper),
    "sends again": (MortalJournal, SendsAgain),
    "forgets orders": (MortalJournal, ForgetsOrders),
    "without intents": (WithoutIntents, MortalPaper),
    "without cut runs": (WithoutCutRuns, MortalPaper),
    "falters": (Falters, MortalPaper),
}


def command(argv: list[str], limit: int | None = None) -> None:
    """A command as a person types it; `limit` is the size in bytes that no file may outgrow."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    sys.argv = ["aegis-agents", *argv]
    main()


def desk(state: str, point: list[Any] | None = None, flaw: str = "", thinking: float = 0, pages: int = 0) -> None:
    """`serve --until-end` on a state folder; `pages` is how large the journal may become."""
    folder = StateFolder(Path(state))
    loaded = load("demo", None, os.environ, Path("no.env"))
    folder.claim(loaded.settings.desk.account)
    journals, papers = FLAWS[flaw]
    fate = Fate(Point(*point) if point else None)
    journal = journals.open(folder.journal)
    if pages:
        journal._connection.execute(f"PRAGMA max_page_count={pages}")
    journal.fate = papers.fate = fate
    models: dict[Role, ChatModel] = {"analyst": Ponderer(thinking, folder.path / "thinking")} if thinking else {}
    overrides = Overrides(journal=journal, models=models, paper=papers)
    say = partial(print, flush=True)
    carry_out(lambda: say(run_recorded(loaded, folder, say, None, True, overrides)))


LIVES: dict[str, Callable[..., None]] = {"command": command, "desk": desk}
