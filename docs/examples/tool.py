"""A tool of your own: what it costs to enter and leave at once, so that a model sees what a move must earn first."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

from core.errors import BadInput
from tools.lookups.offering import Found
from tools.lookups.sources import Key, Sources


def round_trip(sources: Sources) -> Callable[..., Found]:
    """The function that models are offered as `own_round_trip`."""

    def cost(instrument: Key, quantity: Annotated[int, "how many, at least 1"]) -> Found:
        """What buying so many at the ask and selling them at the bid would cost now, before fees."""
        quote = sources.books.quote(sources.instrument(instrument).key)
        if quantity < 1:
            raise BadInput(f"quantity: must be at least 1, found {quantity}")
        if quote is None or quote.bid is None or quote.ask is None:
            raise BadInput(f"{instrument}: nobody quotes both sides of it now")
        lost = (quote.ask - quote.bid) * quantity
        share = (lost * 100 / (quote.ask * quantity)).quantize(Decimal("0.0001"))
        return Found({"cost": lost, "cost_pct": share}, {"instrument": instrument, "quantity": quantity})

    return cost
