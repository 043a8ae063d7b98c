"""Small files of packages, and bars to run them on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.market.instants import MINUTE
from core.signals.packages.evaluation import Incoming, Memory, advance, begin, raws, shown
from core.signals.packages.plan import Plan, planned
from core.signals.packages.shapes import PackageFile, shaped

NUMBERS = ("AA001", "AA002", "AA003", "AA004")
DIRECTIONS = ("AB301", "AB302", "AB303")
RAW = [{"symbol": symbol} for symbol in NUMBERS] + [{"symbol": symbol, "kind": "direction"} for symbol in DIRECTIONS]

Figures = Mapping[str, float | None]
Node = Mapping[str, Any]


def node(name: str, kind: str, /, *inputs: str, **more: Any) -> Node:
    return {"id": name, "type": kind, "inputs": inputs, **more}


def file(*nodes: Node, **more: Any) -> PackageFile:
    return shaped({"raw": RAW, "packages": list(nodes), **more})


def plan(*nodes: Node) -> Plan:
    return planned(file(*nodes))


def remembered(plan: Plan, bars: Iterable[Figures]) -> list[Memory]:
    """The memory after each bar; bars are a minute apart, the first ends at minute 1."""
    memories = [begin(plan)]
    for number, figures in enumerate(bars, 1):
        memories.append(advance(plan, memories[-1], Incoming(number * MINUTE, raws(plan, figures))))
    return memories[1:]


def told(
    kind: str, columns: Mapping[str, Sequence[float | None]], *inputs: str, **more: Any
) -> list[float | int | None]:
    """What one package of this type, at layer 1, shows bar by bar."""
    only = plan(node("191^1-1", kind, *(inputs or columns), **more))
    bars = [dict(zip(columns, figures, strict=True)) for figures in zip(*columns.values(), strict=True)]
    return [shown(only, memory, "191^1-1") for memory in remembered(only, bars)]
