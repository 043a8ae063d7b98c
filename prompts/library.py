"""Prompts as files: read once, checked when read, rendered strictly.

A prompt is Markdown under TOML front matter between `+++` lines. Its text has two headings: what follows `# System` is
the stable prefix a provider can cache, what follows `# User` holds the facts that change, last. `{{name}}` stands for a
variable; every declared one is used and every used one is declared.

Search order: the folder `prompts` inside the folder of your own configuration, `configs/prompts` where the command
runs, the packaged ones. The first that has the file is the one that is used, and nothing of the others is mixed in.
"""

import re
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

PACKAGED = Path(__file__).parent
"""Where the prompts of this release lie."""
LARGEST_PROMPT = 256 * 1024


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
    text: str = field(repr=False)
    """The file itself."""
    path: Path | None = field(default=None, compare=False)
    """Where it was read from."""

    @property
    def title(self) -> str:
        """Name and version, for people and records."""
        return f"{self.name} v{self.version}"

    @property
    def origin(self) -> str:
        """Where it comes from, for people: "packaged", or its file."""
        return "packaged" if self.path is None or self.path.parent == PACKAGED else str(self.path)

    def render(self, variables: Mapping[str, str]) -> Rendered:
        """Fill in exactly the declared variables."""
        if variables.keys() != self.variables:
            raise PromptError(f"{self.title}: {_difference(variables.keys(), self.variables)}")
        return Rendered(_fill(self.system, variables), _fill(self.user, variables), self.digest)


def searched(config_dir: Path | None = None) -> tuple[Path, ...]:
    """The folders a person's own prompts may lie in, the first one first."""
    own = () if config_dir is None else (config_dir / "prompts",)
    return (*own, Path("configs", "prompts"))


def names(*folders: Path) -> tuple[str, ...]:
    """Every prompt there is in these folders and the packaged one."""
    found = {path.stem for folder in (*folders, PACKAGED) for path in folder.glob("*.md") if path.is_file()}
    return tuple(sorted(name for name in found if _NAME.fullmatch(name)))


def load(name: str, *folders: Path) -> Prompt:
    """The prompt of this name: from the first folder that has it, else the packaged one."""
    if not _NAME.fullmatch(name):
        raise PromptError(f"{name!r}: the name of a prompt is lower-case letters, digits and underscores")
    for folder in (*folders, PACKAGED):
        path = folder / f"{name}.md"
        if path.exists():
            return read(path)
    near = get_close_matches(name, names(*folders), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise PromptError(f"{name}: no file {name}.md in {', '.join(map(str, (*folders, PACKAGED)))}{hint}")


def read(path: Path) -> Prompt:
    """The prompt in a file; its name is the file's."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_PROMPT + 1)
    except OSError as error:
        raise PromptError(f"{path}: {error.strerror}") from error
    return parse(path.stem, data, path)


def parse(name: str, data: bytes, path: Path | None = None) -> Prompt:
    """Read the bytes of a prompt file; whatever is wrong with them is named."""
    where = name if path is None or path.parent == PACKAGED else str(path)
    text = _decode(where, data)
    match = _FILE.fullmatch(text)
    if match is None or any(len(re.findall(heading, text, re.M)) > 1 for heading in _HEADINGS):
        raise PromptError(
            f"{where}: needs front matter between two '+++' lines, then '# System', then '# User', once each"
        )
    front = _front_matter(where, match["front"])
    system, user = (_template(where, part, match[part.lower()]) for part in ("System", "User"))
    declared, used = frozenset(front["variables"]), frozenset(system[1::2] + user[1::2])
    for odd, fault in ((used - declared, "is used and not declared"), (declared - used, "is declared and never used")):
        if odd:
            raise PromptError(f"{where}: variables: {min(odd)!r} {fault}")
    return Prompt(
        name=name,
        version=front["version"],
        role=front["role"],
        schema=front["schema"],
        variables=declared,
        system=system,
        user=user,
        digest=sha256(data).hexdigest(),
        text=text,
        path=path,
    )


_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FILE = re.compile(r"\+\+\+\n(?P<front>.*?)^\+\+\+\n\s*# System\n(?P<system>.*?)^# User\n(?P<user>.*)", re.S | re.M)
_PARTS = "front matter between two '+++' lines, then '# System', then '# User', once each"
_HEADINGS = (r"^# System$", r"^# User$")
_PLACEHOLDER = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
_KEYS: dict[str, type] = {"version": int, "role": str, "schema": str, "variables": list}


def _decode(where: str, data: bytes) -> str:
    if len(data) > LARGEST_PROMPT:
        raise PromptError(f"{where}: larger than {LARGEST_PROMPT // 1024} KiB")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise PromptError(f"{where}: not UTF-8 at byte {error.start}") from error


def _front_matter(where: str, text: str) -> dict[str, Any]:
    try:
        front = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"{where}: front matter: {error}") from error
    if front.keys() != _KEYS.keys():
        raise PromptError(f"{where}: front matter: {_difference(front.keys(), _KEYS.keys())}")
    for key, kind in _KEYS.items():
        if type(front[key]) is not kind:
            raise PromptError(f"{where}: {key} must be of type {kind.__name__}, found {front[key]!r}")
    variables = front["variables"]
    for variable in variables:
        if not isinstance(variable, str) or not _NAME.fullmatch(variable):
            raise PromptError(f"{where}: variables: {variable!r} cannot be the name of one")
        if variables.count(variable) > 1:
            raise PromptError(f"{where}: variables: {variable!r} is named twice")
    if front["version"] < 1:
        raise PromptError(f"{where}: version must be 1 or above, found {front['version']!r}")
    return front


def _template(where: str, part: str, text: str) -> Template:
    if not text.strip():
        raise PromptError(f"{where}: there is nothing under '# {part}'")
    parts = tuple(_PLACEHOLDER.split(text.strip()))
    for literal in parts[::2]:
        stray = re.search(r"\{\{[^{}]*\}{0,2}|\}\}", literal)
        if stray:
            raise PromptError(f"{where}: {stray[0]!r} is not a placeholder; one is {{{{name}}}}, without spaces")
    return parts


def _difference(found: Set[str], expected: Set[str]) -> str:
    missing, unknown = sorted(expected - found), sorted(found - expected)
    told = [f"{word} {', '.join(map(repr, odd))}" for word, odd in (("missing", missing), ("unknown", unknown)) if odd]
    return f"{'; '.join(told)}; needed are {', '.join(sorted(expected))}"


def _fill(template: Template, variables: Mapping[str, str]) -> str:
    return "".join(variables[part] if index % 2 else part for index, part in enumerate(template))
