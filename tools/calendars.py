"""Session tables from the exchanges' own calendars. What a calendar does not cover is closed."""

import warnings
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any

from core.errors import BadInput
from core.market.hours import Session, SessionTable
from core.market.instants import SECOND

MARKETS = {
    "CN": "XSHG",
    "HK": "XHKG",
    "JP": "XTKS",
    "KR": "XKRX",
    "US": "XNYS",
}
"""Our name of a market → the exchange (ISO 10383) whose hours it keeps."""
DAY = timedelta(days=1)
NEVER = -(2**63)
"""How the calendars write that a session has no break."""


@lru_cache(maxsize=64)
def session_table(market: str, first: date, last: date) -> SessionTable:
    """All sessions with trading dates from `first` to `last`; the horizon ends earlier if the calendar does."""
    if market not in MARKETS:
        raise BadInput(f"market: no calendar for {market!r}, known are {', '.join(MARKETS)}")
    if first > last:
        raise BadInput(f"sessions: the first date {first} is after the last, {last}")
    exchange = _exchange(MARKETS[market])
    bound = exchange.bound_max()
    last = last if bound is None else min(last, bound.date())
    midnight = datetime.combine(last + DAY, time(0), exchange.tz)
    return SessionTable(market, _sessions(exchange, first, last), int(midnight.timestamp()) * SECOND)


def _exchange(code: str) -> Any:
    """The calendar's class; the library and its pandas are loaded here, about a second, the first time."""
    return getattr(import_module(f"exchange_calendars.exchange_calendar_{code.lower()}"), f"{code}ExchangeCalendar")


def _sessions(exchange: Any, first: date, last: date) -> tuple[Session, ...]:
    calendar = _calendar(exchange, first, last) if first <= last else None
    if calendar is None:
        return ()
    edges = (calendar.opens_nanos, calendar.break_starts_nanos, calendar.break_ends_nanos, calendar.closes_nanos)
    days = zip(calendar.sessions, *(instants.tolist() for instants in edges), strict=True)
    return tuple(
        Session(str(day.date()), opens, closes, () if pause == NEVER else ((pause, resume),))
        for day, opens, pause, resume, closes in days
        if day.date() >= first
    )


def _calendar(exchange: Any, first: date, last: date) -> Any:
    """A calendar of at least these days, None if none of them has a session."""
    from exchange_calendars.errors import NoSessionsError

    try:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            return exchange(first if first < last else first - DAY, last)
    except NoSessionsError:
        return None
    except ValueError as error:
        raise BadInput(f"sessions: {error}") from error
