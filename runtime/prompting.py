"""The prompts of a desk for people: read with clear faults, and as they stood at an earlier revision."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import BadInput
from prompts.library import Prompt, PromptError, load, parse, read, searched

GIT_SECONDS = 20


def folders(config_dir: Path | None) -> tuple[Path, ...]:
    """Where your own prompts may lie, given the folder of your own configuration."""
    if config_dir is not None and not config_dir.is_dir():
        raise BadInput(f"--config-dir {config_dir}: no such folder")
    return searched(config_dir)


def prompt(name: str, places: tuple[Path, ...]) -> Prompt:
    """The prompt of this name that is in force; what is wrong with it is bad input."""
    with _faults_as_bad_input("prompt"):
        return load(name, *places)


def named(word: str, places: tuple[Path, ...]) -> Prompt:
    """The prompt a person means: a name, or the path of a file."""
    with _faults_as_bad_input("prompt"):
        return read(Path(word)) if word.endswith(".md") else load(word, *places)


def at_revision(found: Prompt, revision: str) -> Prompt:
    """The same file as git knows it at a revision."""
    path = found.path
    if path is None:
        raise BadInput(f"prompt {found.name}: was not read from a file, so it has no revisions")
    command = ["git", "-C", str(path.parent), "show", "--end-of-options", f"{revision}:./{path.name}"]
    try:
        shown = subprocess.run(command, capture_output=True, check=False, timeout=GIT_SECONDS)
    except FileNotFoundError as error:
        raise BadInput(f"--rev {revision}: needs git, and there is no such program here") from error
    except subprocess.TimeoutExpired as error:
        raise BadInput(f"--rev {revision}: git gave no answer within {GIT_SECONDS} seconds") from error
    if shown.returncode != 0:
        said = shown.stderr.decode(errors="replace").strip().splitlines()
        raise BadInput(f"--rev {revision}: git cannot show {path}: {said[0] if said else 'it does not say why'}")
    with _faults_as_bad_input(f"--rev {revision}: prompt"):
        return parse(found.name, shown.stdout)


@contextmanager
def _faults_as_bad_input(what: str) -> Iterator[None]:
    try:
        yield
    except PromptError as error:
        raise BadInput(f"{what} {error}") from error
