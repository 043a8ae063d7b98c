"""What a model may look up while it thinks, and where the answers come from. Nothing here changes anything."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from msgspec import Struct

from core.desk.allowance import Allowance
from core.desk.recollection import Recollection
from core.facts.models import ModelReplied
from core.market.bars import Bar
from core.ports.model import Tool


class Answered(Struct, frozen=True, kw_only=True):
    """What a lookup answered."""

    text: str
    """Compact JSON, as it is shown to the model."""
    figures: dict[str, Decimal] = {}
    """What may be cited of it, under names that begin with `tool.` and the lookup's name."""
    failed: bool = False
    said: tuple[ModelReplied, ...] = ()
    """What models said on the way to it."""
    blobs: tuple[bytes, ...] = ()
    """The exact bytes of that."""


class Lookup(Protocol):
    """A read-only function for models.

    It ends within its own time, its text is bounded, and what goes wrong with it (an unknown symbol, a wrong argument,
    a timeout) is an answer that says so: data for the model, never an exception. There is no lookup that changes state.
    """

    @property
    def tool(self) -> Tool:
        """What a model is told of it: name, description, arguments."""
        ...

    async def answer(self, arguments: Mapping[str, Any], allowance: Allowance) -> Answered:
        """Look it up; whoever asks a model for it takes that call from the allowance."""
        ...


class PriceHistory(Protocol):
    """Closed bars of what was believed, as many as are kept. Reading it never waits."""

    def bars(self, key: str, minutes: int) -> tuple[Bar, ...]:
        """The closed bars of an instrument, the oldest first; none if it is unknown or has not traded."""
        ...


class Past(Protocol):
    """What the desk remembers of its own decisions. Reading it never waits."""

    def recollection(self) -> Recollection:
        """The last decisions with their outcomes, and the last profits and losses."""
        ...
