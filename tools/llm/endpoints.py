"""Where models are served and what a seat asks of them (tables `[models.providers]` and `[models.catalogue]`).

Names of models live only in configuration: providers retire them. Whether a model thinks is always sent explicitly.
"""

from decimal import Decimal
from typing import Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from core.errors import BadInput
from core.market.instruments import Currency, Money, bounded

Wire = Literal["openai", "anthropic", "gemini"]
Thinking = Literal["off", "low", "high"]
Answering = Literal["provider", "simulator"]


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider: which wire format it speaks, where, and which environment variable holds its key."""

    wire: str
    """One of `openai`, `anthropic` and `gemini`, or `module:name` of a wire of your own."""
    base_url: str
    key: str = ""
    """Name of the environment variable; empty for a local server that needs none."""
    origin: Answering = "provider"

    def __post_init__(self) -> None:
        if self.wire not in get_args(Wire) and ":" not in self.wire:
            raise BadInput(f"wire: one of {', '.join(get_args(Wire))}, or module:name, found {self.wire!r}")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"base_url: must be an http or https address, found {self.base_url!r}")


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """What a million tokens cost, where no public price list knows the model; zero for a server of one's own."""

    input: Decimal
    output: Decimal
    currency: Currency = "USD"

    def __post_init__(self) -> None:
        bounded("price.input", self.input, Decimal(0), Decimal(100_000))
        bounded("price.output", self.output, Decimal(0), Decimal(100_000))

    def of(self, tokens_in: int, tokens_out: int) -> Money:
        """What so many tokens cost."""
        return Money((self.input * tokens_in + self.output * tokens_out) / 1_000_000, self.currency)


class Latency(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a model usually takes: its median and its 95th percentile. The simulator draws from it."""

    p50_ms: int
    p95_ms: int

    def __post_init__(self) -> None:
        bounded("latency.p50_ms", Decimal(self.p50_ms), Decimal(0), Decimal(600_000))
        bounded("latency.p95_ms", Decimal(self.p95_ms), Decimal(self.p50_ms), Decimal(600_000))


class ModelTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """A model, as this desk asks for it."""

    provider: str
    model: str
    """The provider's own name for it."""
    thinking: Thinking = "off"
    schema: Literal["strict", "object", "none"] = "strict"
    """How the provider enforces the reply's schema: natively, only that it is JSON, or not at all."""
    temperature: bool = True
    """Whether it takes a temperature; some models refuse the parameter."""
    weights: str = ""
    """Which weights these are, if two names are the same; the provider's name if empty."""
    price: Price | None = None
    latency: Latency | None = None
