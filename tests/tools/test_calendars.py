"""Sessions as the exchanges keep them: both sides of a clock change, half days, holidays, lunch, and exact instants."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import BadInput
from core.market.hours import SessionTable
from core.market.instants import SECOND
from tools.calendars import MARKETS, session_table

NEW_YORK = ZoneInfo("America/New_York")
TOKYO = ZoneInfo("Asia/Tokyo")


def at(zone: ZoneInfo, *moment: int) -> int:
    return int(datetime(*moment, tzinfo=zone).timestamp()) * SECOND  # type: ignore[arg-type, misc]


@pytest.fixture(scope="module")
def autumn() -> SessionTable:
    return session_table("US", date(2013, 10, 1), date(2014, 3, 31))


@pytest.mark.parametrize(
    ("day", "opening"),
    [
        ((2013, 11, 1), "2013-11-01T13:30:00"),
        ((2013, 11, 4), "2013-11-04T14:30:00"),
        ((2014, 3, 7), "2014-03-07T14:30:00"),
        ((2014, 3, 10), "2014-03-10T13:30:00"),
    ],
)
def test_new_york_opens_at_half_past_nine_on_both_sides_of_each_clock_change(
    autumn: SessionTable, day: tuple[int, int, int], opening: str
) -> None:
    session = autumn.session_at(at(NEW_YORK, *day, 12))
    assert session is not None
    assert datetime.fromtimestamp(session.opens // SECOND, UTC).isoformat() == f"{opening}+00:00"
    assert session.closes - session.opens == 6.5 * 3600 * SECOND


def test_the_market_opens_and_closes_at_exact_instants(autumn: SessionTable) -> None:
    opening, closing = at(NEW_YORK, 2013, 10, 4, 9, 30), at(NEW_YORK, 2013, 10, 4, 16)
    assert [autumn.is_open(instant) for instant in (opening - 1, opening, closing - 1, closing)] == [
        False,
        True,
        True,
        False,
    ]
    assert autumn.trading_date(opening) == "2013-10-04"
    assert autumn.trading_date(closing) == "2013-10-07"


@pytest.mark.parametrize(("year", "day"), [(2013, 29), (2026, 27)])
def test_the_day_after_thanksgiving_closes_at_one(year: int, day: int) -> None:
    table = session_table("US", date(year, 11, day - 1), date(year, 11, day))
    assert [session.date for session in table.sessions] == [f"{year}-11-{day}"]
    closing = at(NEW_YORK, year, 11, day, 13)
    assert table.is_open(closing - 1)
    assert not table.is_open(closing)


@pytest.mark.parametrize("day", [(2013, 11, 28), (2013, 12, 25), (2014, 1, 20), (2013, 10, 5), (2013, 10, 6)])
def test_holidays_and_weekends_are_closed(autumn: SessionTable, day: tuple[int, int, int]) -> None:
    assert not any(autumn.is_open(at(NEW_YORK, *day, hour)) for hour in range(24))


@pytest.mark.parametrize("day", [(2013, 9, 30), (2014, 4, 1), (2030, 1, 2)])
def test_days_outside_the_table_are_closed(autumn: SessionTable, day: tuple[int, int, int]) -> None:
    assert not autumn.is_open(at(NEW_YORK, *day, 12))


def test_the_known_horizon_ends_with_the_last_day_asked_for_in_the_markets_own_time(autumn: SessionTable) -> None:
    assert autumn.known_until == at(NEW_YORK, 2014, 4, 1)
    assert autumn.sessions[-1].date == "2014-03-31"


def test_tokyo_stops_for_lunch() -> None:
    table = session_table("JP", date(2013, 10, 4), date(2013, 10, 4))
    lunch, end = at(TOKYO, 2013, 10, 4, 11, 30), at(TOKYO, 2013, 10, 4, 12, 30)
    assert [table.is_open(instant) for instant in (lunch - 1, lunch, end - 1, end)] == [True, False, False, True]
    assert table.trading_date(lunch) == "2013-10-04"


@pytest.mark.parametrize(
    ("market", "zone", "opening"),
    [
        ("CN", "Asia/Shanghai", "09:30"),
        ("HK", "Asia/Hong_Kong", "09:30"),
        ("JP", "Asia/Tokyo", "09:00"),
        ("KR", "Asia/Seoul", "09:00"),
        ("US", "America/New_York", "09:30"),
    ],
)
def test_each_market_opens_at_its_own_time(market: str, zone: str, opening: str) -> None:
    (session,) = session_table(market, date(2013, 10, 8), date(2013, 10, 8)).sessions
    assert f"{datetime.fromtimestamp(session.opens // SECOND, ZoneInfo(zone)):%F %R}" == f"2013-10-08 {opening}"
    assert market in MARKETS


def test_days_without_any_session_give_an_empty_table() -> None:
    table = session_table("US", date(2013, 10, 5), date(2013, 10, 6))
    assert table.sessions == ()
    assert table.known_until == at(NEW_YORK, 2013, 10, 7)


def test_a_calendar_that_ends_earlier_ends_the_horizon() -> None:
    table = session_table("CN", date(2026, 12, 1), date(2090, 1, 1))
    assert table.known_until < at(ZoneInfo("Asia/Shanghai"), 2090, 1, 1)
    assert table.sessions[-1].closes < table.known_until
    assert session_table("CN", date(2090, 1, 1), date(2090, 2, 1)).sessions == ()


def test_an_unknown_market_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(BadInput, match="no calendar for 'XX', known are CN, HK, JP, KR, US"):
        session_table("XX", date(2013, 10, 1), date(2013, 10, 2))


def test_dates_in_the_wrong_order_or_before_the_calendar_are_refused() -> None:
    with pytest.raises(BadInput, match="the first date 2013-10-02 is after the last, 2013-10-01"):
        session_table("US", date(2013, 10, 2), date(2013, 10, 1))
    with pytest.raises(BadInput, match="1997-01-01"):
        session_table("JP", date(1990, 1, 1), date(1990, 2, 1))
