"""A recorded day of many instruments, scanned: what `aegis-agents signals scan` says.

The day is the last of the file. A change is that of the close since the bar before, a range the distance of high and
low in the same measure, a volume ratio the day's volume against the mean of up to 20 days before it. The ranking is the
file itself, and the volume ranking its volumes of that day.
"""

import asyncio
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from core.desk.state import DeskState, evolve
from core.errors import BadInput
from core.market.bars import Bar
from core.market.instants import moment
from core.signals.scanner import Mover, Scan, evaluation_set, scan
from runtime.settings import Settings
from runtime.state_folder import StateFolder
from tools.feeds.candles import Candles, every
from tools.journals.sqlite import SqliteJournal

LOOKED_BACK = 20
FOUR_PLACES = Decimal("0.0001")


class Scanned(Struct, frozen=True):
    """A scan, and what a cycle would evaluate."""

    date: str
    seen: int
    scan: Scan
    evaluated: tuple[str, ...]
    """Candidates, then what is held, then what has an open order."""


def scanned(path: Path, settings: Settings, currency: str, state: Path | None) -> Scanned:
    """The last day of a file of bars, under the rules in force, for a desk as its state folder says it is."""
    series = every(path)
    day = max((each.bars[-1].at for each in series if each.bars), default=None)
    if day is None:
        raise BadInput(f"{path}: holds no bar with a price")
    movers = [_mover(each, day, currency or settings.desk.cash.currency) for each in series]
    volumes = {each.key: each.bars[-1].volume or Decimal(0) for each in series if each.bars and each.bars[-1].at == day}
    order = sorted((key for key, volume in volumes.items() if volume), key=lambda key: (-volumes[key], key))
    found = scan(movers, order, (), settings.signals.scanner)
    desk = asyncio.run(_folded(StateFolder(state))) if state else DeskState()
    wanted = evaluation_set(found.candidates, desk.positions, desk.tickets.values())
    return Scanned(f"{moment(day):%Y-%m-%d}", len(series), found, wanted)


def _mover(series: Candles, day: int, currency: str) -> Mover:
    bars = series.bars if series.bars and series.bars[-1].at == day else ()
    if not bars:
        return Mover(key=series.key, currency=currency, price=None, change_pct=None)
    last, before = bars[-1], bars[-2] if len(bars) > 1 else None
    return Mover(
        key=series.key,
        currency=currency,
        price=last.close,
        change_pct=_percent(last.close - before.close, before) if before else None,
        range_pct=_percent(last.high - last.low, before) if before else None,
        volume_ratio=_ratio(last.volume, [bar.volume for bar in bars[-1 - LOOKED_BACK : -1]]),
    )


def _percent(moved: Decimal, before: Bar) -> Decimal:
    return (moved * 100 / before.close).quantize(FOUR_PLACES)


def _ratio(volume: Decimal | None, before: list[Decimal | None]) -> Decimal | None:
    known = [each for each in before if each is not None]
    total = sum(known, Decimal(0))
    return (volume * len(known) / total).quantize(FOUR_PLACES) if volume is not None and total else None


async def _folded(folder: StateFolder) -> DeskState:
    """What the journal of a desk says, read and not touched."""
    if not folder.journal.exists():
        raise BadInput(f"{folder.path}: holds no journal; --state is the folder of a desk that has run")
    journal, state = SqliteJournal.open(folder.journal, readonly=True), DeskState()
    try:
        async for recorded in journal.read():
            state = evolve(state, recorded.fact, recorded.envelope.timestamp)
    finally:
        await journal.close()
    return state
