"""Who sits where: the three seats of a run, checked when they are taken."""

from dataclasses import dataclass
from decimal import Decimal

from agents.capabilities import permit
from agents.replies import SHAPES
from core.errors import BadInput
from core.facts.models import Role
from core.market.instruments import bounded
from core.ports.lookups import Lookup
from core.ports.model import ChatModel, Tool
from prompts.library import Prompt


@dataclass(frozen=True, slots=True)
class Seat:
    """One role's model, what it is told, and how long it may take. The graph's nodes keep the deadline."""

    role: Role
    model: ChatModel
    prompt: Prompt
    deadline: Decimal
    """Seconds from the question to the last usable answer."""
    temperature: Decimal = Decimal(0)
    max_tokens: int = 1024
    lookups: tuple[Lookup, ...] = ()
    """What it may look up while it thinks."""

    def __post_init__(self) -> None:
        expected = (self.role, SHAPES[self.role].name, _VARIABLES)
        if (self.prompt.role, self.prompt.schema, self.prompt.variables) != expected:
            raise BadInput(
                f"{self.role}: prompt {self.prompt.title!r} is for role {self.prompt.role!r}, schema "
                f"{self.prompt.schema!r}, variables {sorted(self.prompt.variables)}; needed are {self.role!r}, "
                f"{SHAPES[self.role].name!r}, {sorted(_VARIABLES)}"
            )
        bounded(f"{self.role}.deadline", self.deadline, Decimal("0.01"), Decimal(600))
        bounded(f"{self.role}.temperature", self.temperature, Decimal(0), Decimal(2))
        bounded(f"{self.role}.max_tokens", Decimal(self.max_tokens), Decimal(64), Decimal(65_536))
        permit(self.role, [tool.name for tool in self.tools])

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What its model is told it may call."""
        return tuple(lookup.tool for lookup in self.lookups)


@dataclass(frozen=True, slots=True)
class Roster:
    """The seats of one desk."""

    analyst: Seat
    verifier: Seat
    commander: Seat

    def __post_init__(self) -> None:
        for role, seat in (("analyst", self.analyst), ("verifier", self.verifier), ("commander", self.commander)):
            if seat.role != role:
                raise BadInput(f"{role}: a seat for the {seat.role} cannot sit here")


_VARIABLES = frozenset({"schema", "briefing"})
