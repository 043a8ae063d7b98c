"""Open at the opening, closed at the close, closed on whatever is not in the table."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.hours import Session, SessionTable, changes, open_markets
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


@st.composite
def tables(draw: st.DrawFn, market: str = "JP") -> SessionTable:
    """Up to five days of sessions with up to two breaks each, at any hours."""
    sessions, dates = [], draw(st.sets(st.integers(0, 8), max_size=5))
    for number in sorted(dates):
        cuts = draw(st.sets(st.integers(0, 1439), min_size=2, max_size=6))
        edges = [number * DAY + cut * MINUTE for cut in sorted(cuts)[: len(cuts) // 2 * 2]]
        pauses = tuple(zip(edges[1:-1:2], edges[2:-1:2], strict=True))
        sessions.append(Session(f"2026-01-{number + 1:02}", edges[0], edges[-1], pauses))
    return SessionTable(market, tuple(sessions), 9 * DAY)


instants = st.integers(-DAY, 10 * DAY) | st.integers(-1440, 14400).map(lambda minute: minute * MINUTE)


@given(tables(), instants)
def test_a_market_is_open_exactly_within_the_spans_of_its_sessions(table: SessionTable, instant: int) -> None:
    spans = [span for session in table.sessions for span in session.spans]
    assert all(opens < closes for opens, closes in spans)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    assert table.is_open(instant) == any(opens <= instant < closes for opens, closes in spans)
    paused = table.session_at(instant) is not None and not table.is_open(instant)
    assert (table.phase(instant) == "paused") == paused


@given(tables(), instants)
def test_the_next_opening_is_the_first_after_the_instant(table: SessionTable, instant: int) -> None:
    openings = [opens for session in table.sessions for opens, _ in session.spans]
    assert table.next_open(instant) == min((opens for opens in openings if opens > instant), default=None)


@given(tables(), tables("KR"), instants, st.integers(0, 3 * DAY))
def test_changes_lead_from_the_phase_before_to_the_phase_after(
    first: SessionTable, second: SessionTable, before: int, span: int
) -> None:
    after = before + span
    found = changes(before, after, (first, second))
    assert list(found) == sorted(found, key=lambda change: change.at)
    for table in (first, second):
        own = [change for change in found if change.market == table.market]
        assert all(table.phase(change.at) == change.phase != table.phase(change.at - 1) for change in own)
        assert (own[-1].phase if own else table.phase(before)) == table.phase(after)
        assert all(change.date in {session.date for session in table.sessions} for change in own)


@given(tables(), instants, instants, instants)
def test_changes_of_two_spans_are_the_changes_of_both_together(
    table: SessionTable, one: int, two: int, three: int
) -> None:
    one, two, three = sorted((one, two, three))
    assert changes(one, two, [table]) + changes(two, three, [table]) == changes(one, three, [table])


def test_lunch_parts_the_day_but_not_its_date() -> None:
    assert MONDAY.spans == ((9 * 60 * MINUTE, 11 * 60 * MINUTE), (12 * 60 * MINUTE, 15 * 60 * MINUTE))
    assert TABLE.phase(11 * 60 * MINUTE) == "paused"
    assert TABLE.next_open(11 * 60 * MINUTE) == 12 * 60 * MINUTE
    found = changes(0, DAY, [TABLE])
    assert [(change.at // (60 * MINUTE), change.phase) for change in found] == [
        (9, "open"),
        (11, "paused"),
        (12, "open"),
        (15, "closed"),
    ]
    assert {change.date for change in found} == {"2026-01-05"}


def test_open_markets_are_those_that_trade_right_then() -> None:
    markets = {"JP": TABLE, "KR": SessionTable("KR", (TUESDAY,), 10 * DAY)}
    assert open_markets(markets, MONDAY.opens) == ("JP",)
    assert open_markets(markets, TUESDAY.opens) == ("JP", "KR")
    assert open_markets(markets, 11 * 60 * MINUTE) == ()


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
