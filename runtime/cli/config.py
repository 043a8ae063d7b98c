"""`aegis-agents config`: what is in force, and why."""

from typing import Annotated, Any, get_args

import msgspec
import typer

from core.facts.models import Role
from runtime.cli.opening import ConfigOption, ProfileOption, settings_of
from runtime.prompting import prompt

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _config() -> None:
    """Show the effective configuration and where each value comes from."""


@app.command()
def show(
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object of values and sources.")] = False,
) -> None:
    """Print every value in force with its source.

    Example: AEGIS_RISK__MIN_CONFIDENCE=85 aegis-agents config show
    """
    loaded = settings_of(profile, config_dir)
    rows = {path: value for path, value in _flat(msgspec.to_builtins(loaded.settings))}
    sources = {path: loaded.sources.get(path, "default") for path in rows}
    for role in get_args(Role):
        found = prompt(role, loaded.prompts)
        rows[f"prompts.{role}"], sources[f"prompts.{role}"] = f"v{found.version} {found.digest[:12]}", found.origin
    if as_json:
        typer.echo(msgspec.json.encode({"version": loaded.settings.version, "values": rows, "sources": sources}))
        return
    width = max(len(path) for path in rows)
    for path, value in rows.items():
        typer.echo(f"{path:<{width}}  {value!s:<32}  {sources[path]}")
    typer.echo(f"\nversion {loaded.settings.version[:16]} of profile {profile}")


def _flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(path, value)]
    return [row for key, deeper in value.items() for row in _flat(deeper, f"{path}.{key}" if path else key)]
