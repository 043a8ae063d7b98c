"""Faults of the desk's own making: the provider was not asked, so nothing is learned about it and nothing is paid."""

from tools.llm.faults import Unavailable, Unusable


class Crowded(Unavailable):
    """A limit leaves no room now; a little later it may."""


class Withheld(Unusable):
    """The desk does not ask: a breaker is open, or a cap is reached."""
