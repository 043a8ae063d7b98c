"""`aegis-agents serve`: run the desk."""

import gc
import os
import sys
from collections.abc import Callable
from typing import Annotated

import msgspec
import typer

from runtime.cli.opening import ConfigOption, ProfileOption, StateOption, folder_of, settings_of
from runtime.cli.terminal import printable

PaceOption = Annotated[
    float | None, typer.Option(min=0.001, help="Recorded seconds per real second; as fast as it goes without.")
]


def serve(
    profile: ProfileOption = "demo",
    state: StateOption = None,
    config_dir: ConfigOption = None,
    until_end: Annotated[bool, typer.Option("--until-end", help="Stop when the recording ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print nothing but one closing line of JSON.")] = False,
    pace: PaceOption = None,
) -> None:
    """Run the desk until it is told to stop, or until its recording ends.

    Example: aegis-agents serve --profile demo --until-end --pace 600
    """
    loaded = settings_of(profile, config_dir)
    folder = folder_of(profile, state)
    folder.claim(loaded.settings.desk.account)
    say: Callable[[str], None] = _silent if as_json else _aloud
    from runtime.session import run_recorded

    gc.collect()
    gc.freeze()
    try:
        summary = run_recorded(loaded, folder, say, pace, until_end)
    finally:
        gc.unfreeze()
    if as_json:
        typer.echo(msgspec.json.encode(summary))
        return
    money = ", ".join(f"{amount} {currency}" for currency, amount in summary.pnl.items()) or "unknown"
    typer.echo(
        f"\n{summary.events} quotes, {summary.triggers} events, {summary.decisions} decisions, "
        f"{summary.vetoes} vetoed, {summary.abstained} abstained, "
        f"{summary.denied} denied, {summary.orders} orders, {summary.fills} fills\n"
        f"profit and loss {money}\n"
        f"journal: {summary.journal_events} events, chain head {summary.chain_head[:16]}, in {folder.path}\n"
        f"next: {sys.argv[0]} journal verify --state {folder.path}"
    )


def _aloud(line: str) -> None:
    try:
        typer.echo(printable(line))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _silent(_line: str) -> None:
    return None
