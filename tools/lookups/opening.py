"""Which lookups there are, and how a desk gets those whose producers it has."""

from collections.abc import Callable, Iterable

from core.errors import BadInput
from core.risk import prospects
from tools.lookups import market
from tools.lookups.account import Account
from tools.lookups.market import Market
from tools.lookups.offering import Found, Offered, offered
from tools.lookups.portfolio import Portfolio
from tools.lookups.sources import Sources
from tools.plugins import is_own, own

LOOKUPS: dict[str, Callable[[Sources], Callable[..., Found]]] = {
    "quote": lambda sources: Market(sources).quote,
    "bars": lambda sources: Market(sources).bars,
    "indicators": lambda sources: Market(sources).indicators,
    "what_if": lambda sources: Portfolio(sources).what_if,
    "optimum": lambda sources: Portfolio(sources).optimum,
    "holdings": lambda sources: Account(sources).holdings,
    "open_orders": lambda sources: Account(sources).open_orders,
    "limits": lambda sources: Account(sources).limits,
    "past_decisions": lambda sources: Account(sources).past_decisions,
}
"""Every lookup by name. None of them can change anything: their sources have no method that does."""

_NEEDS = {**dict.fromkeys(("bars", "indicators", "what_if", "optimum"), "prices"), "past_decisions": "past"}
_KERNELS = {"indicators": market.warm, "what_if": prospects.warm, "optimum": prospects.warm}


def open_lookups(names: Iterable[str], sources: Sources, seconds: float = 0.5) -> tuple[Offered, ...]:
    """The lookups of these names, `module:name` for one of your own.

    A name nobody knows, or one whose producer is absent, is refused.
    """
    opened = tuple(_opened(name, sources, seconds) for name in names)
    for warm in {_KERNELS[lookup.tool.name] for lookup in opened if lookup.tool.name in _KERNELS}:
        warm()
    return opened


def _opened(name: str, sources: Sources, seconds: float) -> Offered:
    if is_own(name):
        return offered(f"own_{name.rpartition(':')[2]}", own(name)(sources), seconds)
    make = LOOKUPS.get(name)
    if make is None:
        raise BadInput(f"lookups: there is no {name!r}; known are {', '.join(LOOKUPS)}")
    if name in _NEEDS and getattr(sources, _NEEDS[name]) is None:
        raise BadInput(f"lookups: {name!r} has no producer in this desk")
    return offered(name, make(sources), seconds)
