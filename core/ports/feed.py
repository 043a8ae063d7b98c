"""Where quotes come from, and headlines."""

from collections.abc import AsyncIterator
from typing import Protocol

from core.market.quotes import Quote
from core.signals.news import Headline


class Feed(Protocol):
    """A source of quotes in arrival order, unscreened, with headlines between them if it has any.

    Bad input ends the stream with BadInput naming file and line; a feed never repairs a price and never fills a gap.
    """

    name: str

    def quotes(self) -> AsyncIterator[Quote | Headline]:
        """The stream; it ends when the source is exhausted or closed."""
        ...

    async def close(self) -> None:
        """Let go of the source. May be called twice."""
        ...
