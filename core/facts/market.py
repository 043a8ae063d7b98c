"""What the market did."""

from msgspec import Struct

from core.market.quotes import Quote


class PriceTick(Struct, frozen=True, tag="PRICE_TICK"):
    """A quote that mattered: the one a signal was read from. All others go to the tick lane, not to the journal."""

    quote: Quote
