"""Bars recorded in files, CSV (plain or gzip) or parquet: one row for each bar, open, high, low, close.

The columns are `ts` or `date`, `open`, `high`, `low`, `close`, and if there are any `volume`, `symbol` and `market`;
others are not looked at. Without a symbol column the whole file is one series. A time is a date, or a date and time
that ends in Z or names no zone; both are read as UTC, and the rows of one symbol are in order of time. A cell that is
no number or no time is an error naming file and row. A bar without a price (an empty or zero figure, as on a trading
halt) and one whose open or close lies outside its high and low are left out, and counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from core.errors import BadInput
from core.market.bars import Bar
from core.market.instants import nanoseconds
from core.market.instruments import listing
from tools.feeds.files import opened, stem
from tools.feeds.recording import figure
from tools.feeds.table import Table, require

TIMES = ("ts", "date")
TIME = "time"
PRICES = ("open", "high", "low", "close")
OPTIONAL = ("volume", "symbol", "market")
NO_PRICE, CONTRADICTORY = "no price", "high and low contradict open or close"

NAMED = 40
"""How many symbols an error names."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?)?", re.ASCII)


class Candles(NamedTuple):
    """The bars of one symbol, and the rows that hold none, by reason."""

    key: str
    bars: tuple[Bar, ...]
    doubted: Mapping[str, int]


def holds_bars(path: Path) -> bool:
    """Whether a file's columns are those of bars."""
    return set(PRICES) <= set(opened(path).columns)


def candles(path: Path, symbol: str) -> Candles:
    """All bars of one symbol, also written `MARKET:SYMBOL`; an unknown one is refused by name."""
    table = opened(path)
    columns = _columns(table)
    bars: list[Bar] = []
    doubted: Counter[str] = Counter()
    known: dict[str, None] = {}
    latest = -(2**63)
    for row, texts in table.rows(columns):
        cells = dict(zip((TIME, *columns[1:]), texts, strict=True))
        key = _key(cells, symbol)
        known[key] = None
        if not is_of(key, symbol):
            continue
        try:
            latest = _later(cells[TIME], latest)
            bar = _bar(latest, cells)
        except BadInput as fault:
            raise BadInput(f"{table.row}{row}: {fault}") from fault
        if isinstance(bar, Bar):
            bars.append(bar)
        else:
            doubted[bar] += 1
    return Candles(the_one(path, symbol, known), tuple(bars), doubted)


def every(path: Path) -> tuple[Candles, ...]:
    """All bars of all symbols, in the order in which the file names them first; one series without a symbol column."""
    table = opened(path)
    columns = _columns(table)
    found: dict[str, tuple[list[Bar], Counter[str]]] = {}
    latest: dict[str, int] = {}
    for row, texts in table.rows(columns):
        cells = dict(zip((TIME, *columns[1:]), texts, strict=True))
        key = _key(cells, stem(path))
        bars, doubted = found.setdefault(key, ([], Counter()))
        try:
            latest[key] = _later(cells[TIME], latest.get(key, -(2**63)))
            bar = _bar(latest[key], cells)
        except BadInput as fault:
            raise BadInput(f"{table.row}{row}: {fault}") from fault
        if isinstance(bar, Bar):
            bars.append(bar)
        else:
            doubted[bar] += 1
    return tuple(Candles(key, tuple(bars), doubted) for key, (bars, doubted) in found.items())


def is_of(key: str, symbol: str) -> bool:
    """Whether an instrument is the one that is meant by its symbol, or by market and symbol."""
    return symbol in (key, key.rpartition(":")[2])


def the_one(path: Path, symbol: str, known: Iterable[str]) -> str:
    """The one instrument of a file that is meant, or an error naming those it holds."""
    named = sorted(known)
    meant = [key for key in named if is_of(key, symbol)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise BadInput(f"{path}: {symbol!r} is traded in several markets, say which: {', '.join(meant)}")
    if not named:
        raise BadInput(f"{path}: holds no rows")
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    raise BadInput(f"{path}: holds nothing of {symbol!r}; it holds {', '.join(named[:NAMED])}{more}")


def _columns(table: Table) -> list[str]:
    """Those of ours that the table has, the time first."""
    time = next((column for column in TIMES if column in table.columns), TIMES[0])
    needed = (time, *PRICES)
    require(table, needed, tuple(table.columns))
    return [*needed, *(column for column in OPTIONAL if column in table.columns)]


def _key(cells: Mapping[str, str], symbol: str) -> str:
    """The instrument of a row; without a column for it, the one that was asked for."""
    name, market = cells.get("symbol", symbol), cells.get("market")
    return listing(market, name) if market and "symbol" in cells else name


def _later(text: str, latest: int) -> int:
    found = _TIME.fullmatch(text)
    try:
        whole = datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00:00'}+00:00") if found else None
    except ValueError:
        whole = None
    if found is None or whole is None:
        raise BadInput(f"time: must be like 2013-10-04 or 2013-10-04T13:30:00Z, found {text!r}")
    at = nanoseconds(whole) + int((found[3] or "").ljust(9, "0"))
    if at <= latest:
        raise BadInput(f"time: {text!r} is not after the bar before it; rows must be in order of time")
    return at


def _bar(at: int, cells: Mapping[str, str]) -> Bar | str:
    """The bar of a row, or why there is none."""
    prices = [figure(name, cells[name]) for name in PRICES]
    opening, high, low, close = (price or None for price in prices)
    volume = figure("volume", cells.get("volume", ""))
    if opening is None or high is None or low is None or close is None:
        return NO_PRICE
    bar = Bar(at=at, open=opening, high=high, low=low, close=close, volume=volume)
    return bar if bar.consistent else CONTRADICTORY
