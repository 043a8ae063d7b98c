"""What a model may ask of the book: what an order would make of its risk, and how money would be spread best.

Both answer from closed bars that all instruments have in common, and say how many those are; where they are too few,
nothing is said of risk.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from core.errors import BadInput
from core.market.instruments import LARGEST_QUANTITY, positive
from core.quant.portfolio.risk import History, Risk, measure
from core.risk.prospects import TAIL, TooShort, common_history, spread
from core.risk.view import RiskView, executable
from tools.lookups.offering import Found
from tools.lookups.sources import Key, Sources, figure, share

Minutes = Annotated[Literal[5, 15, 60, 240, 1440], "risk over one bar of so many minutes; 1440 is the trading day"]
Method = Annotated[Literal["minimum_cvar", "risk_parity", "hierarchical"], "how caution is understood"]
MOST_INSTRUMENTS = 8


class Portfolio:
    """The holdings of the desk, seen as one book."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def what_if(
        self,
        instrument: Key,
        side: Literal["buy", "sell"],
        quantity: Annotated[Decimal, "how many"],
        minutes: Minutes = 60,
    ) -> Found:
        """What an order would make of the book's risk, without sending it: exposure, VaR, CVaR before and after."""
        listed, source = self._sources.instrument(instrument), self._sources
        positive("quantity", quantity, LARGEST_QUANTITY)
        view = source.view(listed)
        price = executable(side, view.quote)
        if price is None or view.equity is None or view.equity.amount <= 0:
            raise BadInput(f"{'equity' if price is not None else 'the price of this side'} is not known")
        worth, equity = price * quantity, view.equity.amount
        before = self._exposures(view, equity, listed.key)
        change = worth / equity if side == "buy" else -worth / equity
        after = {**before, listed.key: before[listed.key] + change}
        figures = {
            f"{listed.key}.worth_pct": share(worth, equity),
            f"{listed.key}.exposure_before_pct": share(before[listed.key], Decimal(1)),
            f"{listed.key}.exposure_after_pct": share(after[listed.key], Decimal(1)),
        }
        try:
            history, bars = self._history(sorted(before), minutes)
        except TooShort as fault:
            return Found(figures, {"risk": str(fault)})
        for word, book in (("before", before), ("after", after)):
            exposures = [float(book[key]) for key in sorted(book)]
            figures |= _named(f"{listed.key}.{word}", measure(history, exposures))
        said = f"losses in percent of equity over {minutes} minutes, tail {TAIL:.0%}, from {bars} bars"
        return Found(figures, {"risk": said, "instruments": sorted(before)})

    def optimum(
        self,
        instruments: Annotated[list[str], f"2 to {MOST_INSTRUMENTS} instruments as MARKET:SYMBOL"],
        method: Method = "minimum_cvar",
        minutes: Minutes = 60,
    ) -> Found:
        """How money would be spread over some instruments with the least risk: weights in percent, long only."""
        keys = sorted({self._sources.instrument(key).key for key in instruments[: MOST_INSTRUMENTS + 1]})
        if not 2 <= len(keys) <= MOST_INSTRUMENTS:
            raise BadInput(f"instruments: must be 2 to {MOST_INSTRUMENTS} different ones, found {len(keys)}")
        history, bars = self._history(keys, minutes)
        weights = spread(history, method)
        figures = {f"{key}.weight_pct": figure(weight * 100) for key, weight in zip(keys, weights, strict=True)}
        said = f"percent of what is invested, over {minutes} minutes, tail {TAIL:.0%}, from {bars} bars"
        return Found({**figures, **_named("spread", measure(history, weights))}, {"method": method, "means": said})

    def _exposures(self, view: RiskView, equity: Decimal, key: str) -> dict[str, Decimal]:
        """By instrument, signed, as parts of equity; the one that is asked about is always among them."""
        books, held = self._sources.books, {key: Decimal(0)}
        for other, position in books.state().positions.items():
            quote = books.quote(other)
            mark = quote.mid if quote else None
            if mark is None:
                raise BadInput(f"the price of {other}, which is held, is not known")
            held[other] = position.quantity * mark / equity
        return held

    def _history(self, keys: Sequence[str], minutes: int) -> tuple[History, int]:
        try:
            return common_history([self._sources.bars(key, minutes) for key in keys])
        except TooShort as fault:
            raise TooShort(f"not known: {', '.join(keys)} have, in bars of {minutes} minutes, {fault}") from fault


def _named(prefix: str, risk: Risk) -> dict[str, Decimal | None]:
    parts = {"var_pct": risk.var, "cvar_pct": risk.cvar, "volatility_pct": risk.volatility}
    return {f"{prefix}.{name}": figure(part * 100) for name, part in parts.items()}
