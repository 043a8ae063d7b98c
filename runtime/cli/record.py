"""`aegis-agents record`: the model calls of a profile, written down."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from runtime.cli.opening import ConfigOption, ProfileOption, settings_of


def record(
    profile: ProfileOption = "demo",
    config_dir: ConfigOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write; the profile's own cassette without.", show_default=False)
    ] = None,
    most_usd: Annotated[
        float, typer.Option("--most-usd", min=0.01, help="Providers are not asked once this much is spent.")
    ] = 5.0,
) -> None:
    """Replay a profile's recording and write every call to its models into a cassette.

    The providers answer if all their keys are set, else the simulator; the cassette says which. Example: aegis-agents
    record --profile demo --out mine.yaml
    """
    from runtime.rerecording import rerecord

    summary, path, origin = rerecord(settings_of(profile, config_dir), out, Decimal(str(most_usd)), typer.echo)
    typer.echo(f"wrote {path}: answers of a {origin}, {summary.decisions} decisions")
