"""Reads configuration files, environment and `.env` into one dictionary, remembering where each value came from.

Search order for files: --config-dir, ./configs, the packaged ones; a folder that has a file hides the same file further
down. Each file names its own tables; a profile is laid over all of them. `AEGIS_RISK__MIN_CONFIDENCE=85` sets
`risk.min_confidence`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.errors import BadInput

PREFIX = "AEGIS_"
NOT_SETTINGS = frozenset({"AEGIS_STATE", "AEGIS_PROFILE", "AEGIS_CONFIG_DIR"})
Table = dict[str, Any]


@dataclass
class Gathered:
    """The merged values, and the source of each by its dotted path."""

    values: Table = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def lay(self, table: Mapping[str, Any], source: str, at: tuple[str, ...] = ()) -> None:
        """Lay a table over what is there."""
        for key, value in table.items():
            path = (*at, key)
            if isinstance(value, Mapping):
                self.lay(value, source, path)
            else:
                self._put(path, value, source)

    def _put(self, path: tuple[str, ...], value: Any, source: str) -> None:
        here = self.values
        for step in path[:-1]:
            deeper = here.setdefault(step, {})
            if not isinstance(deeper, dict):
                raise BadInput(f"{source}: {'.'.join(path)}: {step!r} is a value, not a table")
            here = deeper
        here[path[-1]] = value
        self.sources[".".join(path)] = source


def gather(profile: str, config_dir: Path | None, environment: Mapping[str, str], dotenv: Path) -> Gathered:
    """All configuration, in order of rising precedence: files, profile, `.env`, environment."""
    gathered = Gathered()
    found = _found(config_dir)
    for name, path in sorted(found.items()):
        if not name.startswith("profiles/"):
            gathered.lay(_read(path), _source(name, path))
    if f"profiles/{profile}.toml" not in found:
        known = sorted(name[9:-5] for name in found if name.startswith("profiles/"))
        raise BadInput(f"profile {profile!r} does not exist; known are {', '.join(known)}")
    chosen = f"profiles/{profile}.toml"
    gathered.lay(_read(found[chosen]), _source(chosen, found[chosen]))
    for source, pairs in ((str(dotenv), _dotenv(dotenv)), ("environment", environment)):
        for key, text in pairs.items():
            if key.startswith(PREFIX) and key not in NOT_SETTINGS:
                steps = tuple(key.removeprefix(PREFIX).lower().split("__"))
                gathered.lay(_nested(steps, _value(text)), f"{source} {key}")
    return gathered


def options(dotenv: Path) -> dict[str, str]:
    """What `.env` says for options of the command line: the variables that are no settings."""
    return {key: text for key, text in _dotenv(dotenv).items() if key in NOT_SETTINGS}


def _source(name: str, path: Path) -> str:
    """What a file is called where a value's source is told: a packaged one by its name, one's own by its path."""
    return f"configs/{name}" if path.is_relative_to(str(files("configs"))) else str(path)


def _found(config_dir: Path | None) -> dict[str, Path]:
    folders = [Path(str(files("configs"))), Path("configs")]
    if config_dir is not None:
        if not config_dir.is_dir():
            raise BadInput(f"--config-dir {config_dir}: no such folder")
        folders.append(config_dir)
    return {
        path.relative_to(folder).as_posix(): path
        for folder in folders
        for path in _toml_files(folder)
        if path.is_file()
    }


def _toml_files(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.toml")
    yield from folder.glob("*/*.toml")


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not valid TOML: {error}") from error


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8: {error}") from error
    pairs = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        key, equals, value = text.removeprefix("export ").partition("=")
        if not equals or not key.strip().isidentifier():
            raise BadInput(f"{path} line {number}: expected NAME=value, found {key[:20]!r}")
        pairs[key.strip()] = value.strip().strip("'\"")
    return pairs


def _nested(path: tuple[str, ...], value: Any) -> Table:
    for step in reversed(path):
        value = {step: value}
    return dict(value)


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return text
