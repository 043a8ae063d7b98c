"""Headlines recorded in files, CSV (plain or gzip) or parquet, read lazily and merged in order of time.

The columns are `at` or `ts`, and `headline`; others are not looked at, neither how a publisher numbers it nor whom it
says it is about. A time is a date and time in UTC that ends in Z or +00:00; rows
are in order of time. An empty headline is left out. The first fault ends the stream with BadInput naming file and row.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from heapq import merge
from operator import attrgetter
from pathlib import Path

from core.errors import BadInput
from core.market.instants import nanoseconds
from core.signals.news import Headline
from tools.feeds.files import opened, stem
from tools.feeds.table import require

TIMES = ("at", "ts")
TEXT = "headline"


class Headlines:
    """Files as one stream of headlines, in order of time; each iteration reads them anew."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)

    def __iter__(self) -> Iterator[Headline]:
        return merge(*map(_headlines, self._paths), key=attrgetter("at"))


def _headlines(path: Path) -> Iterator[Headline]:
    table = opened(path)
    time = next((column for column in TIMES if column in table.columns), TIMES[0])
    require(table, (time, TEXT), tuple(table.columns))
    latest = -(2**63)
    for number, (row, (when, text)) in enumerate(table.rows((time, TEXT)), 1):
        at = _instant(when, f"{table.row}{row}")
        if at < latest:
            raise BadInput(f"{table.row}{row}: {time}: goes back to {when!r}; rows must be in order of time")
        latest = at
        if text.strip():
            yield Headline(
                text=text,
                source=stem(path)[:64],
                at=at,
                received=at,
                sequence=number,
            )


def _instant(text: str, row: str) -> int:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.utcoffset() != UTC.utcoffset(None):
        raise BadInput(f"{row}: must be a date and time in UTC like 2013-10-04T13:30:00Z, found {text!r}")
    return nanoseconds(when)
