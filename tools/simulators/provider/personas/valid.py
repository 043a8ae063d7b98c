"""Values that satisfy a JSON Schema, drawn from a seed: as much of the schema language as prompts and tools use."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tools.simulators.provider.draws import Draw

Known = dict[str, Any]
"""Values for properties of these names, wherever they may stand."""


def valid(schema: dict[str, Any], draw: Draw, known: Known, figures: dict[str, Any]) -> Any:
    """A value that satisfies the schema; figures that are cited are those of the briefing."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw.choice(schema["enum"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return valid(draw.choice(options), draw, known, figures)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = draw.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        return _object(schema, draw, known, figures)
    if kind == "array":
        return _array(schema, draw, known, figures)
    return _PLAIN[kind](schema, draw) if kind in _PLAIN else None


def _object(schema: dict[str, Any], draw: Draw, known: Known, figures: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    if {"figure", "value"} == set(properties) and figures:
        name = draw.choice(sorted(figures))
        return {"figure": name, "value": figures[name]}
    return {
        name: known[name] if name in known else valid(inner, draw, known, figures)
        for name, inner in properties.items()
        if name in schema.get("required", ()) or draw.random() < _OPTIONAL
    }


def _array(schema: dict[str, Any], draw: Draw, known: Known, figures: dict[str, Any]) -> list[Any]:
    least = int(schema.get("minItems", 0))
    most = max(least, min(int(schema.get("maxItems", 3)), least + 3))
    return [valid(schema.get("items", {}), draw, known, figures) for _ in range(draw.randint(least, most))]


def _string(schema: dict[str, Any], draw: Draw) -> str:
    if "pattern" in schema:
        return str(Decimal(draw.randint(0, 100)) / 100)
    words = " ".join(draw.choice(_WORDS) for _ in range(draw.randint(2, 6)))
    return words[: int(schema.get("maxLength", 200))].ljust(int(schema.get("minLength", 0)), "x")


def _integer(schema: dict[str, Any], draw: Draw) -> int:
    low = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
    return draw.randint(low, max(low, int(schema.get("maximum", low + 100))))


def _number(schema: dict[str, Any], draw: Draw) -> float:
    low = float(schema.get("minimum", 0))
    return round(draw.uniform(low, max(low, float(schema.get("maximum", low + 100)))), 4)


def _boolean(_schema: dict[str, Any], draw: Draw) -> bool:
    return draw.random() < 0.5


def _nothing(_schema: dict[str, Any], _draw: Draw) -> None:
    return None


_OPTIONAL = 0.5
"""How often a property is given that need not be."""
_WORDS = ("a", "calm", "market", "moves", "up", "down", "on", "little", "news", "today")
_PLAIN: dict[str, Callable[[dict[str, Any], Draw], Any]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "null": _nothing,
}
