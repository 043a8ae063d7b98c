"""Words that came from outside, and where from. They are data wherever they go, and never an instruction."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Carrier = Literal["event", "headline", "filing", "social", "tool_result", "chat"]


class Provenance(Struct, frozen=True):
    """Where a piece of text came from."""

    carrier: Carrier
    source: str
    """Who delivered it: a feed, a publisher, a tool."""
    identity: str
    """The publisher's own identity of it, or else the digest of its words."""
    received: int | None = None
    """When it reached us; None when nobody measured."""


class Foreign(Struct, frozen=True, kw_only=True):
    """One piece of text from outside in the only form in which it may be shown to anybody."""

    provenance: Provenance
    text: str
    removed: dict[str, Annotated[int, Meta(ge=1)]] = {}
    """Hidden characters that were taken out: how many of each kind."""
    noted: tuple[str, ...] = ()
    """Encodings it seems to hold. They were not decoded."""
    cut: Annotated[int, Meta(ge=0)] = 0
    """Characters that are missing at its end."""
