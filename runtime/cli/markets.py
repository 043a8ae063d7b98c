"""`aegis-agents markets`: which markets trade now, what they do next, and how far their days are known."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from msgspec import Struct

from core.errors import BadInput
from core.market.hours import Change, SessionTable, changes, open_markets
from core.market.instants import MINUTE, moment, nanoseconds, shown
from runtime.cli.opening import ConfigOption, ProfileOption, settings_of
from tools.calendar_terms import CalendarTerms, terms_of
from tools.calendars import EARLIEST, LATEST, NEAR_DAYS, horizon_days_left, known_days, session_table
from tools.clock import SystemClock

AHEAD = timedelta(days=21)
"""How far is looked for the next opening; no market has ever planned a longer pause."""
STATES = {"open": "open", "paused": "lunch", "closed": "closed", "unknown": "unknown"}
COLUMNS = ("market", "state", "local time", "trading date", "opens next", "in UTC", "closes", "known until")


class Row(Struct, frozen=True):
    """One market at one instant; None is what its calendar does not say."""

    market: str
    name: str
    zone: str
    state: str
    local: datetime
    trading_date: str | None
    next_open: datetime | None
    closes: datetime | None
    """The end of the session that runs or comes next."""
    known_since: str
    known_until: str
    days_left: int


def markets(
    chosen: Annotated[list[str] | None, typer.Argument(metavar="[MARKET]...", help="Which; all if none.")] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="When, with its zone; now if not given.")] = None,
    hours: Annotated[int, typer.Option(min=0, max=168, help="Also list what opens and closes in so many hours.")] = 0,
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show which markets are open, closed or at lunch, and what comes next.

    A day that no calendar knows counts as closed; a line warns when few known days are left.

    Example: aegis-agents markets KR JP --at 2026-11-19T09:30+09:00 --hours 24
    """
    calendars = settings_of(profile, config_dir).settings.calendars
    instant = SystemClock().now() if at is None else _instant(at)
    names = dict.fromkeys(chosen or [market for market, terms in calendars.items() if terms.name])
    found = {market: _table(market, instant, calendars) for market in names}
    rows = [_row(market, table, instant, calendars) for market, table in found.items()]
    tables = {market: table for market, table in found.items() if table}
    if not tables:
        raise BadInput(f"--at: {_unknown(rows[0])}")
    trading = open_markets(tables, instant)
    coming = changes(instant, instant + hours * 60 * MINUTE, tables.values())
    if as_json:
        listed = [{**msgspec.to_builtins(change), "at": shown(change.at)} for change in coming]
        told = {"at": shown(instant), "markets": rows, "open": trading, "changes": listed}
        typer.echo(msgspec.json.encode(told))
        return
    typer.echo("\n".join([*_aligned([COLUMNS, *map(_cells, rows)]), "", *_notes(rows), _summary(trading, rows)]))
    if hours:
        within = f"in the next {hours} hours"
        typer.echo("\n".join(["", f"{within}:" if coming else f"{within}: nothing", *_told(coming, calendars)]))


def _instant(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--at: expected an instant such as 2026-11-19T09:30+09:00, found {text!r}") from None
    if found.tzinfo is None:
        raise BadInput(f"--at: {text!r} has no zone; end it with Z or an offset such as +09:00")
    if not EARLIEST.year <= found.year <= LATEST.year:
        raise BadInput(f"--at: must lie in the years {EARLIEST.year} to {LATEST.year}, found {text!r}")
    return nanoseconds(found)


def _table(market: str, instant: int, calendars: Mapping[str, CalendarTerms]) -> SessionTable | None:
    """The sessions from the day of this instant on; None if the calendar does not know that day."""
    day = moment(instant).astimezone(terms_of(market, calendars).clock).date()
    since, until = known_days(market, calendars)
    return session_table(market, day, day + AHEAD, calendars) if since <= day <= until else None


def _row(market: str, table: SessionTable | None, instant: int, calendars: Mapping[str, CalendarTerms]) -> Row:
    terms = terms_of(market, calendars)
    since, until = known_days(market, calendars)
    session = table.session_of(instant) if table else None
    return Row(
        market=market,
        name=calendars[market].name or terms.name,
        zone=terms.zone,
        state=table.phase(instant) if table else "unknown",
        local=moment(instant).astimezone(terms.clock),
        trading_date=session.date if session else None,
        next_open=_local(table.next_open(instant) if table else None, terms.clock),
        closes=_local(session.closes if session else None, terms.clock),
        known_since=str(since),
        known_until=str(until),
        days_left=horizon_days_left(market, instant, calendars),
    )


def _local(instant: int | None, clock: ZoneInfo) -> datetime | None:
    return None if instant is None else moment(instant).astimezone(clock)


def _cells(row: Row) -> tuple[str, ...]:
    opens, closes = row.next_open, row.closes
    return (
        row.market,
        STATES[row.state],
        f"{row.local:%a %F %R}",
        row.trading_date or "unknown",
        f"{opens:%a %F %R}" if opens else "unknown",
        f"{moment(nanoseconds(opens)):%a %R}Z" if opens else "unknown",
        f"{closes:%a %R}" if closes else "unknown",
        row.known_until,
    )


def _notes(rows: list[Row]) -> list[str]:
    unknown = [_unknown(row) for row in rows if row.state == "unknown"]
    ending = [
        f"{row.market}: sessions are known until {row.known_until}, {row.days_left} days left; "
        "once the exchange has published more, add it to its table in calendars.toml"
        for row in rows
        if row.state != "unknown" and row.days_left <= NEAR_DAYS
    ]
    return [*unknown, *ending]


def _summary(trading: tuple[str, ...], rows: list[Row]) -> str:
    """Who trades, and who of the others does so next."""
    waiting = {row.market: row.next_open for row in rows if row.next_open and row.market not in trading}
    told = f"open: {', '.join(trading) or 'none'}"
    if not waiting:
        return told if trading else f"{told}; no opening is known"
    soonest = min(waiting.values())
    first = [market for market, opens in waiting.items() if opens == soonest]
    verb = "opens" if len(first) == 1 else "open"
    return f"{told}; {', '.join(first)} {verb} next, {moment(nanoseconds(soonest)):%a %F %R}Z"


def _unknown(row: Row) -> str:
    known = f"{row.known_since} to {row.known_until}"
    return f"{row.market}: {row.local:%F} lies outside the days its calendar knows, {known}; it counts as closed"


def _told(coming: tuple[Change, ...], calendars: Mapping[str, CalendarTerms]) -> list[str]:
    lines = []
    for change in coming:
        local = moment(change.at).astimezone(terms_of(change.market, calendars).clock)
        lines.append(f"  {moment(change.at):%F %R}Z  {local:%a %R} local  {change.market:<9}  {STATES[change.phase]}")
    return lines


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [line.rstrip() for line in lines]
