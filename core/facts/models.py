"""What the seats were asked and what they answered, by digest; the bytes lie beside the journal as blobs."""

from typing import Literal

from msgspec import Struct

from core.market.instruments import Money

Role = Literal["analyst", "verifier", "commander"]
Origin = Literal["provider", "simulator", "rules", "scripted"]
"""Where an answer comes from; every figure about models is reported with it."""


class Usage(Struct, frozen=True):
    """Tokens of one call; None where the provider did not say."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None


class ModelReplied(Struct, frozen=True, tag="MODEL_REPLIED"):
    """One answered model call."""

    role: Role
    model: str
    label: str
    """Where the answer came from, as shown wherever it appears: "rules, no model", "scripted", a provider."""
    prompt: str
    """Name and version of the prompt."""
    prompt_digest: str
    request: str
    """Digest of the exact request."""
    reply: str
    """Digest of the exact reply text."""
    origin: Origin
    asked: str | None = None
    """The model that was asked for, in the provider's words; None where there is no provider."""
    usage: Usage | None = None
    cost: Money | None = None
    """None when there was none, or nobody knows the price."""
    request_id: str | None = None
