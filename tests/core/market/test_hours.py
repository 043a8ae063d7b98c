"""Open at the opening, closed at the close, closed on whatever is not in the table."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.hours import Session, SessionTable
from core.market.instants import MINUTE, SECOND, moment, nanoseconds, shown

DAY = 1440 * MINUTE


def table(*sessions: Session) -> SessionTable:
    return SessionTable("JP", sessions, 10 * DAY)


MONDAY = Session("2026-01-05", 9 * 60 * MINUTE, 15 * 60 * MINUTE, ((11 * 60 * MINUTE, 12 * 60 * MINUTE),))
TUESDAY = Session("2026-01-06", DAY + 9 * 60 * MINUTE, DAY + 15 * 60 * MINUTE)
TABLE = table(MONDAY, TUESDAY)


def edges() -> Iterator[tuple[int, bool]]:
    yield MONDAY.opens - 1, False
    yield MONDAY.opens, True
    yield 11 * 60 * MINUTE - 1, True
    yield 11 * 60 * MINUTE, False
    yield 12 * 60 * MINUTE - 1, False
    yield 12 * 60 * MINUTE, True
    yield MONDAY.closes - 1, True
    yield MONDAY.closes, False
    yield TUESDAY.opens, True
    yield TUESDAY.closes, False
    yield 20 * DAY, False


@pytest.mark.parametrize(("instant", "opened"), tuple(edges()))
def test_each_edge_belongs_to_exactly_one_side(instant: int, opened: bool) -> None:
    assert TABLE.is_open(instant) is opened


def test_the_trading_date_is_the_running_session_or_the_next() -> None:
    assert TABLE.trading_date(0) == "2026-01-05"
    assert TABLE.trading_date(11 * 60 * MINUTE) == "2026-01-05"
    assert TABLE.trading_date(MONDAY.closes) == "2026-01-06"
    assert TABLE.trading_date(TUESDAY.closes) is None


def test_the_next_session_is_the_first_that_opens_later() -> None:
    assert TABLE.next_session(0) == MONDAY
    assert TABLE.next_session(MONDAY.opens) == TUESDAY
    assert TABLE.next_session(TUESDAY.opens) is None


@given(st.integers(-DAY, 3 * DAY))
def test_open_means_within_a_session_and_outside_its_breaks(instant: int) -> None:
    session = TABLE.session_at(instant)
    inside = session is not None and session.opens <= instant < session.closes
    pausing = session is not None and any(start <= instant < end for start, end in session.pauses)
    assert TABLE.is_open(instant) == (inside and not pausing)


@pytest.mark.parametrize(
    ("opens", "closes", "pauses"), [(5, 5, ()), (5, 4, ()), (0, 9, ((8, 10),)), (0, 9, ((5, 4),)), (0, 9, ((0, 4),))]
)
def test_a_session_out_of_order_is_refused(opens: int, closes: int, pauses: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(BadInput, match="session 2026-01-05: opening, pauses and close are not in order"):
        Session("2026-01-05", opens, closes, pauses)


def test_sessions_that_overlap_or_go_back_are_refused() -> None:
    with pytest.raises(BadInput, match="2026-01-05 overlaps or precedes 2026-01-06"):
        table(TUESDAY, MONDAY)
    with pytest.raises(BadInput, match="overlaps"):
        table(MONDAY, Session("2026-01-06", MONDAY.closes - 1, DAY))


@given(st.integers(0, 2**62))
def test_an_instant_and_its_moment_are_the_same_to_the_microsecond(instant: int) -> None:
    assert nanoseconds(moment(instant)) == instant // 1000 * 1000


def test_an_instant_is_shown_in_utc() -> None:
    assert shown(nanoseconds(datetime(2013, 10, 4, 13, 30, 59, tzinfo=UTC)) + SECOND) == "2013-10-04T13:31:00Z"
