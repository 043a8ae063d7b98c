"""Where models are served and what a seat asks of them (tables `[models.providers]` and `[models.catalogue]`).

Names of models live only in configuration: providers retire them. Whether a model thinks is always sent explicitly.
"""

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from core.errors import BadInput

Wire = Literal["openai", "anthropic", "gemini"]
Thinking = Literal["off", "low", "high"]


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider: which wire format it speaks, where, and which environment variable holds its key."""

    wire: Wire
    base_url: str
    key: str = ""
    """Name of the environment variable; empty for a local server that needs none."""
    origin: Literal["provider", "simulator"] = "provider"

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"base_url: must be an http or https address, found {self.base_url!r}")


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
