"""A recorded series as the desk would have seen it: what was believed, what was doubted, what would have woken it.

Quotes are walked as `runtime/intake` walks them: screened, then shown to the trigger while their market is open; the
bars are those of one minute of what was believed. Recorded bars are taken as they are, and their closes are walked only
when they lie close enough for the rules of quotes to mean anything; else nothing is said of triggers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median_low

from msgspec import Struct

from core.errors import BadInput
from core.facts.signals import SignalGenerated
from core.market.bars import Bar, gathered
from core.market.hours import SessionTable
from core.market.instants import MINUTE, SECOND, moment
from core.market.quotes import Quote, ScreenRules, Watched, screen
from core.signals.triggers import Memory, TriggerRules, detect

UNKNOWN_MARKET = "UNKNOWN"
Dating = Callable[[int], tuple[bool, str | None]]


class Quality(Struct, frozen=True):
    """How far a series can be trusted."""

    rows: int
    """Rows of this symbol in the file."""
    doubted: Mapping[str, int]
    """Reason → how many rows were left out for it."""
    gaps: int
    longest_gap: int
    """In nanoseconds, 0 without a gap."""
    gap_after: int
    """The silence that counts as a gap, in nanoseconds."""


class Observed(Struct, frozen=True):
    """A series ready to be explained."""

    key: str
    bars: tuple[Bar, ...]
    step: int
    """Nanoseconds between two bars, as most of them are; 0 with a single one."""
    shocks: tuple[SignalGenerated, ...] | None
    """The price shocks in order of time; nothing when the bars are too far apart to look for them."""
    quality: Quality


class Rules(Struct, frozen=True):
    """What quotes are screened by, and what a shock is."""

    quotes: ScreenRules = ScreenRules()
    shock: TriggerRules = TriggerRules()


def of_quotes(key: str, quotes: Sequence[Quote], rules: Rules, sessions: SessionTable | None = None) -> Observed:
    """A series of quotes of one instrument; without sessions the market is always open and days are those of UTC."""
    believed, shocks, doubted = _walked(quotes, rules, _dated(sessions))
    bars = gathered(believed, MINUTE)
    if not bars:
        raise BadInput(f"{key}: none of its {len(quotes)} rows holds a price that can be believed{_why(doubted)}")
    silence = rules.quotes.gap_seconds * SECOND
    return Observed(
        key, bars, _step(bars), shocks, _quality(len(quotes), doubted, [quote.at for quote in believed], silence)
    )


def of_bars(key: str, bars: Sequence[Bar], doubted: Mapping[str, int], rules: Rules) -> Observed:
    """A series of bars of one instrument; `doubted` counts the rows that hold none, by reason."""
    rows = len(bars) + sum(doubted.values())
    if not bars:
        raise BadInput(f"{key}: none of its {rows} rows holds a price that can be believed{_why(doubted)}")
    step, near = _step(bars), rules.quotes.gap_seconds * SECOND
    shocks = None
    if 0 < step <= near:
        closes = [_close(key, bar, number) for number, bar in enumerate(bars, 1)]
        believed, shocks, unlikely = _walked(closes, rules, _dated(None))
        kept = {quote.sequence for quote in believed}
        bars = [bar for number, bar in enumerate(bars, 1) if number in kept]
        doubted = Counter(doubted) + unlikely
    quality = _quality(rows, doubted, [bar.at for bar in bars], max(near, 5 * step))
    return Observed(key, tuple(bars), step, shocks, quality)


def _walked(
    quotes: Iterable[Quote], rules: Rules, dated: Dating
) -> tuple[list[Quote], tuple[SignalGenerated, ...], Counter[str]]:
    watched, memory = Watched(), Memory()
    believed: list[Quote] = []
    shocks: list[SignalGenerated] = []
    doubted: Counter[str] = Counter()
    for quote in quotes:
        screened = screen(quote, watched, rules.quotes)
        watched = screened.watched
        if screened.doubt is not None:
            doubted[screened.doubt] += 1
        if screened.quote is None:
            continue
        believed.append(screened.quote)
        is_open, date = dated(quote.at)
        if is_open:
            memory, signal = detect(screened.quote, memory, rules.shock, date, screened.gap)
            shocks += [signal] if signal else []
    return believed, tuple(shocks), doubted


def _dated(sessions: SessionTable | None) -> Dating:
    """Whether a market is open at an instant, and its date then."""
    if sessions is None:
        return lambda at: (True, f"{moment(at):%Y-%m-%d}")
    return lambda at: (sessions.is_open(at), sessions.trading_date(at))


def _close(key: str, bar: Bar, number: int) -> Quote:
    """The close of a bar as a quote, under the time the file gives the bar."""
    market, _, symbol = key.rpartition(":")
    return Quote(
        symbol=symbol,
        market=market or UNKNOWN_MARKET,
        last=bar.close,
        at=bar.at,
        received=bar.at,
        source="bars",
        sequence=number,
        provenance="replay",
    )


def _step(bars: Sequence[Bar]) -> int:
    steps = [after.at - before.at for before, after in pairwise(bars)]
    return median_low(steps) if steps else 0


def _quality(rows: int, doubted: Mapping[str, int], seen: Sequence[int], silence: int) -> Quality:
    gaps = [after - before for before, after in pairwise(seen) if after - before > silence]
    return Quality(rows, dict(doubted), len(gaps), max(gaps, default=0), silence)


def _why(doubted: Mapping[str, int]) -> str:
    return "".join(f"; {reason}: {count}" for reason, count in doubted.items())
