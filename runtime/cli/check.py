"""`aegis-agents check`: everything that can be known to be wrong before anything runs."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import msgspec
import typer

from core.errors import AegisError
from runtime.cli.opening import ConfigOption, ProfileOption, StateOption, folder_of, settings_of
from runtime.settings import Loaded
from runtime.state_folder import StateFolder


def check(
    profile: ProfileOption = "demo",
    state: StateOption = None,
    config_dir: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each check.")] = False,
) -> None:
    """Check configuration, state folder, recording and seats before anything runs; exit 1 if something is wrong.

    Example: aegis-agents check --profile demo
    """
    loaded = settings_of(profile, config_dir)
    folder = folder_of(profile, state)
    good = True
    for name, look in CHECKS.items():
        try:
            held, found = True, look(loaded, folder)
        except AegisError as error:
            held, found = False, str(error)
        good = good and held
        row = {"check": name, "ok": held, "found": found}
        typer.echo(msgspec.json.encode(row) if as_json else f"{'ok  ' if held else 'FAIL'}  {name:<14} {found}")
    raise typer.Exit(0 if good else 1)


def _configuration(loaded: Loaded, _folder: StateFolder) -> str:
    from runtime.bootstrap import refuse_live

    refuse_live(loaded.settings)
    return f"profile {loaded.profile}, mode {loaded.settings.desk.mode}, version {loaded.settings.version[:16]}"


def _state(loaded: Loaded, folder: StateFolder) -> str:
    folder.claim(loaded.settings.desk.account)
    folder.release()
    latch = "; the kill latch is set: no new risk" if folder.latched() else ""
    return f"{folder.path} is free{latch}"


def _journal(_loaded: Loaded, folder: StateFolder) -> str:
    if not folder.journal.exists():
        return "none yet; the first start begins one"
    from core.errors import JournalBroken
    from tools.journals.sqlite import SqliteJournal

    async def verified() -> str:
        journal = SqliteJournal.open(folder.journal, readonly=True)
        try:
            result = await journal.verify()
        finally:
            await journal.close()
        if result.broken is not None:
            raise JournalBroken(f"does not verify: {result.reason}", result.broken)
        return f"{result.events} events verify, head {result.head.hash.hex()[:16]}"

    return asyncio.run(verified())


def _recording(loaded: Loaded, _folder: StateFolder) -> str:
    from runtime.bootstrap import recordings
    from tools.feeds.recording import Recording

    count = sum(1 for _ in Recording(recordings(loaded.settings)))
    return f"{count} quotes in {', '.join(loaded.settings.feed.files)}"


def _sessions(loaded: Loaded, _folder: StateFolder) -> str:
    from runtime.bootstrap import session_tables

    tables = session_tables(loaded.settings)
    return ", ".join(f"{market} {len(table.sessions)} sessions" for market, table in tables.items())


def _seats(loaded: Loaded, _folder: StateFolder) -> str:
    from runtime.seating import seat
    from tools.clock import SystemClock

    seating = seat(loaded.settings.models, SystemClock(), prompts=loaded.prompts)
    asyncio.run(seating.close())
    seats = (seating.roster.analyst, seating.roster.verifier, seating.roster.commander)
    told = ", ".join(
        f"{each.role} {each.model.name} ({each.model.label}, {each.prompt.title} {each.prompt.origin})"
        for each in seats
    )
    return f"{seating.notice}; {told}" if seating.notice else told


CHECKS: dict[str, Callable[[Loaded, StateFolder], str]] = {
    "configuration": _configuration,
    "state folder": _state,
    "journal": _journal,
    "recording": _recording,
    "sessions": _sessions,
    "seats": _seats,
}
"""What is looked at, in the order in which a fault would stop a start."""
