"""Every key of the configuration. Ranges are found by asking: an absurd value is refused with the bound it broke."""

import os
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import NODEFAULT
from msgspec import inspect as types

from docs.tables.markdown import NOTHING, code, default_of, notes, paragraph, structure, table, type_name, value_text
from runtime.settings import Loaded, Settings, load

PROFILE = "demo"
ABSURD = 10**40
_RANGE = re.compile(r"must be from (\S+) to (\S+?),")
_ITS_TABLE = re.compile(r" \(table `\[.*?\]` of the configuration\)")
_ABOVE = re.compile(r"must be above 0 and at most (\S+?),")


class Place(NamedTuple):
    """Where a table stands, and how that is shown."""

    path: tuple[str, ...]
    shown: tuple[str, ...]


class Group(NamedTuple):
    """One table of the configuration: its place, its shape, and the defaults it has as a whole, if any."""

    path: tuple[str, ...]
    place: tuple[str, ...]
    """As `path`, with the name a person gives written as <name>."""
    shape: types.StructType
    whole: Any


def configuration() -> str:
    """Every table with its keys."""
    loaded = load(PROFILE, dotenv=Path(os.devnull))
    groups = _groups(Group((), (), structure(Settings), NODEFAULT), msgspec.to_builtins(loaded.settings))
    return "\n\n".join(_section(group, loaded) for group in groups if group.path)


def _groups(group: Group, values: Any) -> Iterator[Group]:
    """A table and all tables inside it; of tables that a person names, the first stands for all."""
    if any(not _is_table(field.type) for field in group.shape.fields) or not group.path:
        yield group
    for field in group.shape.fields:
        name = field.encode_name
        at = Place((*group.path, name), (*group.place, name))
        yield from _inside(field.type, at, values.get(name, {}), _default(group, field))


def _inside(kind: types.Type, at: Place, values: Any, whole: Any) -> Iterator[Group]:
    if isinstance(kind, types.StructType):
        yield from _groups(Group(*at, kind, whole), values)
    elif isinstance(kind, types.DictType) and _is_table(kind):
        first = next(iter(values), "<name>")
        named = Place((*at.path, first), (*at.shown, "<name>"))
        yield from _inside(kind.value_type, named, values.get(first, {}), NODEFAULT)


def _section(group: Group, loaded: Loaded) -> str:
    said = notes(group.shape.cls)
    rows = (
        (
            code(field.encode_name),
            type_name(field.type),
            _shown(_default(group, field)),
            _range(loaded, (*group.path, field.encode_name), field.type),
            said.get(field.name, ""),
        )
        for field in group.shape.fields
        if not _is_table(field.type)
    )
    about = _ITS_TABLE.sub("", paragraph(group.shape.cls.__doc__))
    head = f"### `[{'.'.join(group.place)}]`\n\n{about} {_set_in(group, loaded)}"
    return f"{head}\n\n{table(('key', 'type', 'default', 'range', 'meaning'), rows)}"


def _set_in(group: Group, loaded: Loaded) -> str:
    prefix = ".".join(group.path) + "."
    sources = {source for key, source in loaded.sources.items() if key.startswith(prefix)}
    files = ", ".join(code(source) for source in sorted(sources))
    return f"Set in {files}." if files else "No file that ships sets it."


def _default(group: Group, field: types.Field) -> Any:
    if group.whole is not NODEFAULT:
        return getattr(group.whole, field.name)
    return NODEFAULT if field.required else default_of(field)


def _shown(default: Any) -> str:
    return "required" if default is NODEFAULT else value_text(default)


def _range(loaded: Loaded, path: tuple[str, ...], kind: types.Type) -> str:
    """The widest span that the settings as a whole accept, found by trying its ends."""
    if not isinstance(kind, types.DecimalType | types.IntType) or "<name>" in path:
        return NOTHING
    refusal = _refusal(loaded, path, ABSURD)
    span = _RANGE.search(refusal)
    while span is not None:
        nearer = (_RANGE.search(_refusal(loaded, path, end)) for end in span.groups())
        found = next(filter(None, nearer), None)
        if found is None or found.groups() == span.groups():
            return f"{span[1]} to {span[2]}"
        span = found
    above = _ABOVE.search(refusal)
    return f"above 0, at most {above[1]}" if above else "any"


def _refusal(loaded: Loaded, path: tuple[str, ...], value: int | str) -> str:
    values = deepcopy(msgspec.to_builtins(loaded.settings))
    here = values
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = type(here[path[-1]])(value)
    try:
        msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _is_table(kind: types.Type) -> bool:
    if isinstance(kind, types.DictType):
        return _is_table(kind.value_type)
    return isinstance(kind, types.StructType)
