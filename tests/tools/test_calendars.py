"""Sessions as the exchanges keep them: both sides of a clock change, half days, holidays, lunch, and exact instants."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.hours import SessionTable
from core.market.instants import SECOND, moment
from tools.calendar_terms import CalendarTerms, SpecialDays
from tools.calendars import horizon_days_left, known_days, session_table

CALENDARS = {
    "CN_SHA": CalendarTerms(exchange="XSHG", zone="Asia/Shanghai"),
    "CN_SZA": CalendarTerms(same_as="CN_SHA"),
    "HK": CalendarTerms(exchange="XHKG", zone="Asia/Hong_Kong"),
    "JP": CalendarTerms(exchange="XTKS", zone="Asia/Tokyo"),
    "KR": CalendarTerms(exchange="XKRX", zone="Asia/Seoul"),
    "US": CalendarTerms(exchange="XNYS", zone="America/New_York"),
}
SINCE, UNTIL = date(2025, 1, 1), date(2026, 12, 31)
BY_HAND = CalendarTerms(
    zone="America/New_York",
    hours=((time(9), time(11, 30)), (time(13), time(14, 45))),
    since=SINCE,
    until=UNTIL,
    closed={"founding_day": (date(2026, 3, 9),)},
    special={"fair": SpecialDays((date(2026, 3, 14),), ((time(10), time(12)),))},
)
NEW_YORK = ZoneInfo("America/New_York")
TOKYO = ZoneInfo("Asia/Tokyo")


def at(zone: ZoneInfo, *moment: int) -> int:
    return int(datetime(*moment, tzinfo=zone).timestamp()) * SECOND  # type: ignore[arg-type, misc]


@pytest.fixture(scope="module")
def autumn() -> SessionTable:
    return session_table("US", date(2013, 10, 1), date(2014, 3, 31), CALENDARS)


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
    table = session_table("US", date(year, 11, day - 1), date(year, 11, day), CALENDARS)
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
    table = session_table("JP", date(2013, 10, 4), date(2013, 10, 4), CALENDARS)
    lunch, end = at(TOKYO, 2013, 10, 4, 11, 30), at(TOKYO, 2013, 10, 4, 12, 30)
    assert [table.is_open(instant) for instant in (lunch - 1, lunch, end - 1, end)] == [True, False, False, True]
    assert table.trading_date(lunch) == "2013-10-04"


@pytest.mark.parametrize(
    ("market", "zone", "opening"),
    [
        ("CN_SHA", "Asia/Shanghai", "09:30"),
        ("CN_SZA", "Asia/Shanghai", "09:30"),
        ("HK", "Asia/Hong_Kong", "09:30"),
        ("JP", "Asia/Tokyo", "09:00"),
        ("KR", "Asia/Seoul", "09:00"),
        ("US", "America/New_York", "09:30"),
    ],
)
def test_each_market_opens_at_its_own_time(market: str, zone: str, opening: str) -> None:
    (session,) = session_table(market, date(2013, 10, 8), date(2013, 10, 8), CALENDARS).sessions
    assert f"{datetime.fromtimestamp(session.opens // SECOND, ZoneInfo(zone)):%F %R}" == f"2013-10-08 {opening}"


def test_days_without_any_session_give_an_empty_table() -> None:
    table = session_table("US", date(2013, 10, 5), date(2013, 10, 6), CALENDARS)
    assert table.sessions == ()
    assert table.known_until == at(NEW_YORK, 2013, 10, 7)


def test_a_calendar_that_ends_earlier_ends_the_horizon() -> None:
    table = session_table("CN_SHA", date(2026, 12, 1), date(2090, 1, 1), CALENDARS)
    assert table.known_until == at(ZoneInfo("Asia/Shanghai"), 2027, 1, 1)
    assert table.sessions[-1].closes < table.known_until
    assert session_table("CN_SHA", date(2090, 1, 1), date(2090, 2, 1), CALENDARS).sessions == ()


@pytest.mark.parametrize("market", ["CN", "CN_SH", "cn_sha", "XX"])
def test_an_unknown_market_is_refused_and_the_known_ones_are_named(market: str) -> None:
    with pytest.raises(BadInput) as refused:
        session_table(market, date(2013, 10, 1), date(2013, 10, 2), CALENDARS)
    assert f"no calendar for {market!r}, known are CN_SHA, CN_SZA, HK, JP, KR, US" in str(refused.value)
    assert ("did you mean CN_S" in str(refused.value)) == (market != "XX")


def test_dates_in_the_wrong_order_or_before_the_calendar_are_refused() -> None:
    with pytest.raises(BadInput, match="the first date 2013-10-02 is after the last, 2013-10-01"):
        session_table("US", date(2013, 10, 2), date(2013, 10, 1), CALENDARS)
    with pytest.raises(BadInput, match="JP is known since 1997-01-01, asked for 1990-01-01"):
        session_table("JP", date(1990, 1, 1), date(1990, 2, 1), CALENDARS)


def test_an_exchange_without_published_rules_is_refused() -> None:
    nowhere = {"VN_HNX": CalendarTerms(exchange="XHNX", zone="Asia/Ho_Chi_Minh")}
    with pytest.raises(BadInput, match="the rules of 'XHNX' are not known; write the hours by hand"):
        session_table("VN_HNX", date(2026, 1, 1), date(2026, 1, 2), nowhere)


def by_hand(first: date, last: date, terms: CalendarTerms = BY_HAND) -> SessionTable:
    return session_table("XX", first, last, {"XX": terms})


def test_a_calendar_by_hand_trades_on_weekdays_with_a_break_and_one_date() -> None:
    table = by_hand(date(2026, 3, 2), date(2026, 3, 8))
    assert [session.date for session in table.sessions] == [f"2026-03-0{day}" for day in range(2, 7)]
    edges = [at(NEW_YORK, 2026, 3, 2, *edge) for edge in ((9,), (11, 30), (13,), (14, 45))]
    assert table.sessions[0].spans == ((edges[0], edges[1]), (edges[2], edges[3]))
    assert {table.trading_date(edge) for edge in edges[:3]} == {"2026-03-02"}


def test_what_was_written_down_closes_a_weekday_and_opens_a_saturday() -> None:
    table = by_hand(date(2026, 3, 9), date(2026, 3, 15))
    assert [session.date for session in table.sessions] == [f"2026-03-{day}" for day in (10, 11, 12, 13, 14)]
    assert table.sessions[-1].spans == ((at(NEW_YORK, 2026, 3, 14, 10), at(NEW_YORK, 2026, 3, 14, 12)),)


def test_what_was_written_down_corrects_the_rules_of_an_exchange() -> None:
    day, late = date(2013, 10, 8), ((time(10), time(16, 30)),)
    terms = CalendarTerms(
        exchange="XTKS",
        zone="Asia/Tokyo",
        closed={"outage": (date(2013, 10, 9),)},
        special={"late": SpecialDays((day, date(2013, 10, 12)), late)},
    )
    table = by_hand(day, date(2013, 10, 12), terms)
    assert [session.date[-2:] for session in table.sessions] == ["08", "10", "11", "12"]
    assert table.sessions[0].spans == ((at(TOKYO, 2013, 10, 8, 10), at(TOKYO, 2013, 10, 8, 16, 30)),)
    assert table.sessions[1].opens == at(TOKYO, 2013, 10, 10, 9)


def test_days_after_the_last_published_one_are_closed() -> None:
    table = by_hand(date(2026, 12, 28), date(2027, 1, 31))
    assert table.sessions[-1].date == "2026-12-31"
    assert table.known_until == at(NEW_YORK, 2027, 1, 1)
    assert not any(table.is_open(at(NEW_YORK, 2027, 1, day, 10)) for day in range(1, 32))
    with pytest.raises(BadInput, match="known since 2025-01-01, asked for 2024-12-31"):
        by_hand(date(2024, 12, 31), date(2025, 1, 2))


def test_the_days_left_are_counted_by_the_markets_own_clock() -> None:
    calendars = {"XX": BY_HAND}
    assert known_days("XX", calendars) == (date(2025, 1, 1), date(2026, 12, 31))
    assert known_days("CN_SZA", CALENDARS) == (date(1990, 12, 3), date(2026, 12, 31))
    assert known_days("US", CALENDARS) == (date(1970, 1, 1), date(2199, 12, 31))
    midnight = at(NEW_YORK, 2026, 12, 31)
    assert [horizon_days_left("XX", midnight + second * SECOND, calendars) for second in (-1, 0)] == [1, 0]
    assert horizon_days_left("XX", at(NEW_YORK, 2027, 5, 1), calendars) == 0


@given(st.dates(SINCE, UNTIL), st.integers(0, 40), st.sampled_from(["US", "XX"]))
def test_sessions_are_in_order_apart_and_inside_their_own_date(first: date, days: int, market: str) -> None:
    table = session_table(market, first, first + timedelta(days=days), {**CALENDARS, "XX": BY_HAND})
    assert all(earlier.closes < later.opens for earlier, later in pairwise(table.sessions))
    for session in table.sessions:
        local = [moment(edge).astimezone(NEW_YORK) for span in session.spans for edge in span]
        assert {str(edge.date()) for edge in local} == {session.date}
        assert local == sorted(local)


@given(st.dates(SINCE, UNTIL))
def test_the_clock_on_the_wall_stays_the_same_when_the_clocks_change(day: date) -> None:
    for session in by_hand(day, day).sessions:
        offset = datetime.combine(day, time(12), NEW_YORK).utcoffset()
        assert offset is not None
        expected = time(10) if day == date(2026, 3, 14) else time(9)
        assert moment(session.opens).time() == (datetime.combine(day, expected) - offset).time()
