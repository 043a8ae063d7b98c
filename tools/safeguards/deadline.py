"""A total time for an answer, whatever happens underneath, and how much of it is left for those who ask.

A deadline inside another never lengthens it. Time is the loop's own, so a virtual clock keeps it exactly.
"""

import asyncio
from contextvars import ContextVar
from decimal import Decimal

from core.ports.model import ChatModel, ChatRequest, Completion
from tools.llm.faults import Trace, Unavailable
from tools.safeguards.counts import Counts

_due: ContextVar[float | None] = ContextVar("due", default=None)


def left() -> float | None:
    """Seconds until the nearest deadline of the call in hand; None if it has none."""
    due = _due.get()
    return None if due is None else max(0.0, due - asyncio.get_running_loop().time())


class Deadline:
    """Ends a call that takes longer than it may."""

    def __init__(self, model: ChatModel, seconds: Decimal) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self._seconds = seconds
        self._late = 0

    async def complete(self, request: ChatRequest) -> Completion:
        """The answer, if it comes in time."""
        scope, outer = asyncio.timeout(float(self._seconds)), _due.get()
        due = asyncio.get_running_loop().time() + float(self._seconds)
        token = _due.set(due if outer is None else min(due, outer))
        try:
            async with scope:
                return await self._model.complete(request)
        except TimeoutError:
            if not scope.expired():
                raise
            self._late += 1
            trace = Trace(self.name, code="deadline")
            raise Unavailable(f"{self.name}: no answer within {self._seconds} s", trace) from None
        finally:
            _due.reset(token)

    def counts(self) -> Counts:
        """How many answers were late."""
        return Counts("deadline", self.name, {"late": self._late})
