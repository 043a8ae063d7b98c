"""Trading sessions as a table of instants. Whoever builds the table knows time zones; this file needs none."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from core.errors import BadInput
from core.market.instruments import Market

Phase = Literal["open", "paused", "closed"]


class Session(Struct, frozen=True, forbid_unknown_fields=True):
    """One trading day of one market, in nanoseconds UTC: open at `opens`, closed at `closes`."""

    date: str
    """The trading date, YYYY-MM-DD, as the market itself calls it."""
    opens: int
    closes: int
    pauses: tuple[tuple[int, int], ...] = ()
    """Lunch and other breaks: closed from the first instant up to the second."""

    def __post_init__(self) -> None:
        edges = [self.opens, *(edge for pause in self.pauses for edge in pause), self.closes]
        if edges != sorted(set(edges)):
            raise BadInput(f"session {self.date}: opening, pauses and close are not in order")

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """When it trades: open from the first instant up to the second; a break parts two spans of one date."""
        starts = (self.opens, *(resumes for _, resumes in self.pauses))
        return tuple(zip(starts, (*(stops for stops, _ in self.pauses), self.closes), strict=True))


class SessionTable(Struct, frozen=True):
    """All known sessions of one market, in order. What is not in the table is closed."""

    market: Market
    sessions: tuple[Session, ...]
    known_until: int
    """The end of the known horizon; beyond it every answer is closed."""

    def __post_init__(self) -> None:
        for earlier, later in zip(self.sessions, self.sessions[1:], strict=False):
            if earlier.closes > later.opens or earlier.date >= later.date:
                raise BadInput(f"market {self.market}: session {later.date} overlaps or precedes {earlier.date}")

    def session_at(self, at: int) -> Session | None:
        """The session whose hours (breaks included) hold this instant."""
        index = bisect_right(self.sessions, at, key=lambda session: session.opens) - 1
        if index < 0 or at >= self.sessions[index].closes:
            return None
        return self.sessions[index]

    def is_open(self, at: int) -> bool:
        """Whether the market trades at this instant."""
        return self.phase(at) == "open"

    def phase(self, at: int) -> Phase:
        """Open, in a break of its session, or closed."""
        session = self.session_at(at)
        if session is None:
            return "closed"
        return "paused" if any(stops <= at < resumes for stops, resumes in session.pauses) else "open"

    def trading_date(self, at: int) -> str | None:
        """The date of the session that holds this instant, else of the next one, else nothing."""
        session = self.session_of(at)
        return session.date if session else None

    def session_of(self, at: int) -> Session | None:
        """The session that holds this instant, else the next one, else nothing."""
        return self.session_at(at) or self.next_session(at)

    def next_session(self, at: int) -> Session | None:
        """The first session that opens after this instant."""
        index = bisect_right(self.sessions, at, key=lambda session: session.opens)
        return self.sessions[index] if index < len(self.sessions) else None

    def next_open(self, at: int) -> int | None:
        """The first instant after this one at which trading begins, or resumes after a break."""
        running, following = self.session_at(at), self.next_session(at)
        for opens, _ in running.spans if running else ():
            if opens > at:
                return opens
        return following.opens if following else None


class Change(Struct, frozen=True):
    """A market whose phase changed: at this instant, to this phase, in the session of this date."""

    at: int
    market: Market
    phase: Phase
    date: str


def open_markets(tables: Mapping[str, SessionTable], at: int) -> tuple[str, ...]:
    """The markets that trade at this instant, in the order of the tables."""
    return tuple(market for market, table in tables.items() if table.is_open(at))


def changes(before: int, after: int, tables: Iterable[SessionTable]) -> tuple[Change, ...]:
    """Every opening, break and close later than `before` and not later than `after`, in order of time."""
    found = [
        change
        for table in tables
        for session in table.sessions
        if session.opens <= after and session.closes > before
        for change in _changes(table.market, session)
        if before < change.at <= after
    ]
    return tuple(sorted(found, key=lambda change: (change.at, change.market)))


def _changes(market: Market, session: Session) -> Iterable[Change]:
    for opens, closes in session.spans:
        yield Change(opens, market, "open", session.date)
        yield Change(closes, market, "closed" if closes == session.closes else "paused", session.date)
