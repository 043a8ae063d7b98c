"""What the market did."""

from msgspec import Struct

from core.market.quotes import Quote


class PriceTick(Struct, frozen=True, tag="PRICE_TICK"):
    """A quote that mattered: the one a signal was read from. All other quotes are seen and not recorded."""

    quote: Quote
