"""What the seats were asked and what they answered, by digest; the bytes lie beside the journal as blobs."""

from typing import Literal

from msgspec import Struct

Role = Literal["analyst", "verifier", "commander"]


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
