"""Recorded files, delivered on the clock they are given: at their own pace, or as fast as a virtual clock jumps."""

from collections.abc import AsyncIterator, Iterable, Sequence
from heapq import merge
from operator import attrgetter
from pathlib import Path

from core.market.quotes import Quote
from core.ports.clock import Clock
from core.signals.news import Headline
from tools.feeds.headlines import Headlines
from tools.feeds.recording import Recording
from tools.feeds.timed import TimedFeed


class ReplayFeed:
    """A feed over recorded files: `at` as it was, `received` as the clock tells it."""

    def __init__(
        self, paths: Sequence[Path], clock: Clock, name: str = "replay", headlines: Sequence[Path] = ()
    ) -> None:
        self.name = name
        kinds: tuple[Iterable[Quote | Headline], ...] = (Recording(paths), Headlines(headlines))
        self._delivery = TimedFeed(merge(*kinds, key=attrgetter("at")), clock, name)

    def quotes(self) -> AsyncIterator[Quote | Headline]:
        """All files merged by time, quotes first; the first fault in one of them ends the stream with BadInput."""
        return self._delivery.quotes()

    async def close(self) -> None:
        """End the stream."""
        await self._delivery.close()
