"""What is said of a market's days: an exchange whose rules it keeps, or hours and holidays written by hand."""

from collections.abc import Mapping
from datetime import date, time
from difflib import get_close_matches
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from core.errors import BadInput

Clock = Annotated[time, Meta(tz=False)]
Hours = tuple[tuple[Clock, Clock], ...]
"""When a day trades, by the market's own clock: from the first up to the second; a break parts two spans."""


class SpecialDays(Struct, frozen=True, forbid_unknown_fields=True):
    """Days that trade at hours of their own, whatever day of the week they are."""

    days: tuple[date, ...]
    """By the market's own calendar."""
    hours: Hours
    """By its own clock."""

    def __post_init__(self) -> None:
        if not self.hours:
            raise BadInput("hours: say when these days trade; days without trading stand under closed")
        _check_hours(self.hours)


class CalendarTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The days of one market: `exchange`, `hours` or `same_as` says where they come from, the rest corrects them."""

    name: str = ""
    """For people; a calendar without one is a second name of another, and is not listed."""
    zone: str = ""
    """Where its clock stands, such as Asia/Seoul."""
    exchange: str = ""
    """The exchange (ISO 10383) whose published rules it keeps."""
    hours: Hours = ()
    """Written by hand: the hours of every Monday to Friday."""
    same_as: str = ""
    """The market whose days these are, in everything."""
    since: date | None = None
    """The first day it knows; earlier ones are refused."""
    until: date | None = None
    """The last day that has been published; later ones are closed."""
    closed: dict[str, tuple[date, ...]] = {}
    """Reason and days without trading."""
    special: dict[str, SpecialDays] = {}
    """Reason and days with other hours."""

    def __post_init__(self) -> None:
        given = [field for field in ("exchange", "hours", "same_as") if getattr(self, field)]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise BadInput(f"a calendar needs exactly one of exchange, hours and same_as, found {found}")
        if self.same_as:
            self._check_second_name()
            return
        _zone(self.zone)
        _check_hours(self.hours)
        if self.hours and (self.since is None or self.until is None):
            raise BadInput("hours: a calendar written by hand says since and until when its holidays are complete")
        if self.since and self.until and self.since > self.until:
            raise BadInput(f"since: must not be after until, found {self.since} and {self.until}")
        self._check_days()

    @property
    def clock(self) -> ZoneInfo:
        """The market's own clock."""
        return _zone(self.zone)

    @property
    def holidays(self) -> frozenset[date]:
        """All days without trading that were written down."""
        return frozenset(day for days in self.closed.values() for day in days)

    @property
    def odd_hours(self) -> dict[date, Hours]:
        """All days with hours of their own."""
        return {day: special.hours for special in self.special.values() for day in special.days}

    def _check_second_name(self) -> None:
        told = {name: getattr(self, name) for name in ("zone", "since", "until", "closed", "special")}
        more = [name for name, value in told.items() if value]
        if more:
            raise BadInput(f"same_as: a second name has no {more[0]} of its own; write it at {self.same_as}")

    def _check_days(self) -> None:
        seen: dict[date, str] = {}
        told = {**self.closed, **{reason: special.days for reason, special in self.special.items()}}
        for reason, day in [(reason, day) for reason, days in told.items() for day in days]:
            if day in seen:
                raise BadInput(f"{day} is given twice, as {seen[day]!r} and as {reason!r}")
            if (self.since and day < self.since) or (self.until and day > self.until):
                raise BadInput(f"{day} ({reason}) lies outside the known days, {self.since} to {self.until}")
            seen[day] = reason
        twice = self.closed.keys() & self.special.keys()
        if twice:
            raise BadInput(f"{min(twice)!r} cannot be a reason both for no trading and for other hours")


def terms_of(market: str, calendars: Mapping[str, CalendarTerms]) -> CalendarTerms:
    """The terms of a market, those of the other one if it is a second name."""
    terms = calendars.get(market)
    if terms is None:
        of_the_country = [code for code in calendars if code.startswith(f"{market.upper()}_")]
        near = of_the_country or get_close_matches(market.upper(), calendars, 1)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise BadInput(f"market: no calendar for {market!r}, known are {', '.join(sorted(calendars))}{hint}")
    if not terms.same_as:
        return terms
    other = calendars.get(terms.same_as)
    if other is None or other.same_as:
        what = "is no calendar" if other is None else "is a second name itself"
        raise BadInput(f"calendars.{market}.same_as: {terms.same_as!r} {what}")
    return other


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise BadInput(f"zone: expected a time zone such as Asia/Seoul, found {name!r}") from error


def _check_hours(hours: Hours) -> None:
    edges = [edge for span in hours for edge in span]
    if edges != sorted(set(edges)):
        raise BadInput(f"hours: spans must be in order and apart, found {', '.join(f'{a}-{b}' for a, b in hours)}")
