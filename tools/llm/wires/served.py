"""A model that a provider serves: one request becomes one HTTP exchange, read into a Completion or sorted into a fault.

How to think about it: a `Wire` knows one vendor's format and nothing of the desk; what is the same for all stands here:
who is asked, how long it took, what it cost, and what a failure means. Nothing is tried twice and no time is limited
here: retries and deadlines are wrapped around. The vendor's library is imported when the first request is sent.
Whatever goes wrong leaves as a fault that the wrappers know, also what nobody foresaw; only our own faults pass.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol

import httpx2
from msgspec import Struct

from core.errors import AegisError, BadInput
from core.facts.models import Usage
from core.ports.clock import Clock
from core.ports.model import ChatRequest, Completion
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.faults import Unavailable, Unusable, own_fault
from tools.llm.pricing import cost_of
from tools.llm.wires.answers import MALFORMED, Answer, Failure, object_of
from tools.llm.wires.frames import Frames, events, is_stream
from tools.llm.wires.sorting import Asked, Sort, request_id, sorted_fault


class Wire(Protocol):
    """One vendor's format, and its library."""

    sorts: Mapping[str, Sort]
    """The vendor's own words for failures."""

    def load(self) -> None:
        """Import the vendor's library, so that the first question need not."""
        ...

    async def send(self, request: ChatRequest, streamed: bool) -> httpx2.Response:
        """The response, whatever its status; its body is still to be read. A `Failure` when there is none."""
        ...

    def read(self, body: bytes) -> Answer:
        """The answer of a whole reply."""
        ...

    def read_stream(self, events: list[bytes]) -> Answer:
        """The answer of a stream's events."""
        ...

    def speaks(self, event: bytes) -> bool:
        """Whether an event brings a first word, thought or call."""
        ...

    def failed(self, body: bytes, status: int) -> Failure:
        """What the body of an error status says."""
        ...


class Seen(Struct):
    """What an exchange has shown so far."""

    begin: int
    status: int | None = None
    """None until a reply has begun."""
    headers: Mapping[str, str] = {}
    first_token: int | None = None


class ServedModel:
    """A ChatModel over one wire."""

    def __init__(
        self,
        name: str,
        terms: ModelTerms,
        endpoint: Endpoint,
        wire: Wire,
        clock: Clock,
        conceal: Callable[[str], str] = str,
    ) -> None:
        self.name = name
        self.label = terms.provider if endpoint.origin == "provider" else f"{terms.provider}, simulated"
        self._terms = terms
        self._endpoint = endpoint
        self._wire = wire
        self._conceal = conceal
        self._clock = clock

    def load(self) -> None:
        """Make ready for the first question: the vendor's library, and the price list."""
        self._wire.load()
        cost_of(self._terms, self._endpoint, self._terms.model, Usage(1, 1), self._clock.now())

    async def complete(self, request: ChatRequest, *, streamed: bool = False) -> Completion:
        """Ask once. Streamed, the time to the first token is measured as well."""
        at, seen = self._clock.now(), Seen(self._clock.elapsed())
        try:
            return self._completion(await self._ask(request, seen, streamed), seen, at)
        except AegisError:
            raise
        except Exception as error:
            if (ours := own_fault(error)) is not None:
                raise ours from None
            raise self._fault(_failure(error, seen), seen) from None

    async def _ask(self, request: ChatRequest, seen: Seen, streamed: bool) -> Answer:
        response = await self._wire.send(request, streamed)
        seen.status, seen.headers = response.status_code, response.headers
        try:
            if not response.is_success:
                raise self._wire.failed(await response.aread(), response.status_code)
            if streamed and "event-stream" in response.headers.get("content-type", ""):
                return self._wire.read_stream([event async for event in self._events(response, seen)])
            body = await response.aread()
            return self._wire.read_stream(events(body)) if is_stream(body) else self._wire.read(body)
        finally:
            await response.aclose()

    def _completion(self, answer: Answer, seen: Seen, at: int) -> Completion:
        return Completion(
            text=answer.text,
            model=answer.model or self._terms.model,
            asked=self._terms.model,
            origin=self._endpoint.origin,
            parsed=object_of(answer.text) if answer.finish == "stop" else None,
            tool_calls=answer.tool_calls,
            reasoning=answer.reasoning,
            finish=answer.finish,
            usage=answer.usage,
            cost=cost_of(self._terms, self._endpoint, answer.model, answer.usage, at, answer.written),
            latency=self._clock.elapsed() - seen.begin,
            first_token=seen.first_token,
            request_id=request_id(seen.headers),
            echo=answer.echo,
        )

    def _fault(self, failure: Failure, seen: Seen) -> Unavailable | Unusable:
        asked, now = Asked(self._terms.provider, self._endpoint.key, self._wire.sorts), self._clock.now()
        try:
            failure.words = self._conceal(failure.words)
            return sorted_fault(asked, failure, seen.headers, now)
        except Exception as error:
            return sorted_fault(asked, Failure(MALFORMED, type(error).__name__, seen.status), {}, now)

    async def _events(self, response: httpx2.Response, seen: Seen) -> AsyncIterator[bytes]:
        frames = Frames()
        async for piece in response.aiter_bytes():
            for event in frames.feed(piece):
                if seen.first_token is None and self._wire.speaks(event):
                    seen.first_token = self._clock.elapsed() - seen.begin
                yield event
        for event in frames.end():
            yield event


def unreachable(error: BaseException) -> Failure:
    """A connection that was refused, lost or too slow."""
    slow = "timeout" in type(error).__name__.lower()
    return Failure("timeout" if slow else "unreachable", type(error).__name__)


def checked_key(endpoint: Endpoint, key: str | None, name: str) -> str:
    """The key as it can be sent; the error names the variable, and never the key."""
    where = f"set it in the environment, or in .env as {endpoint.key}=…"
    if not endpoint.key:
        return key or KEYLESS
    if not key or not key.strip():
        raise BadInput(f"{name}: no key: {endpoint.key} is not set; {where}")
    if not _SENDABLE.fullmatch(key.strip()):
        raise BadInput(
            f"{name}: {endpoint.key} holds characters that no key has, such as a space or a line break; {where}"
        )
    return key.strip()


def _failure(error: Exception, seen: Seen) -> Failure:
    """What nobody foresaw is sorted by where it happened: on the way, in an error's body, or in a reply."""
    if isinstance(error, Failure):
        return error
    if seen.status is None or isinstance(error, httpx2.HTTPError):
        return unreachable(error)
    if not 200 <= seen.status < 300:
        return Failure(None, f"{type(error).__name__} in what it said", seen.status)
    return Failure(MALFORMED, f"{type(error).__name__} in its shape")


KEYLESS = "no-key-needed"
"""Sent where a local server wants none; a library that is given nothing would look for another provider's key."""
_SENDABLE = re.compile(r"[\x21-\x7e]+")
