"""What every feed promises. A further feed joins by adding, to `FEEDS`, how it is made to say given quotes."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec import structs

from core.market.instants import SECOND
from core.market.quotes import Quote
from core.ports.clock import Clock
from core.ports.feed import Feed
from tests.tools.feeds.parquets import ROWS, save
from tools.clock import VirtualClock, VirtualLoop, run
from tools.feeds.recording import COLUMNS
from tools.feeds.replay import ReplayFeed
from tools.feeds.timed import TimedFeed

T = TypeVar("T")
START = 1_380_893_400_000_000_000
SOURCE = "exchange"


def quote(sequence: int, seconds: int, symbol: str = "IBM", **figures: Decimal) -> Quote:
    at = START + seconds * SECOND
    return Quote(
        symbol=symbol,
        market="US",
        at=at,
        received=at,
        source=SOURCE,
        sequence=sequence,
        provenance="replay",
        **figures,
    )


DAY = (
    quote(1, 0, bid=Decimal("184.10"), ask=Decimal("184.20"), bid_size=Decimal(200), ask_size=Decimal(700)),
    quote(2, 60, bid=Decimal("184.12"), ask=Decimal("184.19"), last=Decimal("184.15")),
    quote(3, 60, "SPY", last=Decimal("167.73")),
    quote(4, 60, "SPY", bid=Decimal("167.80"), ask=Decimal("167.75")),
    quote(5, 180, ask=Decimal("184.30")),
)
"""One-sided, crossed and simultaneous quotes among them: a feed judges nothing."""


def from_file(quotes: Sequence[Quote], clock: Clock, folder: Path) -> Feed:
    lines = [",".join(COLUMNS)]
    for each in quotes:
        figures = (getattr(each, column) for column in COLUMNS[3:])
        minutes, seconds = divmod((each.at - START) // SECOND, 60)
        at = f"2013-10-04T13:{30 + minutes}:{seconds:02}Z"
        cells = [at, each.symbol, each.market, *("" if figure is None else str(figure) for figure in figures)]
        lines.append(",".join(cells))
    path = folder / f"{SOURCE}.csv"
    path.write_text("\n".join(lines) + "\n")
    return ReplayFeed([path], clock)


def from_parquet(quotes: Sequence[Quote], clock: Clock, folder: Path) -> Feed:
    path = folder / f"{SOURCE}.parquet"
    save(path, ROWS, [[each.at // 1000, *(getattr(each, column) for column in COLUMNS[1:])] for each in quotes])
    return ReplayFeed([path], clock)


def from_memory(quotes: Sequence[Quote], clock: Clock, folder: Path) -> Feed:
    return TimedFeed(quotes, clock)


FEEDS = {"replay": from_file, "parquet": from_parquet, "timed": from_memory}
Maker = Callable[[Clock], Feed]


@pytest.fixture(params=FEEDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    return lambda clock: FEEDS[request.param](DAY, clock, tmp_path)


def feeding(
    make: Maker, use: Callable[[Feed, Clock], Coroutine[Any, Any, T]], start: int = START, pace: float | None = None
) -> T:
    async def main() -> T:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        clock = VirtualClock(loop)
        feed = make(clock)
        try:
            return await use(feed, clock)
        finally:
            await feed.close()

    return run(main(), loop_factory=lambda: VirtualLoop(start, pace))


async def everything(feed: Feed, _clock: Clock) -> list[Quote]:
    return [quote async for quote in feed.quotes()]


def test_it_delivers_every_quote_once_in_order_and_unchanged(make: Maker) -> None:
    assert feeding(make, everything) == list(DAY)


def test_it_delivers_each_quote_when_its_time_comes(make: Maker) -> None:
    async def instants(feed: Feed, clock: Clock) -> list[int]:
        return [clock.now() async for _ in feed.quotes()]

    assert feeding(make, instants) == [quote.at for quote in DAY]


def test_a_late_quote_is_delivered_at_once_and_says_when_it_was_received(make: Maker) -> None:
    late = START + 90 * SECOND
    received = [structs.replace(quote, received=max(late, quote.received)) for quote in DAY]
    assert feeding(make, everything, start=late) == received


def test_others_have_a_turn_between_late_quotes(make: Maker) -> None:
    async def turns(feed: Feed, _clock: Clock) -> list[str]:
        seen: list[str] = []

        async def other() -> None:
            for _ in range(5):
                seen.append("other")
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        seen += [quote.symbol async for quote in feed.quotes()]
        await task
        return seen

    assert feeding(make, turns, start=START + 3600 * SECOND)[:2] == ["other", "other"]


def test_it_has_a_name(make: Maker) -> None:
    async def name(feed: Feed, _clock: Clock) -> str:
        return feed.name

    assert feeding(make, name)


def test_closing_ends_the_stream_also_while_it_waits(make: Maker) -> None:
    async def until_closed(feed: Feed, clock: Clock) -> tuple[int, int]:
        asyncio.get_running_loop().call_later(100, asyncio.ensure_future, feed.close())
        return len(await everything(feed, clock)), clock.now() - START

    assert feeding(make, until_closed) == (4, 100 * SECOND)


def test_it_may_be_closed_twice_and_says_nothing_afterwards(make: Maker) -> None:
    async def after_close(feed: Feed, clock: Clock) -> list[Quote]:
        await feed.close()
        await feed.close()
        return await everything(feed, clock)

    assert feeding(make, after_close) == []


def test_two_runs_say_the_same(make: Maker) -> None:
    assert feeding(make, everything) == feeding(make, everything)
