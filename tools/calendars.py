"""Session tables from the exchanges' own rules and from what was written by hand. What neither covers is closed.

Closures nobody can know in advance (a typhoon, mourning, a failed system) are in no calendar until somebody writes
them down; a quiet feed in hours that should trade is the only sign of them.
"""

import warnings
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import BadInput
from core.market.hours import Session, SessionTable
from core.market.instants import SECOND, moment
from tools.calendar_terms import CalendarTerms, Hours, terms_of

DAY = timedelta(days=1)
NEVER = -(2**63)
"""How the exchanges' rules write that a session has no break."""
SATURDAY = 5
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
"""Where every calendar ends: instants are nanoseconds, and rules are no prophecy."""
NEAR_DAYS = 30
"""So few known days left are worth an alert: exchanges publish a year some weeks before it begins."""


def session_table(market: str, first: date, last: date, calendars: Mapping[str, CalendarTerms]) -> SessionTable:
    """All sessions with trading dates from `first` to `last`; the horizon ends earlier if the calendar does."""
    terms = terms_of(market, calendars)
    if first > last:
        raise BadInput(f"sessions: the first date {first} is after the last, {last}")
    since, until = _known(terms)
    if first < since:
        raise BadInput(f"sessions: {market} is known since {since}, asked for {first}")
    last = min(last, until)
    midnight = datetime.combine(last + DAY, time(0), terms.clock)
    return SessionTable(market, _sessions(terms, first, last) if first <= last else (), _instant(midnight))


def known_days(market: str, calendars: Mapping[str, CalendarTerms]) -> tuple[date, date]:
    """The first and the last day whose sessions are known; every day outside counts as closed."""
    return _known(terms_of(market, calendars))


def horizon_days_left(market: str, at: int, calendars: Mapping[str, CalendarTerms]) -> int:
    """How many whole days are still known after the one this instant lies in, never less than 0."""
    terms = terms_of(market, calendars)
    return max(0, (_known(terms)[1] - moment(at).astimezone(terms.clock).date()).days)


def _known(terms: CalendarTerms) -> tuple[date, date]:
    rules = _exchange(terms.exchange) if terms.exchange else None
    low, high = (rules.bound_min(), rules.bound_max()) if rules else (None, None)
    firsts = [EARLIEST, terms.since, low and low.date()]
    lasts = [LATEST, terms.until, high and high.date()]
    return max(filter(None, firsts)), min(filter(None, lasts))


def _sessions(terms: CalendarTerms, first: date, last: date) -> tuple[Session, ...]:
    usual = _weekly(terms, first, last) if terms.hours else _published(terms.exchange, first.year, last.year)
    holidays = {str(day) for day in terms.holidays}
    days = {session.date: session for session in usual if session.date not in holidays}
    days |= {str(day): _session(day, hours, terms.clock) for day, hours in terms.odd_hours.items()}
    return tuple(days[day] for day in sorted(days) if str(first) <= day <= str(last))


def _weekly(terms: CalendarTerms, first: date, last: date) -> Iterable[Session]:
    dates = (first + DAY * number for number in range((last - first).days + 1))
    return (_session(day, terms.hours, terms.clock) for day in dates if day.weekday() < SATURDAY)


def _session(day: date, hours: Hours, zone: ZoneInfo) -> Session:
    spans = [tuple(_instant(datetime.combine(day, edge, zone)) for edge in span) for span in hours]
    pauses = tuple((before[1], after[0]) for before, after in pairwise(spans))
    return Session(str(day), spans[0][0], spans[-1][1], pauses)


def _instant(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND


@lru_cache(maxsize=64)
def _published(code: str, first: int, last: int) -> tuple[Session, ...]:
    """All sessions of these years: building them takes 0.1 s whatever their number, and seconds for Korea."""
    rules = _exchange(code)
    low, high = rules.bound_min(), rules.bound_max()
    start, end = date(first, 1, 1), date(last, 12, 31)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        calendar = rules(max(start, low.date()) if low else start, min(end, high.date()) if high else end)
    edges = (calendar.opens_nanos, calendar.break_starts_nanos, calendar.break_ends_nanos, calendar.closes_nanos)
    days = zip(calendar.sessions, *(instants.tolist() for instants in edges), strict=True)
    return tuple(
        Session(str(day.date()), opens, closes, () if pause == NEVER else ((pause, resume),))
        for day, opens, pause, resume, closes in days
    )


def _exchange(code: str) -> Any:
    """The rules of an exchange; the library and its pandas are loaded here, about a second, the first time."""
    try:
        return getattr(import_module(f"exchange_calendars.exchange_calendar_{code.lower()}"), f"{code}ExchangeCalendar")
    except (ImportError, AttributeError) as error:
        raise BadInput(f"exchange: the rules of {code!r} are not known; write the hours by hand") from error
