"""Asks again what may be answered a little later, while time is left. Nothing else is ever asked twice."""

import asyncio

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from core.errors import Transient
from core.ports.model import ChatModel, ChatRequest, Completion
from core.record.codec import digest, encode
from tools.llm.faults import Unavailable
from tools.safeguards.counts import Counts
from tools.safeguards.deadline import left
from tools.safeguards.terms import RetryTerms


class Retry:
    """Repeats a call after a Transient fault, as late as the provider asks and as long as the deadline has room."""

    def __init__(self, model: ChatModel, terms: RetryTerms) -> None:
        self.name, self.label = model.name, model.label
        self._model = model
        self._terms = terms
        self._figures = {"attempts": 0, "repeats": 0, "gave_up": 0}

    async def complete(self, request: ChatRequest) -> Completion:
        """The first answer, or the last fault."""
        retrying = AsyncRetrying(
            sleep=asyncio.sleep,
            retry=retry_if_exception_type(Transient),
            wait=self._pause,
            stop=self._is_over,
            before_sleep=self._repeats,
            reraise=True,
        )
        return await retrying(self._attempt, request)

    def counts(self) -> Counts:
        """Attempts, those that were repeats, and calls given up on."""
        return Counts("retry", self.name, dict(self._figures))

    async def _attempt(self, request: ChatRequest) -> Completion:
        self._figures["attempts"] += 1
        return await self._model.complete(request)

    def _pause(self, state: RetryCallState) -> float:
        """A doubling wait, of which the request's digest draws half to all; never less than the provider named."""
        number = state.attempt_number
        whole = min(float(self._terms.longest_seconds), float(self._terms.first_seconds) * 2.0 ** (number - 1))
        drawn = int(digest(b"%d:%b" % (number, encode(state.args[0])))[:8], 16) / 2**32
        return max(whole * (1 + drawn) / 2, _named(state))

    def _is_over(self, state: RetryCallState) -> bool:
        remaining = left()
        room = float(self._terms.longest_seconds) if remaining is None else remaining - float(self._terms.room_seconds)
        over = state.attempt_number >= self._terms.attempts or state.upcoming_sleep > room
        self._figures["gave_up"] += over
        return over

    def _repeats(self, _state: RetryCallState) -> None:
        self._figures["repeats"] += 1


def _named(state: RetryCallState) -> float:
    fault = state.outcome.exception() if state.outcome else None
    return (fault.trace.retry_after or 0.0) if isinstance(fault, Unavailable) else 0.0
