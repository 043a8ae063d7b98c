"""What a seat looked up while it thought, by digest; the bytes lie beside the journal as blobs."""

from msgspec import Struct

from core.facts.models import Role


class ToolAnswered(Struct, frozen=True, tag="TOOL_ANSWERED"):
    """One function that a model asked for, and what it was told."""

    role: Role
    tool: str
    """The name the model gave, at most 64 characters of it."""
    arguments: str
    """Digest of the exact arguments."""
    answer: str
    """Digest of the exact text that was shown to the model."""
    failed: bool
    """Whether that text says why there is no answer."""
