"""What the desk knows right now."""

from collections.abc import Mapping
from typing import Protocol

from core.desk.state import DeskState
from core.market.hours import SessionTable
from core.market.instruments import Instrument
from core.market.quotes import Grade, Quote


class Books(Protocol):
    """The folded journal and the latest believable quotes. Reading it never waits."""

    def state(self) -> DeskState:
        """Everything the journal says, folded."""
        ...

    def quote(self, key: str) -> Quote | None:
        """The latest believable quote of an instrument."""
        ...

    def quotes(self) -> Mapping[str, Quote]:
        """The latest believable quotes of all instruments, by key."""
        ...

    def quality(self, key: str) -> Grade | None:
        """How far the data of an instrument could be trusted at its last quote; None before the first."""
        ...

    def instrument(self, key: str) -> Instrument | None:
        """The registered instrument of this key."""
        ...

    def sessions(self, market: str) -> SessionTable | None:
        """The known sessions of a market; None means closed."""
        ...

    def latched(self) -> bool:
        """Whether the kill latch is set."""
        ...
