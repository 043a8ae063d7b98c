"""Quotes recorded in CSV files, plain or gzip, read lazily and merged in order of time.

The format: UTF-8, a header with the columns of `COLUMNS` in any order, one observation a line, ordered by `at`, which
is RFC 3339 in UTC and ends in Z. An empty cell means there is none; a price of zero is an error: nobody can tell
whether it meant "no side". Nothing is repaired and nothing is skipped: the first fault ends the stream with BadInput
naming file and line, and every quote before it was good.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from heapq import merge
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import IO

import msgspec

from core.errors import BadInput
from core.market.instants import SECOND
from core.market.instruments import Market, Symbol
from core.market.quotes import Quote

FIGURES = ("bid", "ask", "last", "bid_size", "ask_size")
COLUMNS = ("at", "symbol", "market", *FIGURES)

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_DAMAGE: dict[type[Exception], str] = {
    EOFError: "gzip data is truncated",
    gzip.BadGzipFile: "not gzip, or its checksum is wrong",
    zlib.error: "gzip data is damaged",
    UnicodeDecodeError: "not UTF-8",
    csv.Error: "not CSV",
}


class Recording:
    """Files as one stream of quotes, in order of time; each iteration reads them anew."""

    def __init__(self, paths: Sequence[Path]) -> None:
        if not paths:
            raise BadInput("recording: no file was given")
        for earlier, later in pairwise(sorted(_source(path) for path in paths)):
            if earlier == later:
                raise BadInput(f"recording: two files are called {later!r}, which names the source of their quotes")
        self._paths = tuple(paths)

    def __iter__(self) -> Iterator[Quote]:
        return merge(*map(_quotes, self._paths), key=attrgetter("at"))

    def first_at(self) -> int:
        """The instant of the first quote."""
        return next(iter(self)).at


def _source(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".csv")


def _quotes(path: Path) -> Iterator[Quote]:
    rows = _rows(path)
    _, header = next(rows, (0, []))
    order = _order(path, header)
    source, sequence, latest = _source(path), 0, 0
    for sequence, (line, cells) in enumerate(rows, 1):
        try:
            quote = _quote(_arranged(cells, order), source, sequence)
            if quote.at < latest:
                raise BadInput(f"at: goes back to {cells[order[0]]!r}; rows must be in order of time")
        except BadInput as fault:
            raise BadInput(f"{path}:{line}: {fault}") from fault
        latest = quote.at
        yield quote
    if not sequence:
        raise BadInput(f"{path}: holds no quotes")


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row and the line it ends on, the header first."""
    line, good = 0, -1
    try:
        with _opened(path) as file:
            reader = csv.reader(map(bytes.decode, file), strict=True)
            for cells in reader:
                line, good = reader.line_num, good + 1
                yield line, cells
    except tuple(_DAMAGE) as fault:
        raise BadInput(
            f"{path}:{line + 1}: {_DAMAGE[type(fault)]}; {max(good, 0)} good rows before it ({fault})"
        ) from fault
    except OSError as fault:
        raise BadInput(f"{path}: cannot be read: {fault.strerror}") from fault


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _order(path: Path, header: list[str]) -> list[int]:
    """Where each of our columns stands."""
    if not header:
        raise BadInput(f"{path}: is empty; the first line must name the columns {', '.join(COLUMNS)}")
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise BadInput(f"{path}:1: column {missing[0]!r} is missing, found {', '.join(map(repr, header))}")
    surplus = [column for place, column in enumerate(header) if column not in COLUMNS or column in header[:place]]
    if surplus:
        raise BadInput(f"{path}:1: column {surplus[0]!r} is unknown or repeated, known are {', '.join(COLUMNS)}")
    return [header.index(column) for column in COLUMNS]


def _arranged(cells: list[str], order: list[int]) -> list[str]:
    if len(cells) != len(order):
        raise BadInput(f"has {len(cells)} cells, the header has {len(order)}")
    return [cells[place] for place in order]


def _quote(cells: list[str], source: str, sequence: int) -> Quote:
    at = _instant(cells[0])
    symbol, market = _listed(cells[1], cells[2])
    return Quote(
        symbol=symbol,
        market=market,
        at=at,
        received=at,
        source=source,
        sequence=sequence,
        provenance="replay",
        **{name: _figure(name, text) for name, text in zip(FIGURES, cells[3:], strict=True)},
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
def _figure(name: str, text: str) -> Decimal | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise BadInput(f"{name}: must be a plain decimal number or empty, found {text!r}")
    return Decimal(text)
