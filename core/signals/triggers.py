"""What in the market is worth a model call. The first trigger: a price that moved too far within a window.

How to think about it: per instrument there is a memory of one price for each sixtieth of the window, so it is bounded
however fast quotes come, and most quotes return the very memory they were given. The reference is the oldest price
inside the window. A shock begins the window anew, so one move is one trigger, and quiets its side for the cool-down. A
gap in the quotes or a new trading date begins the window anew too: a price from before is no reference.
"""

from decimal import Decimal

from msgspec import Struct

from core.facts.signals import SignalGenerated
from core.market.instants import MINUTE
from core.market.instruments import bounded
from core.market.quotes import Quote
from core.signals.waking import FOUR_PLACES, Quiet, quieted, woken


class TriggerRules(Struct, frozen=True, forbid_unknown_fields=True):
    """When a move is a shock (table `[signals.price_shock]` of the configuration)."""

    window_minutes: int = 10
    threshold_pct: Decimal = Decimal("0.50")
    cooldown_minutes: int = 15

    def __post_init__(self) -> None:
        bounded("window_minutes", Decimal(self.window_minutes), Decimal(1), Decimal(240))
        bounded("threshold_pct", self.threshold_pct, Decimal("0.05"), Decimal(50))
        bounded("cooldown_minutes", Decimal(self.cooldown_minutes), Decimal(1), Decimal(1440))


class Memory(Struct, frozen=True):
    """What the trigger remembers of one instrument."""

    date: str | None = None
    prices: tuple[tuple[int, Decimal], ...] = ()
    """Instants and prices, the oldest first."""
    quiet: Quiet = (0, 0)


def detect(
    quote: Quote, memory: Memory, rules: TriggerRules, date: str | None, gap: bool = False
) -> tuple[Memory, SignalGenerated | None]:
    """What to remember after a believable quote, and the signal if its price is a shock."""
    price, at = quote.mid, quote.at
    if price is None:
        return memory, None
    prices, window = memory.prices, rules.window_minutes * MINUTE
    first = 0 if not gap and date == memory.date else len(prices)
    while first < len(prices) and prices[first][0] < at - window:
        first += 1
    if first == len(prices):
        return Memory(date, ((at, price),), memory.quiet), None
    reference = prices[first][1]
    change = (price - reference) * 100
    rising = change > 0
    if abs(change) >= rules.threshold_pct * reference and at >= memory.quiet[rising]:
        startled = _startled(quote, price, memory, rising, rules.cooldown_minutes * MINUTE)
        return startled, _signal(quote, reference, change / reference, rules)
    if at - prices[-1][0] < window // 60:
        return memory, None
    return Memory(date, (*prices[first:], (at, price)), memory.quiet), None


def _startled(quote: Quote, price: Decimal, memory: Memory, rising: bool, cooldown: int) -> Memory:
    return Memory(memory.date, ((quote.at, price),), quieted(memory.quiet, 1 if rising else -1, quote.at + cooldown))


def _signal(quote: Quote, reference: Decimal, change_pct: Decimal, rules: TriggerRules) -> SignalGenerated:
    found = {
        "reference": reference,
        "change_pct": change_pct.quantize(FOUR_PLACES),
        "threshold_pct": rules.threshold_pct,
        "window_minutes": Decimal(rules.window_minutes),
    }
    return woken("price_shock", quote, 1 if change_pct > 0 else -1, rules.cooldown_minutes, found)
