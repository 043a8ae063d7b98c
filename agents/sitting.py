"""One seat in one run: what it asked and was told so far, which stands even if it is cut off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from agents.roster import Seat
from core.desk.allowance import Allowance
from core.facts.lookups import ToolAnswered
from core.facts.models import ModelReplied

Said = ModelReplied | ToolAnswered


@dataclass(slots=True)
class Sitting:
    """A seat that is asked, with the calls its run has left."""

    seat: Seat
    allowance: Allowance = field(default_factory=Allowance)
    said: list[Said] = field(default_factory=list)
    """Every answer of the model and of what it looked up, in order."""
    blobs: list[bytes] = field(default_factory=list)
    """The exact bytes of all of it."""
    looked: dict[str, tuple[Decimal, ...]] = field(default_factory=dict)
    """Figures that were looked up, by name, each with every value it had."""

    def learn(self, figures: Mapping[str, Decimal]) -> None:
        """Figures that may be cited from now on; the same name may have had another value before."""
        for name, value in figures.items():
            self.looked[name] = (*self.looked.get(name, ()), value)
