"""Kelly, VaR and CVaR of a book against NumPy, and an order tried on a book against measuring the changed book."""

from collections.abc import Callable
from timeit import repeat

import numpy as np

from benchmarks.report import Paired, Row, paired
from core.quant.kernel import Floats
from core.quant.portfolio import risk as risk

TAIL = 0.05
ORDER = 0.02
MOST = 5.0
CALLS = 200
PAIRS = 15


def measure(pairs: int = PAIRS) -> list[Row]:
    """The whole book at two lengths of history, then orders tried on a book, one by one and many in a call."""
    return [
        *whole(250, 25.0, pairs),
        *whole(1_000, 8.0, pairs),
        tried(50, 5.0, pairs),
        tried(10, 1.0, pairs),
        many_tried(10, 5.0, pairs),
    ]


def whole(days: int, goal: float, pairs: int) -> list[Row]:
    """All figures of ten assets, and how long one call takes."""
    returns, held = drawn(days, 10), np.full(10, 0.1)
    past = risk.history_of(returns, TAIL)
    result = paired(often(lambda: risk.measure(past, held)), often(lambda: naive(returns, held)), pairs)
    label = f"Kelly, VaR, CVaR of 10 assets over {days:,} days"
    once = min(repeat(often(lambda: risk.measure(past, held)), number=1, repeat=pairs)) / CALLS * 1e6
    return [
        row(f"{label}, against NumPy", result, goal, CALLS, pairs),
        Row(f"{label}, one call at best", once, f"<= {MOST:g} µs", once <= MOST, once, MOST, "µs", pairs),
    ]


def tried(assets: int, goal: float, pairs: int) -> Row:
    """One order at a time; of a small book most of the time is the call itself."""
    outlook = ready(assets)
    result = paired(often(lambda: risk.what_if(outlook, 3, ORDER)), often(lambda: anew(outlook, 3, ORDER)), pairs)
    label = f"an order tried on {assets} assets over 1,000 days, against the full measure"
    return row(label, result, goal, CALLS, pairs)


def many_tried(assets: int, goal: float, pairs: int) -> Row:
    """Many orders in one call."""
    outlook = ready(assets)
    places, sizes = np.arange(CALLS) % assets, np.linspace(-ORDER, ORDER, CALLS)
    result = paired(lambda: risk.what_ifs(outlook, places, sizes), often(lambda: anew(outlook, 3, ORDER)), pairs)
    label = f"{CALLS} orders tried on {assets} assets over 1,000 days, against the full measures"
    return row(label, result, goal, CALLS, pairs)


def ready(assets: int) -> risk.Outlook:
    """A book of equal exposures upon which orders can be tried."""
    past = risk.history_of(drawn(1_000, assets), TAIL)
    return risk.outlook_of(risk.book_of(past, np.full(assets, 1 / assets)))


def anew(outlook: risk.Outlook, asset: int, change: float) -> risk.Risk:
    """The full recomputation: the changed exposures, measured over the whole history."""
    exposures = outlook.book.exposures.copy()
    exposures[asset] += change
    return risk.measure(outlook.book.history, exposures)


def row(label: str, result: Paired, goal: float, calls: int, pairs: int) -> Row:
    """The ratio and what one call takes on both sides."""
    ours, theirs = result.ours / calls * 1e6, result.theirs / calls * 1e6
    return Row(label, result.speed, f">= {goal:g}", result.speed >= goal, ours, theirs, "µs", pairs)


def often(call: Callable[[], object]) -> Callable[[], None]:
    """Many calls in one measurement."""

    def calls() -> None:
        for _ in range(CALLS):
            call()

    return calls


def naive(returns: Floats, held: Floats) -> tuple[float, float, float]:
    """What one writes in NumPy: VaR, CVaR, Kelly; its VaR is interpolated, so the figures differ a little."""
    profits = returns @ held
    edge = np.percentile(profits, 100 * TAIL)
    return -edge, -profits[profits <= edge].mean(), profits.mean() / profits.var(ddof=1)


def drawn(days: int, assets: int) -> Floats:
    """Heavy-tailed returns about a common factor."""
    draw = np.random.default_rng(1)
    return 0.01 * draw.standard_t(4, (days, assets)) + 0.005 * draw.standard_normal((days, 1))
