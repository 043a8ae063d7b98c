"""What may come in and what is written down: market events, facts, and the envelope around them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import inspect as types

from core.facts.catalogue import OPERATIONS, TYPES
from core.facts.signals import FIGURES, MarketEvent
from core.record.envelope import Draft, Envelope, Metadata
from docs.tables.markdown import code, notes, paragraph, structure, table, type_name

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"


def event_fields() -> str:
    """What a market event consists of."""
    said = notes(MarketEvent)
    rows = (
        (code(field.encode_name), type_name(field.type), "yes" if field.required else "no", said.get(field.name, ""))
        for field in structure(MarketEvent).fields
    )
    return table(("field", "type", "required", "meaning"), rows)


def event_figures() -> str:
    """Every figure an event may carry, and its range."""
    rows = ((code(name), code(f"{low:f}"), code(f"{high:f}")) for name, (low, high) in FIGURES.items())
    return table(("figure", "from", "to"), rows)


def event_schema() -> str:
    """The JSON Schema of a market event, the figures by name and with their ranges."""
    schema: dict[str, Any] = msgspec.json.schema(MarketEvent)["$defs"]["MarketEvent"]
    schema["properties"]["at"]["pattern"] = "Z$"
    schema["properties"]["figures"] = {
        "type": "object",
        "properties": {
            name: {"type": "string", "pattern": DECIMAL, "description": f"A decimal from {low:f} to {high:f}."}
            for name, (low, high) in FIGURES.items()
        },
        "additionalProperties": False,
    }
    return json.dumps({"$schema": SCHEMA_DIALECT, **schema}, indent=2) + "\n"


def envelope() -> str:
    """The wrapper of a fact, and where it says the fact comes from."""
    said = notes(Draft)
    return _section("The envelope", Envelope, said) + "\n\n" + _section("Its metadata", Metadata, said)


def catalogue() -> str:
    """Every fact by its wire name, then the shapes that several of them carry."""
    facts = [_section(code(name) + _chain(name), shape) for name, shape in TYPES.items()]
    parts = [_section(f"Inside: {shape.__name__}", shape) for shape in _parts(TYPES.values())]
    return "\n\n".join([*facts, *parts])


def _chain(name: str) -> str:
    return " (chain of operations)" if name in OPERATIONS else ""


def _section(title: str, shape: type, beside: Mapping[str, str] = MappingProxyType({})) -> str:
    said = {**beside, **notes(shape)}
    rows = ((code(field.encode_name), _type(field), said.get(field.name, "")) for field in structure(shape).fields)
    fields = table(("field", "type", "meaning"), rows)
    return f"### {title}\n\n{paragraph(shape.__doc__)}\n\n{fields}"


def _type(field: types.Field) -> str:
    return "the fact" if field.encode_name == "data" else type_name(field.type)


def _parts(shapes: Iterable[type]) -> list[type]:
    """Structs inside these, that are no facts themselves, each once."""
    found: dict[type, None] = {}
    todo = list(shapes)
    while todo:
        inner = [one for field in structure(todo.pop(0)).fields for one in _structs(field.type)]
        new = [shape for shape in inner if shape not in found]
        found.update(dict.fromkeys(new))
        todo += new
    return list(found)


def _structs(kind: types.Type) -> Iterator[type]:
    match kind:
        case types.StructType(shape):
            yield shape
        case types.VarTupleType(item_type):
            yield from _structs(item_type)
        case types.UnionType(several):
            for one in several:
                yield from _structs(one)
