"""What several nouns need before they can work: a profile's settings and a state folder."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from runtime.settings import Loaded, load
from runtime.state_folder import StateFolder

ProfileOption = Annotated[str, typer.Option(envvar="AEGIS_PROFILE", help="Which profile of configs/profiles to use.")]
StateOption = Annotated[Path | None, typer.Option(envvar="AEGIS_STATE", help="State folder.", show_default=False)]
ConfigOption = Annotated[
    Path | None, typer.Option(envvar="AEGIS_CONFIG_DIR", help="Folder with your own configuration.", show_default=False)
]


def settings_of(profile: str, config_dir: Path | None) -> Loaded:
    """The effective configuration of a profile."""
    return load(profile, config_dir, os.environ)


def folder_of(profile: str, state: Path | None) -> StateFolder:
    """The state folder: the given one, a fresh temporary one for the demo, else one for this user and profile."""
    if state is not None:
        return StateFolder(state)
    if profile == "demo":
        return StateFolder(Path(tempfile.mkdtemp(prefix="aegis-demo-")))
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return StateFolder(Path(home) / "aegis" / profile)
