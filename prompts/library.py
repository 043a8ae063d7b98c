"""Prompts as files: read once, checked when read, rendered strictly.

A prompt is Markdown under TOML front matter between `+++` lines. Its text has two headings: what follows `# System` is
the stable prefix a provider can cache, what follows `# User` holds the facts that change, last. `{{name}}` stands for a
variable; every declared one is used and every used one is declared.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

PACKAGED = Path(__file__).parent
"""Where the prompts of this release lie."""


class PromptError(ValueError):
    """A prompt file, or what it was to be filled with, is unusable; the message names the file and the fault."""


class Rendered(NamedTuple):
    """A filled prompt: the two messages, and the digest of the file they were made from."""

    system: str
    user: str
    digest: str


Template = tuple[str, ...]
"""Text and names of variables in turn, beginning and ending with text."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of what a role is told."""

    name: str
    version: int
    role: str
    schema: str
    """Name of the schema the reply must satisfy."""
    variables: frozenset[str]
    system: Template
    user: Template
    digest: str
    """SHA-256 of the file, which the record names beside every reply."""

    @property
    def title(self) -> str:
        """Name and version, for people and records."""
        return f"{self.name} v{self.version}"

    def render(self, variables: Mapping[str, str]) -> Rendered:
        """Fill in exactly the declared variables."""
        if variables.keys() != self.variables:
            raise PromptError(f"{self.title}: {_difference(variables.keys(), self.variables)}")
        return Rendered(_fill(self.system, variables), _fill(self.user, variables), self.digest)


def load(name: str, *folders: Path) -> Prompt:
    """The prompt of this name: from the first folder that has it, else the packaged one."""
    if not _NAME.fullmatch(name):
        raise PromptError(f"{name!r}: the name of a prompt is lower-case letters, digits and underscores")
    for folder in (*folders, PACKAGED):
        path = folder / f"{name}.md"
        if path.is_file():
            return parse(name, path.read_bytes())
    raise PromptError(f"{name}: no file {name}.md in {', '.join(str(folder) for folder in (*folders, PACKAGED))}")


def parse(name: str, data: bytes) -> Prompt:
    """Read the bytes of a prompt file; whatever is wrong with them is named."""
    match = _FILE.fullmatch(_decode(name, data))
    if match is None:
        raise PromptError(f"{name}: needs front matter between two '+++' lines, then '# System', then '# User'")
    front = _front_matter(name, match["front"])
    system, user = _template(name, match["system"]), _template(name, match["user"])
    declared, used = frozenset(front["variables"]), frozenset(system[1::2] + user[1::2])
    if used != declared:
        raise PromptError(f"{name}: {_difference(used, declared)}")
    digest = sha256(data).hexdigest()
    return Prompt(name, front["version"], front["role"], front["schema"], declared, system, user, digest)


_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FILE = re.compile(r"\+\+\+\n(?P<front>.*?)^\+\+\+\n\s*# System\n(?P<system>.*?)^# User\n(?P<user>.*)", re.S | re.M)
_PLACEHOLDER = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
_KEYS: dict[str, type] = {"version": int, "role": str, "schema": str, "variables": list}


def _decode(name: str, data: bytes) -> str:
    try:
        return data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise PromptError(f"{name}: not UTF-8 at byte {error.start}") from error


def _front_matter(name: str, text: str) -> dict[str, Any]:
    try:
        front = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"{name}: front matter: {error}") from error
    if front.keys() != _KEYS.keys():
        raise PromptError(f"{name}: front matter: {_difference(front.keys(), _KEYS.keys())}")
    for key, kind in _KEYS.items():
        if type(front[key]) is not kind:
            raise PromptError(f"{name}: {key} must be of type {kind.__name__}, found {front[key]!r}")
    for variable in front["variables"]:
        if not isinstance(variable, str) or not _NAME.fullmatch(variable):
            raise PromptError(f"{name}: variables: {variable!r} cannot be the name of one")
    if front["version"] < 1:
        raise PromptError(f"{name}: version must be 1 or above, found {front['version']!r}")
    return front


def _template(name: str, text: str) -> Template:
    parts = tuple(_PLACEHOLDER.split(text.strip()))
    for literal in parts[::2]:
        stray = re.search(r"\{\{[^{}]*\}{0,2}|\}\}", literal)
        if stray:
            raise PromptError(f"{name}: {stray[0]!r} is not a placeholder")
    return parts


def _difference(found: Any, expected: Any) -> str:
    missing, unknown = sorted(expected - found), sorted(found - expected)
    return "; ".join(
        f"{word} {', '.join(map(repr, names))}" for word, names in (("missing", missing), ("unknown", unknown)) if names
    )


def _fill(template: Template, variables: Mapping[str, str]) -> str:
    return "".join(variables[part] if index % 2 else part for index, part in enumerate(template))
