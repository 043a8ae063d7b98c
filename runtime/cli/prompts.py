"""`aegis-agents prompts`: what the seats are told, where it comes from, and what changed in it."""

from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer

from core.desk.trimming import tokens
from core.errors import BadInput
from core.facts.models import Role
from core.record.codec import decode_event, encode
from prompts.library import Prompt, names
from prompts.revisions import revision
from runtime.cli.opening import ConfigOption, ProfileOption, settings_of
from runtime.cli.terminal import printable
from runtime.prompting import at_revision, folders, named, prompt

app = typer.Typer(no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A prompt's name, or a file that ends in .md.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def _prompts() -> None:
    """What the seats are told, where it comes from, and what changed in it."""


@app.command(name="list")
def list_all(config_dir: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List every prompt in force: version, role, schema, variables, tokens, digest, and where it comes from.

    Example: aegis-agents prompts list
    """
    places = folders(config_dir)
    rows = [_row(prompt(name, places)) for name in names(*places)]
    if as_json:
        for row in rows:
            typer.echo(msgspec.json.encode(row))
        return
    shown = [{**row, "variables": ", ".join(row["variables"]), "digest": row["digest"][:12]} for row in rows]
    for line in _aligned([list(shown[0]), *([str(cell) for cell in row.values()] for row in shown)]):
        typer.echo(line)
    typer.echo(f"\ntokens: an estimate of the stable part without its variables. Looked for in: {_told(places)}")


@app.command()
def show(name: NameArgument, config_dir: ConfigOption = None) -> None:
    """Print a prompt's file as it is.

    Example: aegis-agents prompts show analyst
    """
    typer.echo(named(name, folders(config_dir)).text, nl=False)


@app.command()
def render(
    name: Annotated[str, typer.Argument(metavar="ROLE", help="analyst, verifier or commander.")],
    event: Annotated[Path, typer.Option(help="An event as docs/events.md describes it.", exists=True, dir_okay=False)],
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each request as it is recorded, a line each.")] = False,
) -> None:
    """Print exactly what a seat would be sent about an event; the rules sit in all seats and no model is called.

    The desk has just opened and holds nothing.

    Example: aegis-agents prompts render analyst --event docs/examples/price-shock.json
    """
    asked = decode_event(event.read_bytes())
    found = prompt(name, folders(config_dir))
    if name not in get_args(Role):
        raise BadInput(f"prompt {name}: no seat is told it alone; those of {', '.join(get_args(Role))} can be rendered")
    from runtime.rendering import told

    requests = told(settings_of(profile, config_dir), asked, name)
    for number, request in enumerate(requests, 1):
        if as_json:
            typer.echo(encode(request))
            continue
        stable, changing = tokens(request.system), tokens(request.user)
        which = f" ({number} of {len(requests)} questions)" if len(requests) > 1 else ""
        typer.echo(f"--- system, about {stable} tokens, the same for every event{which}\n{printable(request.system)}\n")
        typer.echo(f"--- user, about {changing} tokens\n{printable(request.user)}\n")
        typer.echo(f"--- {found.title}, {found.origin}, digest {found.digest[:12]}: about {stable + changing} tokens")
        if request.tools:
            offered = ", ".join(tool.name for tool in request.tools)
            typer.echo(f"--- functions offered, about {tokens(encode(request.tools))} tokens more: {offered}")


@app.command()
def diff(
    name: NameArgument,
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="What it is compared with.")] = None,
    rev: Annotated[str | None, typer.Option(help="Compare with the file as git has it at this revision.")] = None,
    config_dir: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed: from NAME to OTHER, from a revision to NAME, else from the packaged one to the one in force.

    Exits 1 when the text changed and its version did not rise. Example: aegis-agents prompts diff analyst --rev HEAD~1
    """
    if other and rev:
        raise BadInput(f"diff {name}: OTHER and --rev exclude each other")
    places = folders(config_dir)
    found = named(name, places)
    if other:
        old, new, titles = found, named(other, places), (name, other)
    elif rev:
        old, new, titles = at_revision(found, rev), found, (f"{name} at {rev}", name)
    else:
        old, new, titles = prompt(found.name, ()), found, ("packaged", found.origin)
    before, after = (f"{title} (v{each.version})" for title, each in zip(titles, (old, new), strict=True))
    change = revision(old, new, before, after)
    if as_json:
        typer.echo(msgspec.json.encode(change))
    elif change.lines:
        fault = [f"FAULT: {change.fault}"] if change.fault else []
        typer.echo("\n".join([*change.lines, "", *change.changes, *fault]))
    else:
        typer.echo(f"equal: {before}, {after}")
    raise typer.Exit(1 if change.fault else 0)


def _row(found: Prompt) -> dict[str, Any]:
    return {
        "name": found.name,
        "version": found.version,
        "role": found.role,
        "schema": found.schema,
        "variables": sorted(found.variables),
        "tokens": tokens("".join(found.system[::2])),
        "digest": found.digest,
        "from": found.origin,
    }


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _told(places: tuple[Path, ...]) -> str:
    return ", ".join([*map(str, places), "the packaged ones"])
