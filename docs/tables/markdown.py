"""Markdown tables, and how types, defaults and docstrings read in them."""

import ast
import inspect
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from textwrap import dedent
from typing import Any

from msgspec import NODEFAULT, Struct, to_builtins
from msgspec import inspect as types

NOTHING = "–"
TELLING = 40
"""A shorter sentence needs the next one beside it."""
_SENTENCE_END = re.compile(r"(?<=\.) ")
_NAMES: dict[type, str] = {
    types.StrType: "text",
    types.DecimalType: "decimal",
    types.FloatType: "number",
    types.BoolType: "yes or no",
    types.TimeType: "time of day",
    types.DateType: "date",
    types.DateTimeType: "instant, RFC 3339",
    types.NoneType: "nothing",
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar inside a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(value: object) -> str:
    """A value in code type."""
    return f"`{value}`"


def fence(language: str, text: str) -> str:
    """A block of code, or a picture."""
    return f"```{language}\n{text}\n```"


def paragraph(doc: str | None) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join(inspect.cleandoc(doc or "").split("\n\n")[0].split())


def sentence(doc: str | None) -> str:
    """The first sentence of a docstring, with the next one when it says little by itself."""
    said = ""
    for one in _SENTENCE_END.split(paragraph(doc)):
        said = f"{said} {one}".strip()
        if len(said) >= TELLING:
            break
    return said


def notes(shape: type) -> dict[str, str]:
    """The string under each field of a class."""
    found, body = {}, _body(shape)
    for field, below in pairwise(body):
        said = below.value if isinstance(below, ast.Expr) else None
        if isinstance(field, ast.AnnAssign) and isinstance(said, ast.Constant) and isinstance(said.value, str):
            found[ast.unparse(field.target)] = " ".join(said.value.split())
    return found


def structure(shape: type) -> types.StructType:
    """The fields of a struct."""
    found = types.type_info(shape)
    if not isinstance(found, types.StructType):
        raise TypeError(f"{shape.__name__} is no struct")
    return found


def type_name(kind: types.Type) -> str:
    """A type in plain words."""
    match kind:
        case types.LiteralType(values):
            return " or ".join(code(value) for value in values)
        case types.UnionType(several):
            return ", or ".join(type_name(one) for one in several)
        case types.StructType(shape):
            return shape.__name__
        case types.DictType(_, value_type):
            return f"{type_name(value_type)} by name"
        case types.VarTupleType(item_type):
            return f"list of {type_name(item_type)}"
        case types.TupleType(item_types):
            return f"{len(item_types)} of {type_name(item_types[0])}"
        case types.IntType():
            return f"whole number{_span(kind)}"
    return _NAMES[type(kind)]


def value_text(value: object) -> str:
    """A default as a person would write it."""
    match value:
        case tuple() | frozenset():
            return ", ".join(value_text(item) for item in value) or "empty"
        case Decimal():
            return code(f"{value:f}")
        case None:
            return "nothing"
        case Struct():
            return ", ".join(f"{key} {code(part)}" for key, part in to_builtins(value).items())
    return code(value)


def default_of(field: types.Field) -> Any:
    """The default of a field, or NODEFAULT."""
    made: Any = field.default_factory
    return field.default if made is NODEFAULT else made()


def _span(kind: types.IntType) -> str:
    return "" if kind.ge is None or kind.le is None else f", {kind.ge} to {kind.le}"


def _body(shape: type) -> list[ast.stmt]:
    tree = ast.parse(dedent(inspect.getsource(shape))).body[0]
    return tree.body if isinstance(tree, ast.ClassDef) else []
