"""`aegis-agents decide`: one event through the whole desk."""

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from core.errors import BadInput
from core.record.codec import decode_event
from runtime.cli.opening import ConfigOption, ProfileOption, StateOption, folder_of, settings_of
from runtime.cli.terminal import printable

LARGEST_EVENT = 256 * 1024


def decide(
    event: Annotated[str, typer.Argument(help="A JSON file as docs/events.md describes it, or - for standard input.")],
    profile: ProfileOption = "demo",
    state: StateOption = None,
    config_dir: ConfigOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each seat saw, said, cost and how long it took.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Take one market event through the whole desk, on a paper account, and explain what came of it.

    Where the profile plays recorded answers, the simulator answers here, because nobody has recorded this event.
    Nothing is recorded when the event is not usable. Example: aegis-agents decide docs/examples/price-shock.json
    """
    asked = decode_event(_read(event))
    loaded = settings_of(profile, config_dir).unrecorded()
    folder = folder_of(profile, state)
    folder.claim(loaded.settings.desk.account)
    from runtime.inquiry import inquire

    explained = inquire(loaded, folder, asked)
    if as_json:
        typer.echo(msgspec.json.encode(explained))
        return
    for line in _told(explained, explain):
        typer.echo(printable(line))


def _read(name: str) -> bytes:
    try:
        data = sys.stdin.buffer.read(LARGEST_EVENT + 1) if name == "-" else _file(Path(name))
    except OSError as error:
        raise BadInput(f"event {name}: {error.strerror}") from error
    if len(data) > LARGEST_EVENT:
        raise BadInput(f"event {name}: larger than {LARGEST_EVENT // 1024} KiB")
    return data


def _file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_EVENT + 1)


def _told(explained: Any, explain: bool) -> list[str]:
    from runtime.disclosure import told

    return [
        *explained.story,
        *(told(explained.seats) if explain else ()),
        "",
        f"outcome: {explained.outcome}: {explained.reason}",
        f"run {explained.run}; journal {explained.journal}, {explained.journal_events} events, "
        f"chain head {explained.chain_head[:16]}",
        f"next: aegis-agents journal tail --journal {explained.journal}",
    ]
