"""`aegis-agents desk`: talk to a running desk over its control socket."""

import asyncio
import json
import re
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BadInput
from runtime.operator import ask
from runtime.state_folder import StateFolder

app = typer.Typer(no_args_is_help=True)
StateOption = Annotated[Path, typer.Option(envvar="AEGIS_STATE", help="State folder of the running desk.")]


@app.callback()
def _desk() -> None:
    """Talk to a running desk."""


@app.command()
def status(state: StateOption) -> None:
    """Print what the desk holds and how it stands, as JSON.

    Example: aegis-agents desk status --state ./state
    """
    typer.echo(json.dumps(_ask(state, "status"), indent=2))


@app.command()
def posture(
    name: Annotated[str, typer.Argument(help="offensive, guerrilla or defensive.")],
    state: StateOption,
    reason: Annotated[str, typer.Option(help="Why; it is recorded with your name.")],
    lasting: Annotated[str, typer.Option("--for", help="How long: 90m, 2h, 1h30m.")],
) -> None:
    """Order a posture for a time; afterwards the rules have it again, and an emergency always does.

    Example: aegis-agents desk posture defensive --reason "results tonight" --for 2h --state ./state
    """
    answer = _ask(state, "posture", posture=name, reason=reason, minutes=_minutes(lasting))
    if "error" in answer:
        raise BadInput(str(answer["error"]))
    typer.echo(answer["result"])


@app.command()
def stop(state: StateOption) -> None:
    """Ask the desk to drain and end.

    Example: aegis-agents desk stop --state ./state
    """
    typer.echo(_ask(state, "stop")["result"])


@app.command()
def confirm(state: StateOption) -> None:
    """Say that you have looked at a difference between journal and broker, so that the desk may leave its restriction.

    Example: aegis-agents desk confirm --state ./state
    """
    typer.echo(_ask(state, "confirm")["result"])


@app.command()
def reset_models(state: StateOption) -> None:
    """Ask the models again that were left alone, once what was wrong is mended: an empty account, a refused key.

    Example: aegis-agents desk reset-models --state ./state
    """
    typer.echo(_ask(state, "reset-models")["result"])


@app.command()
def kill(state: StateOption) -> None:
    """Set the kill latch: no new risk from this instant on, also after a restart. Exits go on.

    Works without a running desk too. Example: aegis-agents desk kill --state ./state
    """
    folder = StateFolder(state)
    if not folder.path.is_dir():
        raise BadInput(f"state folder {state} does not exist")
    used = folder.journal.exists()
    folder.set_latch("killed by an operator on the command line")
    typer.echo(f"latched: no new risk until {folder.latch} is removed by a person")
    try:
        _ask(state, "kill")
        typer.echo("a running desk has heard it")
    except BadInput as silence:
        typer.echo(f"no running desk has heard it: {silence}")
    if not used:
        raise BadInput(f"no desk has ever used {folder.path}: is this the --state of the desk you mean?")


def _minutes(duration: str) -> int:
    """Whole minutes of a duration like 90m, 2h or 1h30m."""
    found = _DURATION.fullmatch(duration)
    if found is None or not duration:
        raise BadInput(f"--for: must be like 90m, 2h or 1h30m, found {duration!r}")
    return int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)


_DURATION = re.compile(r"(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,5})m)?", re.ASCII)


def _ask(state: Path, command: str, **said: object) -> dict[str, object]:
    folder = StateFolder(state)
    try:
        return asyncio.run(ask(folder.socket, command, **said))
    except TimeoutError as error:
        raise BadInput(f"the desk at {folder.socket} does not answer; its process is stopped or busy") from error
    except OSError as error:
        raise BadInput(f"no desk is listening at {folder.socket}; is it running with this --state?") from error
