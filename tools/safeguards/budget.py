"""Refuses a call before it is made when what it may cost does not fit under a cap.

A call holds the most it can take while it is out, and is charged what it took once it is back. What nobody said is
charged in full: an answer without usage or cost, a call cut off, a connection that broke. A provider that answers with
an error has done nothing for money. With a cap on money, a model without a known price is not asked at all.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from core.errors import Degraded, Transient
from core.facts.models import ModelReplied
from core.market.instants import moment
from core.market.instruments import Money
from core.ports.clock import Clock
from core.ports.model import ChatModel, ChatRequest, Completion
from tools.llm.cache import KEPT
from tools.llm.faults import Trace, Unavailable, Unusable
from tools.safeguards.counts import Counts
from tools.safeguards.refusals import Withheld
from tools.safeguards.terms import BudgetTerms, Cap
from tools.safeguards.tokens import Most, most

Price = Callable[[int, int], Money | None]
"""What so many tokens in and out cost; None if nobody knows."""


class Spent(Struct, frozen=True):
    """What the calls of one day took."""

    day: str
    """As 2013-10-04."""
    calls: int = 0
    tokens: int = 0
    money: Decimal = Decimal(0)
    """In the ledger's currency."""


@dataclass(slots=True)
class Tally:
    """What one scope has spent, what its calls that are out may still take included."""

    calls: int = 0
    tokens: int = 0
    money: Decimal = Decimal(0)

    def add(self, calls: int, tokens: int, money: Decimal) -> None:
        """Count more, or with negative figures less."""
        self.calls += calls
        self.tokens += tokens
        self.money += money


def restored(replies: Iterable[ModelReplied], day: str, currency: str = "USD") -> Spent:
    """What the journalled answers of a day took; what an answer did not say cannot be restored."""
    calls, tokens, money = 0, 0, Decimal(0)
    for reply in replies:
        if reply.origin in ("rules", "scripted") or (reply.request_id or "").startswith(KEPT):
            continue
        calls += 1
        tokens += ((reply.usage.input or 0) + (reply.usage.output or 0)) if reply.usage else 0
        money += reply.cost.amount if reply.cost and reply.cost.currency == currency else 0
    return Spent(day, calls, tokens, money)


@contextmanager
def deciding() -> Iterator[Tally]:
    """Count everything asked within, by any seat and task, for one decision."""
    token = _decision.set(tally := Tally())
    try:
        yield tally
    finally:
        _decision.reset(token)


def utc_day(instant: int) -> str:
    """The date in UTC."""
    return f"{moment(instant):%Y-%m-%d}"


class Hold:
    """The room of one call that is out, in every scope it counts for."""

    def __init__(self, ledger: "Ledger", tallies: tuple[Tally, ...], needs: Most, money: Decimal) -> None:
        self._ledger = ledger
        self._tallies = tallies
        self._needs = needs
        self._money = money
        self._add(1, needs.total, money)

    def answered(self, completion: Completion) -> None:
        """Charge what the answer says it took."""
        if (used := completion.usage) is not None:
            counted = [self._needs.input if used.input is None else used.input]
            counted.append(self._needs.output if used.output is None else used.output)
            self._add(0, sum(counted) - self._needs.total, Decimal(0))
        if (cost := completion.cost) is not None and cost.currency == self._ledger.currency:
            self._add(0, 0, cost.amount - self._money)

    def refused(self) -> None:
        """The provider answered with an error: nothing was bought."""
        self._add(0, -self._needs.total, -self._money)

    def _add(self, calls: int, tokens: int, money: Decimal) -> None:
        for tally in self._tallies:
            tally.add(calls, tokens, money)


class Ledger:
    """What the desk has spent on models: one for all seats."""

    def __init__(
        self, terms: BudgetTerms, clock: Clock, spent: Spent | None = None, day: Callable[[int], str] = utc_day
    ) -> None:
        self.terms = terms
        self.currency = next(iter(terms.currencies()), "USD")
        self._clock = clock
        self._date = day
        self._today = spent.day if spent else ""
        self._tally = Tally(spent.calls, spent.tokens, spent.money) if spent else Tally()
        self._figures = {"refused": 0, "unpriced": 0}

    def restore(self, spent: Spent) -> None:
        """Go on from what a day has cost before this process began."""
        self._today, self._tally = spent.day, Tally(spent.calls, spent.tokens, spent.money)

    def hold(self, name: str, needs: Most, price: Price | None) -> Hold:
        """Room for one call; Withheld if a cap leaves none."""
        money = self._worst(name, needs, price)
        scopes = (("call", Tally()), ("decision", _decision.get() or Tally()), ("day", self._of_today()))
        for scope, tally in scopes:
            if why := _breach(getattr(self.terms, scope), tally, needs.total, money):
                self._refuse(name, f"{why} (models.safeguards.budget.{scope})")
        return Hold(self, tuple(tally for _, tally in scopes), needs, money)

    def spent(self) -> Spent:
        """Today's figures, calls that are out at the most they can take."""
        tally = self._of_today()
        return Spent(self._today, tally.calls, tally.tokens, tally.money)

    def counts(self) -> Counts:
        """Today's calls and tokens, calls refused, and calls whose price nobody knew."""
        spent = self.spent()
        figures = {"calls": spent.calls, "tokens": spent.tokens, **self._figures}
        return Counts("budget", "desk", figures, f"{spent.day}: {Money(spent.money, self.currency).rounded(4).amount}")

    def _of_today(self) -> Tally:
        today = self._date(self._clock.now())
        if today > self._today:
            self._today, self._tally = today, Tally()
        return self._tally

    def _worst(self, name: str, needs: Most, price: Price | None) -> Decimal:
        money = price(needs.input, needs.output) if price else None
        if money is not None and money.currency == self.currency:
            return money.amount
        if self.terms.currencies():
            found = f"its price is in {money.currency}" if money else "nobody knows its price"
            self._refuse(name, f"there is a cap in {self.currency} and {found}: give it a price or lift the cap", True)
        self._figures["unpriced"] += 1
        return Decimal(0)

    def _refuse(self, name: str, why: str, lasting: bool = False) -> None:
        self._figures["refused"] += 1
        raise Withheld(f"{name}: not asked, {why}", Trace(name, code="budget"), lasting)


class Budget:
    """Asks a model only for what the ledger has room for."""

    def __init__(self, model: ChatModel, ledger: Ledger, price: Price | None = None) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self._ledger = ledger
        self._price = price

    async def complete(self, request: ChatRequest) -> Completion:
        """The answer, charged to the ledger."""
        hold = self._ledger.hold(self.name, most(request), self._price)
        try:
            completion = await self._model.complete(request)
        except (Transient, Degraded) as fault:
            if isinstance(fault, Unavailable | Unusable) and fault.trace.status is not None:
                hold.refused()
            raise
        hold.answered(completion)
        return completion

    def spent(self) -> Spent:
        """Today's figures of the whole desk."""
        return self._ledger.spent()

    def counts(self) -> Counts:
        """Those of the ledger."""
        return self._ledger.counts()


def _breach(cap: Cap, tally: Tally, tokens: int, money: Decimal) -> str | None:
    bounds = (
        ("calls", tally.calls, 1, cap.calls),
        ("tokens", tally.tokens, tokens, cap.tokens),
        (cap.money.currency if cap.money else "", tally.money, money, cap.money.amount if cap.money else None),
    )
    for unit, spent, more, bound in bounds:
        if bound is not None and spent + more > bound:
            return f"{spent:,} of {bound:,} {unit} are spent or held and it may take {more:,} more"
    return None


_decision: ContextVar[Tally | None] = ContextVar("decision", default=None)
