"""What a safeguard has counted, for the `models` noun and for metrics."""

from msgspec import Struct


class Counts(Struct, frozen=True):
    """One safeguard's figures at one instant."""

    kind: str
    """Which safeguard: retry, breaker, budget, …"""
    about: str
    """The model, or the provider whose limit it is."""
    figures: dict[str, int]
    says: str = ""
    """Its state in words, if it has one."""
