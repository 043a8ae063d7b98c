"""What moves enough to be looked at: a score of volatility first, and the set of instruments a cycle evaluates.

    volatility = max(|change of the day|, range of the day), in %
    score of a ranked mover = min(volatility / 10, 1) * 85 + max(0, 15 - 0.3 * place in the volume ranking), at most 100
    score of a fallback mover = min(volatility / 10, 1) * 100

Places count from 0; who is not in the volume ranking has no bonus. The score is the same at home and overseas;
overseas rankings may be unavailable, then the fallback universe is scanned: what is active, was traded lately or is
held, no fixed list. It is used only if the ranking had nothing at all, not if all of it was sorted out. Left out, with
the reason, is who has no usable price or change, moves less than the least volatility, or costs less than the least
price of its currency. Equal scores are ordered by volatility, then by key; a repeated instrument counts once, with its
first row.

A proxy is not a measurement and is named so, and no rule may read it as one: `rsi_proxy` = 50 + 2 * change, from 0 to
100, is below 30 only after a fall of more than 10 %; `volume_proxy` = max(1, measured ratio, volatility / 2) shows a
surge of 2 for every volatility above 4 %. The measured ratio stands beside it, None if nobody measured.

Source: fact sheet "Playbook, context memory, scanner" section 4.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypeGuard

from msgspec import Struct, field

from core.errors import BadInput
from core.market.instruments import LARGEST_PRICE, Currency, bounded
from core.trading.orders import Ticket
from core.trading.positions import Position

Origin = Literal["ranking", "fallback"]
Signal = Literal["momentum", "oversold"]
Unfit = Literal["unpriced", "unmeasured", "quiet", "cheap"]

HUNDRED = Decimal(100)
FULL_VOLATILITY = Decimal(10)
RANKED_SHARE, VOLUME_SHARE, PER_PLACE = Decimal(85), Decimal(15), Decimal("0.3")


class ScanRules(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is worth a look (table `[signals.scanner]` of the configuration)."""

    top: int = 3
    least_volatility_pct: Decimal = Decimal("0.8")
    least_price: dict[str, Decimal] = field(default_factory=lambda: {"USD": Decimal(5)})
    """By currency; a currency that is not named has none."""

    def __post_init__(self) -> None:
        bounded("top", Decimal(self.top), Decimal(1), Decimal(100))
        bounded("least_volatility_pct", self.least_volatility_pct, Decimal("0.1"), Decimal(50))
        for currency, price in self.least_price.items():
            bounded(f"least_price.{currency}", price, Decimal(0), LARGEST_PRICE)


class Mover(Struct, frozen=True, kw_only=True):
    """One row of a ranking, or one instrument of the fallback universe, as observed today."""

    key: str
    currency: Currency
    price: Decimal | None
    change_pct: Decimal | None
    range_pct: Decimal | None = None
    volume_ratio: Decimal | None = None
    """Volume against its own average, if measured."""


class Candidate(Struct, frozen=True, kw_only=True):
    """A mover that is worth a look, and why."""

    key: str
    score: Decimal
    signal: Signal
    volatility_pct: Decimal
    change_pct: Decimal
    price: Decimal
    volume_ratio: Decimal | None
    """Measured."""
    rsi_proxy: Decimal
    volume_proxy: Decimal


class Scan(Struct, frozen=True):
    """The best candidates in order, who was left out and why, and where the movers came from."""

    candidates: tuple[Candidate, ...]
    unfit: dict[str, Unfit]
    origin: Origin


def scan(ranking: Sequence[Mover], volume_order: Sequence[str], fallback: Sequence[Mover], rules: ScanRules) -> Scan:
    """The candidates of one market: of its ranking, or of the fallback universe if there is no ranking."""
    origin: Origin = "ranking" if ranking else "fallback"
    movers = _once(ranking or fallback)
    unfit = {key: reason for key, mover in movers.items() if (reason := _unfit(mover, rules))}
    places = {key: place for place, key in reversed(list(enumerate(dict.fromkeys(volume_order))))}
    found = [_candidate(mover, origin, places.get(key)) for key, mover in movers.items() if key not in unfit]
    found.sort(key=lambda candidate: (-candidate.score, -candidate.volatility_pct, candidate.key))
    return Scan(tuple(found[: rules.top]), unfit, origin)


def fallback_universe(
    active: Iterable[str], traded: Iterable[str], positions: Mapping[str, Position]
) -> tuple[str, ...]:
    """What to observe when a market gives no ranking."""
    return tuple(sorted({*active, *traded, *_held(positions)}))


def evaluation_set(
    candidates: Iterable[Candidate], positions: Mapping[str, Position], tickets: Iterable[Ticket]
) -> tuple[str, ...]:
    """What a cycle evaluates, always: the candidates in order, then holdings, then instruments with open orders."""
    ordered = {ticket.order.key for ticket in tickets if ticket.live}
    wanted = [*(candidate.key for candidate in candidates), *sorted(_held(positions)), *sorted(ordered)]
    return tuple(dict.fromkeys(wanted))


def volatility_pct(mover: Mover) -> Decimal | None:
    """The larger of the day's change, without its sign, and the day's range; None without a change."""
    known = [abs(value) for value in (mover.change_pct, mover.range_pct) if _is_figure(value)]
    return max(known) if _is_figure(mover.change_pct) else None


def score(volatility: Decimal, origin: Origin, place: int | None = None) -> Decimal:
    """From 0 to 100: how much a mover deserves a look."""
    share = min(volatility / FULL_VOLATILITY, Decimal(1))
    if origin == "fallback":
        return share * HUNDRED
    bonus = Decimal(0) if place is None else max(Decimal(0), VOLUME_SHARE - PER_PLACE * place)
    return min(share * RANKED_SHARE + bonus, HUNDRED)


def rsi_proxy(change_pct: Decimal) -> Decimal:
    """A stand-in for RSI, from the day's change alone."""
    return max(Decimal(0), min(50 + 2 * change_pct, HUNDRED))


def volume_proxy(volatility: Decimal, measured: Decimal | None) -> Decimal:
    """A stand-in for the volume ratio that also rises with volatility."""
    return max(Decimal(1), volatility / 2, measured if _is_figure(measured) else Decimal(0))


def _candidate(mover: Mover, origin: Origin, place: int | None) -> Candidate:
    volatility, change, price = volatility_pct(mover), mover.change_pct, mover.price
    if volatility is None or change is None or price is None:
        raise BadInput(f"{mover.key}: nothing to score")
    return Candidate(
        key=mover.key,
        score=score(volatility, origin, place),
        signal="momentum" if change >= 0 else "oversold",
        volatility_pct=volatility,
        change_pct=change,
        price=price,
        volume_ratio=mover.volume_ratio if _is_figure(mover.volume_ratio) else None,
        rsi_proxy=rsi_proxy(change),
        volume_proxy=volume_proxy(volatility, mover.volume_ratio),
    )


def _unfit(mover: Mover, rules: ScanRules) -> Unfit | None:
    price, volatility = mover.price, volatility_pct(mover)
    if not _is_figure(price) or not 0 < price <= LARGEST_PRICE:
        return "unpriced"
    if volatility is None:
        return "unmeasured"
    if volatility < rules.least_volatility_pct:
        return "quiet"
    return "cheap" if price < rules.least_price.get(mover.currency, Decimal(0)) else None


def _once(movers: Iterable[Mover]) -> dict[str, Mover]:
    seen: dict[str, Mover] = {}
    for mover in movers:
        seen.setdefault(mover.key, mover)
    return seen


def _held(positions: Mapping[str, Position]) -> set[str]:
    return {key for key, position in positions.items() if position.quantity}


def _is_figure(value: Decimal | None) -> TypeGuard[Decimal]:
    return value is not None and value.is_finite()
