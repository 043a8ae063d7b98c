"""What a provider's failure asks for: try again, go on without this seat, or let a person look.

retry    Unavailable, a Transient: too many requests, overloaded, a broken connection, a server's own fault
degrade  Unusable, a Degraded: this request cannot be answered, the next one may be
halt     Unusable with `lasting`: no request can be answered until a person has changed something: a wrong key, no
         balance, an unknown model
"""

from msgspec import Struct

from core.errors import Degraded, Transient


class Trace(Struct, frozen=True):
    """What the provider said of its failure."""

    provider: str
    status: int | None = None
    code: str | None = None
    """The provider's own word."""
    request_id: str | None = None
    retry_after: float | None = None
    """Seconds to wait, if the provider named them."""


class Unavailable(Transient):
    """The provider may answer the same request a little later."""

    def __init__(self, message: str, trace: Trace) -> None:
        super().__init__(message)
        self.trace = trace


class Unusable(Degraded):
    """The provider will not answer this request; if `lasting`, none at all until a person has looked."""

    def __init__(self, message: str, trace: Trace, lasting: bool = False) -> None:
        super().__init__(message)
        self.trace = trace
        self.lasting = lasting
