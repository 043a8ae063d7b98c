"""The ten markets as the shipped calendars have them: exam days, half days, Tet, Golden Week, and where they end."""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib import import_module
from importlib.resources import files

import msgspec
import pytest

from core.market.hours import Session
from core.market.instants import SECOND
from tools.calendar_terms import CalendarTerms, terms_of
from tools.calendars import known_days, session_table

TEXT = (files("configs") / "calendars.toml").read_text(encoding="utf-8")
CALENDARS = msgspec.convert(tomllib.loads(TEXT)["calendars"], dict[str, CalendarTerms])
TEN = ["KR", "US_NASDAQ", "US_NYSE", "US_AMEX", "JP", "HK", "CN_SHA", "CN_SZA", "VN_HNX", "VN_HSX"]
BARE = {
    code: CalendarTerms(exchange=terms.exchange, zone=terms.zone) for code, terms in CALENDARS.items() if terms.exchange
}
SINCE = date(2017, 1, 1)


@cache
def sessions(market: str, bare: bool = False) -> dict[str, Session]:
    """All sessions by their date, built once: a single year of Korea takes a second."""
    calendars = BARE if bare else CALENDARS
    since = max(SINCE, known_days(market, calendars)[0])
    found = session_table(market, since, known_days(market, CALENDARS)[1], calendars).sessions
    return {session.date: session for session in found}


def hours(market: str, day: str) -> list[str]:
    """The spans of a day by the market's own clock."""
    clock = terms_of(market, CALENDARS).clock

    def told(instant: int) -> str:
        return f"{datetime.fromtimestamp(instant // SECOND, clock):%R}"

    return [f"{told(opens)}-{told(closes)}" for opens, closes in sessions(market)[day].spans]


def test_the_ten_markets_have_a_name_and_the_demos_is_a_second_name() -> None:
    assert [code for code, terms in CALENDARS.items() if terms.name] == TEN
    assert terms_of("US", CALENDARS) is CALENDARS["US_NYSE"]


@pytest.mark.parametrize(
    ("market", "spans"),
    [
        ("KR", ["09:00-15:30"]),
        ("US_NASDAQ", ["09:30-16:00"]),
        ("US_NYSE", ["09:30-16:00"]),
        ("US_AMEX", ["09:30-16:00"]),
        ("JP", ["09:00-11:30", "12:30-15:30"]),
        ("HK", ["09:30-12:00", "13:00-16:00"]),
        ("CN_SHA", ["09:30-11:30", "13:00-15:00"]),
        ("CN_SZA", ["09:30-11:30", "13:00-15:00"]),
        ("VN_HNX", ["09:00-11:30", "13:00-14:45"]),
        ("VN_HSX", ["09:00-11:30", "13:00-14:45"]),
    ],
)
def test_each_market_keeps_its_usual_hours(market: str, spans: list[str]) -> None:
    assert hours(market, "2026-11-10") == spans


@pytest.mark.parametrize(
    "day",
    ["2017-11-23", "2020-12-03", "2021-11-18", "2022-11-17", "2023-11-16", "2024-11-14", "2025-11-13", "2026-11-19"],
)
def test_seoul_opens_and_closes_an_hour_later_on_the_day_of_the_entrance_exam(day: str) -> None:
    assert hours("KR", day) == ["10:00-16:30"]


@pytest.mark.parametrize(
    ("market", "day", "spans"),
    [
        ("KR", "2026-01-02", ["10:00-15:30"]),
        ("US_NYSE", "2026-11-27", ["09:30-13:00"]),
        ("US_NASDAQ", "2026-12-24", ["09:30-13:00"]),
        ("US_AMEX", "2025-07-03", ["09:30-13:00"]),
        ("HK", "2026-02-16", ["09:30-12:00"]),
        ("HK", "2026-12-24", ["09:30-12:00"]),
        ("HK", "2026-12-31", ["09:30-12:00"]),
    ],
)
def test_short_and_late_days_are_known(market: str, day: str, spans: list[str]) -> None:
    assert hours(market, day) == spans


@pytest.mark.parametrize(
    ("market", "last", "next_one"),
    [
        ("VN_HSX", "2026-02-13", "2026-02-23"),
        ("VN_HNX", "2025-01-24", "2025-02-03"),
        ("VN_HNX", "2026-08-28", "2026-09-03"),
        ("VN_HSX", "2025-12-31", "2026-01-05"),
        ("VN_HSX", "2026-11-23", "2026-11-25"),
        ("CN_SHA", "2026-09-30", "2026-10-08"),
        ("CN_SZA", "2026-02-13", "2026-02-24"),
        ("JP", "2026-05-01", "2026-05-07"),
        ("HK", "2026-02-16", "2026-02-20"),
        ("HK", "2023-08-31", "2023-09-04"),
        ("KR", "2026-06-02", "2026-06-04"),
        ("KR", "2026-07-16", "2026-07-20"),
        ("US_NYSE", "2026-07-02", "2026-07-06"),
    ],
)
def test_between_these_two_days_there_is_no_trading(market: str, last: str, next_one: str) -> None:
    assert [day for day in sessions(market) if last <= day <= next_one] == [last, next_one]


@pytest.mark.parametrize(("year", "count"), [(2022, 11), (2023, 11), (2024, 12), (2025, 12), (2026, 14)])
def test_vietnam_has_its_holidays_every_year_and_none_on_a_weekend(year: int, count: int) -> None:
    days = [day for day in CALENDARS["VN_HSX"].holidays if day.year == year]
    assert len(days) == count
    assert all(day.weekday() < 5 for day in days)


@pytest.mark.parametrize(
    ("market", "until"),
    [("KR", 2026), ("US", 2028), ("JP", 2027), ("HK", 2027), ("CN_SZA", 2026), ("VN_HNX", 2026)],
)
def test_the_day_after_the_last_published_one_is_closed(market: str, until: int) -> None:
    assert known_days(market, CALENDARS)[1] == date(until, 12, 31)
    beyond = session_table(market, date(until + 1, 1, 4), date(until + 1, 1, 8), CALENDARS)
    assert beyond.sessions == () and not beyond.is_open(beyond.known_until + 4 * 86_400 * SECOND)


@pytest.mark.parametrize(("summer", "winter"), [("2026-03-09", "2026-03-06"), ("2026-10-30", "2026-11-02")])
def test_new_york_shifts_against_utc_when_the_clocks_change_and_asia_never_does(summer: str, winter: str) -> None:
    def opening(market: str, day: str) -> int:
        return sessions(market)[day].opens // SECOND % 86_400

    assert opening("US", winter) - opening("US", summer) == 3600
    for market in ("KR", "JP", "HK", "CN_SHA", "VN_HSX"):
        assert opening(market, winter) == opening(market, summer)


@pytest.mark.parametrize("market", sorted(BARE))
def test_nothing_is_written_down_that_the_published_rules_already_say(market: str) -> None:
    terms = CALENDARS[market]
    for day in sorted(terms.holidays | terms.odd_hours.keys()):
        assert sessions(market).get(str(day)) != sessions(market, bare=True).get(str(day)), day


@pytest.mark.parametrize("code", sorted(BARE))
def test_the_clocks_are_those_of_the_exchanges(code: str) -> None:
    exchange = BARE[code].exchange
    rules = import_module(f"exchange_calendars.exchange_calendar_{exchange.lower()}")
    assert str(getattr(rules, f"{exchange}ExchangeCalendar").tz) == BARE[code].zone
