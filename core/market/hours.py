"""Trading sessions as a table of instants. Whoever builds the table knows time zones; this file needs none."""

from bisect import bisect_right

from msgspec import Struct

from core.errors import BadInput
from core.market.instruments import Market


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
        session = self.session_at(at)
        return session is not None and not any(start <= at < end for start, end in session.pauses)

    def trading_date(self, at: int) -> str | None:
        """The date of the session that holds this instant, else of the next one, else nothing."""
        session = self.session_at(at) or self.next_session(at)
        return session.date if session else None

    def next_session(self, at: int) -> Session | None:
        """The first session that opens after this instant."""
        index = bisect_right(self.sessions, at, key=lambda session: session.opens)
        return self.sessions[index] if index < len(self.sessions) else None
