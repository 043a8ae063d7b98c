"""Recorded headlines: what a row means, and that they come in time order between the quotes."""

import asyncio
import csv
import gzip
from pathlib import Path

import pytest

from core.errors import BadInput
from core.market.instants import shown
from core.signals.news import Headline
from tests.tools.feeds.test_recording import HEADER, LATER, ROW, write
from tools.clock import VirtualClock, VirtualLoop
from tools.feeds.headlines import Headlines
from tools.feeds.recording import Recording
from tools.feeds.replay import ReplayFeed

REAL = Path(__file__).parents[2] / "data" / "headlines_2009_2020.csv.gz"
GOOD = '2013-10-04T13:30:30Z,IBM beats estimates,"n-1"'
"""What a publisher numbers it by is a column that nobody looks at."""


def fault(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        list(Headlines([path]))
    return str(caught.value)


def test_a_row_becomes_a_headline_named_after_its_file_and_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, "at,headline,id", GOOD, "2013-10-04T13:31:00+00:00,  ,n-2", "2013-10-04T13:32:00Z,Calm,")
    first, second = Headlines([path])
    assert (first.text, first.source, first.sequence) == ("IBM beats estimates", "day", 1)
    assert shown(first.at) == "2013-10-04T13:30:30Z"
    assert (second.text, second.sequence) == ("Calm", 3)


def test_a_real_file_is_read_once_its_rows_are_in_order_of_time(tmp_path: Path) -> None:
    with gzip.open(REAL, "rt", newline="") as file:
        header, *rows = list(csv.reader(file))
    path = tmp_path / "real.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *sorted(rows)])
    told = list(Headlines([path]))
    assert len(told) == len(rows) and told[0].at < told[-1].at
    assert max(len(headline.text) for headline in told) > 80


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["at,text", "2013-10-04T13:30:00Z,x"], ":1: column 'headline' is missing"),
        (["at,headline", "2013-10-04 13:30,x"], ":2: must be a date and time in UTC"),
        (["at,headline", "2013-10-04T13:30:00+02:00,x"], ":2: must be a date and time in UTC"),
        (["at,headline", "2013-10-04T13:30:00Z,x", "2013-10-04T13:29:00Z,y"], ":3: at: goes back to"),
    ],
)
def test_a_fault_names_file_and_row(tmp_path: Path, lines: list[str], said: str) -> None:
    path = write(tmp_path, *lines)
    assert fault(path).startswith(f"{path}{said}")


def test_headlines_come_between_the_quotes_in_order_of_time(tmp_path: Path) -> None:
    quotes = write(tmp_path, HEADER, ROW, LATER, name="quotes.csv")
    news = write(tmp_path, "ts,headline,id", GOOD, name="news.csv")
    loop = VirtualLoop(Recording([quotes]).first_at())

    async def replayed() -> list[tuple[bool, int]]:
        feed = ReplayFeed([quotes], VirtualClock(loop), headlines=[news])
        return [(isinstance(each, Headline), each.received - each.at) async for each in feed.quotes()]

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        assert runner.run(replayed()) == [(False, 0), (True, 0), (False, 0)]
