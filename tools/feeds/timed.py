"""Quotes and headlines one already has, each delivered when its time comes."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

from msgspec import structs

from core.market.instants import SECOND
from core.market.quotes import Quote
from core.ports.clock import Clock
from core.signals.news import Headline


class TimedFeed:
    """A feed over what it is given. What comes after its `received` has passed says when it really came."""

    def __init__(self, quotes: Iterable[Quote | Headline], clock: Clock, name: str = "timed") -> None:
        self.name = name
        self._quotes = quotes
        self._clock = clock
        self._closed = asyncio.Event()

    async def quotes(self) -> AsyncIterator[Quote | Headline]:
        """All of them in their given order, until closed."""
        for quote in self._quotes:
            await self._until(quote.received)
            if self._closed.is_set():
                return
            now = self._clock.now()
            yield structs.replace(quote, received=now) if now > quote.received else quote

    async def close(self) -> None:
        """End the stream, also while it waits."""
        self._closed.set()

    async def _until(self, at: int) -> None:
        """Wait; a quote that is already late still lets everybody else have a turn."""
        delay = at - self._clock.now()
        if delay <= 0:
            await asyncio.sleep(0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(delay / SECOND):
                await self._closed.wait()
