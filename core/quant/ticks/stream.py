"""The tick path of many symbols: what quotes become before anyone reads them.

How to think about it: a stream is one array with a row per symbol (`core/quant/ticks/layout`), kernels that move rows
(`ticking`, made of `outliers`, `quartet`, `bars`, `recent`), and a kernel that reads one (`figures`). Ticks of all
symbols come as records in the order of arrival, however many at a time: a day at once, chunks of 256 or one by one give
the same rows and the same verdicts, bit for bit. Symbols never touch each other.

Each tick has a stated outcome (`verdicts`): without a price it is refused and counted, without a volume it is taken and
counted; late, repeated and doubted ticks move nothing; gaps, days, closed bars, breakouts and surges are marked on the
tick that brings them. What a call cannot mean anything by (a wrong shape, a symbol nobody knows) is a `BadInput`, and
then no row has moved.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import nan
from typing import Any

import numpy as np
from numba import float64, from_dtype, int64
from numpy.typing import ArrayLike

from core.errors import BadInput
from core.quant.kernel import Floats, Ints, bound
from core.quant.ticks import figures, layout, ticking
from core.quant.ticks.bars import FIRST_BAR, added
from core.quant.ticks.outliers import FADE
from core.quant.ticks.quartet import COUNT
from core.quant.ticks.snapshot import Bars, Seconds, Snapshot
from core.quant.ticks.terms import StreamTerms
from core.quant.ticks.ticking import TICK, Records
from core.quant.ticks.verdicts import KINDS, Verdict

_KINDS = tuple(Verdict)


def as_ticks(
    symbols: ArrayLike, times: ArrayLike, sequences: ArrayLike, prices: ArrayLike, volumes: ArrayLike
) -> Records:
    """Columns of one length as the records a stream takes; whole numbers must be whole."""
    columns = [np.asarray(column) for column in (symbols, times, sequences, prices, volumes)]
    names = TICK.names or ()
    for name, column in zip(names, columns, strict=True):
        fits = column.dtype.kind in "iuf" and np.can_cast(column.dtype, TICK[name])
        if column.ndim != 1 or column.shape != columns[0].shape or (column.size and not fits):
            found = f"{column.dtype} of shape {column.shape}"
            raise BadInput(f"{name}: must be a column of numbers as long as the first, found {found}")
    ticks = np.empty(columns[0].shape, TICK)
    for name, column in zip(names, columns, strict=True):
        ticks[name] = column
    return ticks


class Stream:
    """The rows of some symbols, and everything that may be done with them."""

    def __init__(
        self, symbols: Sequence[str], terms: StreamTerms | None = None, days: Mapping[str, ArrayLike] | None = None
    ) -> None:
        """`days` gives a symbol the instants (ns) at which its trading days begin, the end of the last included."""
        self.symbols = tuple(symbols)
        self.terms = terms or StreamTerms()
        if not self.symbols or len(set(self.symbols)) < len(self.symbols):
            raise BadInput(f"symbols: must be at least one and each once, found {list(self.symbols)}")
        self._rows = layout.fresh_rows(len(self.symbols), len(self.terms.frames), self.terms.depth)
        self._row: dict[str, Floats] = dict(zip(self.symbols, self._rows, strict=True))
        self._days = _set_days(self._row, days or {})
        _set_terms(self._rows, self.terms)
        self._follow, self._single, self._read = _entries()

    def index(self, symbol: str) -> int:
        """The number by which records name a symbol."""
        self._found(symbol)
        return self.symbols.index(symbol)

    def batch(self, ticks: Records) -> Ints:
        """Take ticks in their order, one or millions; the verdict on each (bits of `Verdict`, mostly 0)."""
        if type(ticks) is not np.ndarray or (ticks.dtype is not TICK and ticks.dtype != TICK):
            raise BadInput(f"ticks: must be records as `as_ticks` makes them, found {_described(ticks)}")
        if ticks.ndim != 1 or not ticks.flags.c_contiguous:
            raise BadInput(f"ticks: must be one contiguous column of records, found {_described(ticks)}")
        verdicts = np.empty(ticks.size, np.int64)
        stranger = self._follow(self._rows, self._days, ticks, verdicts)
        if stranger >= 0:
            known = len(self.symbols) - 1
            raise BadInput(f"ticks: symbols are 0 to {known}, found {ticks['symbol'][stranger]} at {stranger}")
        return verdicts

    def tick(self, symbol: str, at: int, sequence: int, price: float, volume: float = nan) -> int:
        """Take one tick; NaN is a missing side. The verdict on it (bits of `Verdict`, mostly 0)."""
        try:
            return self._single(self._row[symbol], self._days, at, sequence, price, volume)
        except (KeyError, TypeError, OverflowError) as error:
            self._found(symbol)
            found = f"{at!r}, {sequence!r}, {price!r}, {volume!r}"
            raise BadInput(f"{symbol}: time, sequence, price and volume must be numbers, found {found}") from error

    def blame(self, symbol: str) -> None:
        """Count a tick that was refused before it came here as unusable; nothing else moves, its clock least of all."""
        row = self._found(symbol)
        row[layout.BAD] += (1.0 - row[layout.BAD]) * FADE
        row.view(np.int64)[layout.COUNTS + _KINDS.index(Verdict.UNUSABLE)] += 1

    def snapshot(self, symbol: str, now: int) -> Snapshot:
        """Every figure of a symbol as it stands now."""
        row = self._found(symbol)
        if not 0 <= now < layout.LATEST:
            raise BadInput(f"now: must be an instant in nanoseconds, found {now!r}")
        frames = self.terms.frames
        out = np.empty(figures.CHANGES + len(frames))
        self._read(row, now, out)
        known = [None if figure != figure else figure for figure in out.tolist()]
        read: dict[str, Any] = dict(zip(figures.NAMES, known, strict=False))
        for name in ("breakout", "breakdown"):
            read[name] = None if read[name] is None else bool(read[name])
        mark, ticks = row.view(np.int64), int(row[COUNT])
        return Snapshot(
            symbol=symbol,
            at=int(mark[layout.TAKEN_AT]) if ticks else None,
            ticks=ticks,
            counts=dict(zip(_KINDS, mark[layout.COUNTS : layout.COUNTS + KINDS].tolist(), strict=True)),
            changes_pct=dict(zip(frames, known[figures.CHANGES :], strict=True)),
            entries_allowed=read["quality"] >= self.terms.quality_floor,
            **read,
        )

    def bars(self, symbol: str, minutes: int) -> Bars:
        """The closed bars of a timeframe, as many as are kept."""
        frame = self._frame(minutes)
        row = self._found(symbol)
        closed, depth = int(row.view(np.int64)[frame + layout.CLOSED]), self.terms.depth
        ring = row[frame + layout.RING : frame + layout.RING + depth * layout.BAR_WIDTH].reshape(depth, -1)
        return _as_bars(ring[np.arange(max(0, closed - depth), closed) % depth])

    def forming(self, symbol: str, minutes: int) -> Bars:
        """The bar of a timeframe that has not closed: one, or none before the first tick."""
        bar = self._frame(minutes) + layout.FORMING
        row = self._found(symbol)
        first, own = row[FIRST_BAR : FIRST_BAR + layout.BAR_WIDTH], row[bar : bar + layout.BAR_WIDTH].copy()
        if first.view(np.int64)[layout.TICKS] == 0:
            return _as_bars(own.reshape(1, -1)[:0])
        if bar != FIRST_BAR:
            own.view(np.int64)[layout.TICKS] += first.view(np.int64)[layout.TICKS]
            own[layout.HIGH] = max(own[layout.HIGH], first[layout.HIGH])
            own[layout.LOW] = min(own[layout.LOW], first[layout.LOW])
            own[layout.CLOSE] = first[layout.CLOSE]
            own[layout.SIZE] = added(own[layout.SIZE], first[layout.SIZE])
        return _as_bars(own.reshape(1, -1))

    def history(self, symbol: str) -> Seconds:
        """The 60 seconds that end with the last tick; before the first, none."""
        row = self._found(symbol)
        latest = int(row.view(np.int64)[layout.LATEST_SECOND])
        seconds = np.arange(latest - layout.SECONDS + 1, latest + 1)[: layout.SECONDS if row[COUNT] else 0]
        places = seconds % layout.SECONDS
        return Seconds(seconds, row[layout.PRICES + places], row[layout.VOLUMES + places])

    def _found(self, symbol: str) -> Floats:
        if symbol not in self._row:
            raise BadInput(f"symbol: {symbol!r} is not in this stream of {len(self.symbols)}")
        return self._row[symbol]

    def _frame(self, minutes: int) -> int:
        if minutes not in self.terms.frames:
            raise BadInput(f"minutes: the timeframes are {list(self.terms.frames)}, found {minutes!r}")
        return layout.frame_at(self.terms.frames.index(minutes), self.terms.depth)


Follow = Callable[[Floats, Ints, Records, Ints], int]
Single = Callable[[Floats, Ints, int, int, float, float], int]
Read = Callable[[Floats, int, Floats], None]


@cache
def _entries() -> tuple[Follow, Single, Read]:
    row, days = float64[::1], int64[::1]
    follow = bound(ticking.follow, float64[:, ::1], days, from_dtype(TICK)[::1], int64[::1])
    single = bound(ticking.single, row, days, int64, int64, float64, float64)
    return follow, single, bound(figures.read, row, int64, float64[::1])


def _set_terms(rows: Floats, terms: StreamTerms) -> None:
    marks = rows.view(np.int64)
    rows[:, layout.CALM], rows[:, layout.FIRST] = terms.calm_pct / 100, terms.first_pct / 100
    rows[:, layout.SIGMAS], rows[:, layout.FULL] = terms.sigmas, terms.full_pct
    rows[:, layout.SURGE_RATIO] = terms.surge_ratio
    rows[:, [layout.HIGHEST, layout.LOWEST, layout.MEAN_VOLUME, layout.SURGE_LEVEL]] = nan
    rows[:, layout.PRICES : layout.VOLUMES + layout.SECONDS] = nan
    marks[:, layout.AT] = -1
    marks[:, layout.CONFIRM], marks[:, layout.DEPTH] = terms.confirm, terms.depth
    marks[:, layout.GAP_AFTER] = terms.gap_seconds * layout.SECOND
    marks[:, layout.FRAMES] = len(terms.frames)
    for index, minutes in enumerate(terms.frames):
        marks[:, layout.frame_at(index, terms.depth) + layout.LENGTH] = minutes * layout.MINUTE


def _set_days(rows: Mapping[str, Floats], days: Mapping[str, ArrayLike]) -> Ints:
    tables: list[Ints] = [np.empty(0, np.int64)]
    for symbol, given in days.items():
        table = np.asarray(given)
        if symbol not in rows:
            raise BadInput(f"days: {symbol!r} is not a symbol of this stream")
        if table.dtype.kind != "i" or table.ndim != 1 or table.size < 2 or not (np.diff(table) > 0).all():
            raise BadInput(f"days of {symbol}: must be two or more rising instants, found {_described(given)}")
        mark = rows[symbol].view(np.int64)
        mark[layout.DAYS_FROM] = sum(earlier.size for earlier in tables)
        mark[layout.DAYS_UNTIL] = mark[layout.DAYS_FROM] + table.size
        tables.append(table.astype(np.int64))
    return np.concatenate(tables)


def _as_bars(kept: Floats) -> Bars:
    begins, ends, ticks = kept.view(np.int64)[:, : layout.OPEN].T.copy()
    opens, highs, lows, closes, volumes = kept[:, layout.OPEN :].T.copy()
    return Bars(begins, ends, ticks, opens, highs, lows, closes, volumes)


def _described(found: object) -> str:
    return f"{found.dtype} of shape {found.shape}" if isinstance(found, np.ndarray) else repr(found)[:80]
