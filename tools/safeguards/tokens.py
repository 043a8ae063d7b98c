"""How many tokens a request can take, before anybody has counted them."""

from core.facts.models import Usage
from core.ports.model import ChatRequest
from core.record.codec import encode

ASCII_PER_TOKEN = 2
"""Fewer than any text of this desk has: prose has about four signs to a token, JSON full of figures between two and
three. Of other scripts the rarest take a token for every byte.
"""


class Most(Usage, frozen=True):
    """An upper bound of what a call takes."""

    input: int
    output: int

    @property
    def total(self) -> int:
        """In and out together."""
        return self.input + self.output


def most(request: ChatRequest) -> Most:
    """The bound for one request: all its bytes, and the longest answer it allows."""
    told = encode(request)
    plain = len(told.decode(errors="ignore").encode("ascii", "ignore"))
    return Most(input=len(told) - plain + plain // ASCII_PER_TOKEN + 1, output=request.max_tokens)
