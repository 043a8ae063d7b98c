"""All numbers of the safeguards around models (table `[models.safeguards]`)."""

from decimal import Decimal

from msgspec import Struct, field

from core.errors import BadInput
from core.market.instruments import Money, bounded, positive

HOUR = Decimal(3600)


class RetryTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """How often a model that may answer a little later is asked again."""

    attempts: int = 3
    """Calls in all, the first among them."""
    first_seconds: Decimal = Decimal("0.2")
    """The longest wait before the second attempt; each further wait is twice as long."""
    longest_seconds: Decimal = Decimal(5)
    room_seconds: Decimal = Decimal("0.3")
    """So much time must be left for an attempt after its wait, or it is not made."""

    def __post_init__(self) -> None:
        bounded("retry.attempts", Decimal(self.attempts), Decimal(1), Decimal(10))
        bounded("retry.first_seconds", self.first_seconds, Decimal("0.001"), HOUR)
        bounded("retry.longest_seconds", self.longest_seconds, self.first_seconds, HOUR)
        bounded("retry.room_seconds", self.room_seconds, Decimal(0), HOUR)


class BreakerTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """When a model that keeps failing is left alone, and for how long."""

    failures: int = 5
    """So many in a row open it."""
    cooldown_seconds: Decimal = Decimal(30)
    overdue: Decimal = Decimal("0.5")
    """A call cut off after this part of the time it had may be a failure; cut off earlier it says nothing."""

    def __post_init__(self) -> None:
        bounded("breaker.failures", Decimal(self.failures), Decimal(1), Decimal(1000))
        bounded("breaker.cooldown_seconds", self.cooldown_seconds, Decimal("0.01"), 24 * HOUR)
        bounded("breaker.overdue", self.overdue, Decimal("0.01"), Decimal(1))


class HedgeTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """How long one model may keep the desk waiting before the next one is asked beside it."""

    percentile: int = 95
    """Of the latencies seen; slower calls are hedged."""
    window: int = 200
    """So many of the newest latencies count."""
    least: int = 20
    """Fewer have taught nothing yet."""
    untaught_seconds: Decimal = Decimal(1)
    """How long to wait until enough is learned."""
    shortest_seconds: Decimal = Decimal("0.05")
    share: Decimal = Decimal("0.5")
    """Whatever was learned, no wait is longer than this part of the time left."""

    def __post_init__(self) -> None:
        bounded("hedge.percentile", Decimal(self.percentile), Decimal(50), Decimal(100))
        bounded("hedge.window", Decimal(self.window), Decimal(1), Decimal(10_000))
        bounded("hedge.least", Decimal(self.least), Decimal(1), Decimal(self.window))
        bounded("hedge.shortest_seconds", self.shortest_seconds, Decimal("0.001"), HOUR)
        bounded("hedge.untaught_seconds", self.untaught_seconds, self.shortest_seconds, HOUR)
        bounded("hedge.share", self.share, Decimal("0.05"), Decimal("0.95"))


class Rates(Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider lets one account ask; None where it sets no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    burst_seconds: Decimal = Decimal(60)
    """How many seconds' worth may go at once after a pause."""

    def __post_init__(self) -> None:
        for name in ("requests_per_minute", "tokens_per_minute"):
            if (limit := getattr(self, name)) is not None:
                positive(f"rates.{name}", Decimal(limit))
        bounded("rates.burst_seconds", self.burst_seconds, Decimal(1), Decimal(60))


class Cap(Struct, frozen=True, forbid_unknown_fields=True):
    """The most that may be spent in one scope; None is no cap."""

    calls: int | None = None
    tokens: int | None = None
    """In and out together."""
    money: Money | None = None

    def __post_init__(self) -> None:
        for name in ("calls", "tokens"):
            if (cap := getattr(self, name)) is not None:
                positive(f"budget.{name}", Decimal(cap), Decimal(10) ** 12)
        if self.money is not None:
            positive("budget.money", self.money.amount)


class BudgetTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """Caps on one call, on all calls for one decision, and on all calls of one day."""

    call: Cap = Cap()
    decision: Cap = Cap()
    day: Cap = Cap()

    def __post_init__(self) -> None:
        if self.call.calls is not None:
            raise BadInput("budget.call.calls: a call is one call; set it for a decision or a day")
        if len(found := self.currencies()) > 1:
            raise BadInput(f"budget: caps must be of one currency, found {', '.join(sorted(found))}")

    def currencies(self) -> set[str]:
        """Those of the caps on money; one, or none."""
        return {cap.money.currency for cap in (self.call, self.decision, self.day) if cap.money}


class Safeguards(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that stands between a seat and its models; `stack` says in which order and why."""

    retry: RetryTerms = RetryTerms()
    breaker: BreakerTerms = BreakerTerms()
    hedge: HedgeTerms | None = HedgeTerms()
    """None: the next model of a chain is asked only once the one before it has failed."""
    budget: BudgetTerms = BudgetTerms()
    rates: dict[str, Rates] = field(default_factory=dict)
    """By provider."""
    attempt_seconds: Decimal | None = None
    """The longest one attempt may take; without a hedge, what keeps a silent model from using up the whole deadline."""
    cached: int = 0
    """How many answers are kept for requests of the very same bytes; 0 keeps none."""

    def __post_init__(self) -> None:
        bounded("cached", Decimal(self.cached), Decimal(0), Decimal(100_000))
        if self.attempt_seconds is not None:
            bounded("attempt_seconds", self.attempt_seconds, Decimal("0.01"), HOUR)
