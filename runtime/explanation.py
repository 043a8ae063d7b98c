"""A recorded file, read and explained: what `aegis-agents signals explain` says."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from core.market.hours import SessionTable
from core.market.instants import MINUTE, moment, shown
from core.market.quotes import Quote
from core.signals.explanation import Curves, Headline, Reading, Shock, curves, headline, readings, shock
from core.signals.explanation import candles as candles_of
from core.signals.judged import Judged, judged
from core.signals.observed import Observed, Quality, Rules, of_bars, of_quotes
from runtime.plotting import View
from runtime.settings import Settings
from tools.calendar_terms import CalendarTerms
from tools.calendars import known_days, session_table
from tools.feeds.candles import candles, holds_bars, is_of, the_one
from tools.feeds.recording import Recording


class Explanation(Struct, frozen=True):
    """Everything that is told of a series."""

    symbol: str
    first: str
    last: str
    bars: int
    step_minutes: float
    headline: Headline
    indicators: tuple[Reading, ...]
    judgements: tuple[Judged, ...]
    triggers: tuple[Shock, ...] | None
    """Nothing when the bars are too far apart to look for price shocks."""
    quality: Quality


def observe(path: Path, symbol: str, settings: Settings) -> Observed:
    """The series of one symbol in a file of bars or of quotes, under the rules in force."""
    rules = Rules(settings.quotes, settings.signals.price_shock)
    if holds_bars(path):
        return of_bars(*candles(path, symbol), rules)
    quotes: list[Quote] = []
    known: dict[str, None] = {}
    for quote in Recording([path]):
        known[quote.key] = None
        if is_of(quote.key, symbol):
            quotes.append(quote)
    return of_quotes(the_one(path, symbol, known), quotes, rules, _sessions(quotes, settings.calendars))


def explained(observed: Observed) -> tuple[Explanation, Curves]:
    """What the series says, and the curves it says it from."""
    bars, arrays = observed.bars, candles_of(observed.bars)
    drawn = curves(arrays, observed.step)
    told = Explanation(
        symbol=observed.key,
        first=shown(bars[0].at),
        last=shown(bars[-1].at),
        bars=len(bars),
        step_minutes=observed.step / MINUTE,
        headline=headline(bars, drawn),
        indicators=readings(observed, drawn),
        judgements=judged(arrays, observed.step),
        triggers=None if observed.shocks is None else tuple(map(shock, observed.shocks)),
        quality=observed.quality,
    )
    return told, drawn


def view(told: Explanation, observed: Observed, drawn: Curves) -> View:
    """What a picture of it shows."""
    title = f"{told.symbol}  {told.headline.last:f}"
    subtitle = f"{told.headline.trend}; {told.first} to {told.last}"
    return View(title, subtitle, [bar.at for bar in observed.bars], drawn, [each.at for each in told.triggers or ()])


def _sessions(quotes: list[Quote], calendars: Mapping[str, CalendarTerms]) -> SessionTable | None:
    """The sessions of the quotes' market, if its calendar knows their days."""
    if not quotes or quotes[0].market not in calendars:
        return None
    market, day = quotes[0].market, timedelta(days=1)
    first, last = (moment(quotes[0].at) - day).date(), (moment(quotes[-1].at) + day).date()
    return session_table(market, first, last, calendars) if first >= known_days(market, calendars)[0] else None
