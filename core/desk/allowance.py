"""How many model calls one decision may cost: a counter that the seats of a run share.

Each seat is sure of one call, and the verifier of one more for words from outside, so nobody's questions can silence
another seat. What is left beyond those is spare: a seat that is offered functions takes the call it would need to
answer, and gives it back if it asked for none.
"""

from dataclasses import dataclass

MOST_CALLS = 8
"""Model calls of one decision, those of advisers among them."""
MOST_ROUNDS = 2
"""Rounds of functions one seat may have before it must answer."""
_SURE = 4


@dataclass(slots=True)
class Allowance:
    """The calls of one run that no seat is sure of."""

    spare: int = MOST_CALLS - _SURE

    def take(self) -> bool:
        """Take one call, if there is one."""
        taken = self.spare > 0
        self.spare -= taken
        return taken

    def give_back(self) -> None:
        """Return a call that was taken and not used."""
        self.spare += 1
