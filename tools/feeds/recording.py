"""Quotes recorded in files, CSV (plain or gzip) or parquet, read lazily and merged in order of time.

The format: the columns of `COLUMNS` in any order, and `volume` if there is one: what was traded since the row before of
the same instrument. One observation a row, ordered by `at`, which is RFC 3339 in UTC and ends in Z (in parquet also a
timestamp with a time zone; `parquet` says how its types are read). An empty cell means there is none; a price of zero
is an error: nobody can tell whether it meant "no side". Nothing is repaired and nothing is skipped: the first fault
ends the stream with BadInput naming file and row, and every quote before it was good.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from heapq import merge
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

import msgspec

from core.errors import BadInput
from core.market.instants import SECOND
from core.market.instruments import Market, Symbol
from core.market.quotes import Quote
from tools.feeds.files import opened, stem
from tools.feeds.table import require

FIGURES = ("bid", "ask", "last", "bid_size", "ask_size")
COLUMNS = ("at", "symbol", "market", *FIGURES)
OPTIONAL = ("volume",)

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


class Recording:
    """Files as one stream of quotes, in order of time; each iteration reads them anew."""

    def __init__(self, paths: Sequence[Path]) -> None:
        if not paths:
            raise BadInput("recording: no file was given")
        for earlier, later in pairwise(sorted(map(stem, paths))):
            if earlier == later:
                raise BadInput(f"recording: two files are called {later!r}, which names the source of their quotes")
        self._paths = tuple(paths)

    def __iter__(self) -> Iterator[Quote]:
        return merge(*map(_quotes, self._paths), key=attrgetter("at"))

    def first_at(self) -> int:
        """The instant of the first quote."""
        return next(iter(self)).at


def _quotes(path: Path) -> Iterator[Quote]:
    table = opened(path)
    require(table, COLUMNS, (*COLUMNS, *OPTIONAL))
    columns = (*COLUMNS, *(column for column in OPTIONAL if column in table.columns))
    source, sequence, latest = stem(path), 0, 0
    for sequence, (row, cells) in enumerate(table.rows(columns), 1):
        try:
            quote = _quote(dict(zip(columns, cells, strict=True)), source, sequence)
            if quote.at < latest:
                raise BadInput(f"at: goes back to {cells[0]!r}; rows must be in order of time")
        except BadInput as fault:
            raise BadInput(f"{table.row}{row}: {fault}") from fault
        latest = quote.at
        yield quote
    if not sequence:
        raise BadInput(f"{path}: holds no quotes")


def _quote(cells: Mapping[str, str], source: str, sequence: int) -> Quote:
    at = _instant(cells["at"])
    symbol, market = _listed(cells["symbol"], cells["market"])
    return Quote(
        symbol=symbol,
        market=market,
        at=at,
        received=at,
        source=source,
        sequence=sequence,
        provenance="replay",
        **{name: figure(name, cells.get(name, "")) for name in (*FIGURES, *OPTIONAL)},
    )


def _instant(text: str) -> int:
    found = _INSTANT.fullmatch(text)
    try:
        whole = datetime.fromisoformat(f"{found[1]}+00:00") if found else None
    except ValueError:
        whole = None
    if found is None or whole is None:
        raise BadInput(f"at: must be RFC 3339 in UTC like 2013-10-04T13:30:00Z, found {text!r}")
    return int(whole.timestamp()) * SECOND + int((found[2] or "").ljust(9, "0"))


@lru_cache(maxsize=4096)
def _listed(symbol: str, market: str) -> tuple[str, str]:
    try:
        return msgspec.convert((symbol, market), tuple[Symbol, Market])
    except msgspec.ValidationError as fault:
        raise BadInput(f"symbol, market: found {symbol!r}, {market!r}: {fault}") from fault


@lru_cache(maxsize=65_536)
def figure(name: str, text: str) -> Decimal | None:
    """A plain decimal number, exactly; nothing where the cell is empty."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise BadInput(f"{name}: must be a plain decimal number or empty, found {text!r}")
    return Decimal(text)
