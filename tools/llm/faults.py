"""What a provider's failure asks for: try again, go on without this seat, or let a person look.

retry    Unavailable, a Transient: too many requests, overloaded, a broken connection, a server's own fault
degrade  Unusable, a Degraded: this request cannot be answered, the next one may be
wait     Unusable with `lasting` and `mends`: no request can be answered for long, as when a quota is used up
halt     Unusable with `lasting`: no request can be answered until a person has changed something: a wrong key, an
         unknown model
"""

from msgspec import Struct

from core.errors import AegisError, Degraded, Transient


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
    """The provider will not answer this request; if `lasting`, none at all until a person has looked or it `mends`."""

    def __init__(self, message: str, trace: Trace, lasting: bool = False, mends: bool = False) -> None:
        super().__init__(message)
        self.trace = trace
        self.lasting = lasting
        self.mends = mends


def own_fault(error: BaseException) -> AegisError | None:
    """The fault of ours that somebody's library wrapped in an error of its own, if there is one."""
    seen: BaseException | None = error
    for _ in range(_DEPTH):
        if seen is None or isinstance(seen, AegisError):
            return seen
        seen = seen.__cause__
    return None


_DEPTH = 20
