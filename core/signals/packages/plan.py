"""Packages as arrays, ready to be evaluated.

One array holds every value, a cell each: the minute it is, the raw symbols, the constants, then the packages in the
order in which they are evaluated. A node is a row of whole numbers (the columns are named below). `wiring` holds who
reads a cell and what a node reads: its head says for each cell where its readers begin, and the next cell's entry where
they end. Two things are not as the file says them: a line of NL is followed by the period code of its id, and
RO(Z(2)(x, 0.49999)) is RD(x).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from core.quant.kernel import Floats, Ints
from core.signals.packages import steps
from core.signals.packages.graph import Graph, graph
from core.signals.packages.ids import constant
from core.signals.packages.shapes import Kind, Package, PackageFile, RawSymbol
from core.signals.packages.types import ALWAYS, ROUNDDOWN, TYPES

OP, MODE, TIMEFRAME, EACH_BAR, FIRST, LAST, ROW = range(7)
"""Columns of a node: what it computes, on which bars, where its materials stand in the wiring, and the row it keeps."""
MINUTE_CELL = "now"


class Plan(Struct, frozen=True, eq=False):
    """Everything evaluation needs; it never changes."""

    raw: tuple[RawSymbol, ...]
    packages: tuple[Package, ...]
    kinds: dict[str, Kind]
    cells: dict[str, int]
    """Where the value of each raw symbol and package stands."""
    nodes: Ints
    wiring: Ints
    start: Floats
    """The cells before the first bar: only constants are known."""
    rows: int
    """How many rows are kept between bars; row 0 is nobody's."""
    directions: Ints
    """Which of the raw symbols are directions."""


class _Node(NamedTuple):
    op: int
    mode: int
    materials: Sequence[str | float]


def planned(file: PackageFile) -> Plan:
    """The plan of a file, or an error that lists the file's faults."""
    found = graph(file)
    nodes = _nodes(found)
    constants = sorted({material for node in nodes for material in node.materials if isinstance(material, float)})
    named = [MINUTE_CELL, *(raw.symbol for raw in found.raw)]
    first = len(named) + len(constants)
    cells = {name: cell for cell, name in enumerate(named)}
    cells |= {package.id: first + index for index, package in enumerate(found.packages)}
    where: dict[str | float, int] = {value: len(named) + index for index, value in enumerate(constants)}
    where.update(cells)
    materials = [[where[material] for material in node.materials] for node in nodes]
    wiring, bounds = _wired(materials, first + len(nodes))
    table = _table(found, nodes, bounds)
    return Plan(
        raw=found.raw,
        packages=found.packages,
        kinds=found.kinds,
        cells=cells,
        nodes=table,
        wiring=wiring,
        start=_start(found, len(named), constants),
        rows=int(table[:, ROW].max(initial=0)) + 1,
        directions=np.array([at for at, raw in enumerate(found.raw) if raw.kind == "direction"], dtype=np.int64),
    )


def _nodes(found: Graph) -> list[_Node]:
    known = {package.id: package for package in found.packages}
    return [_node(package, known, found.kinds) for package in found.packages]


def _node(package: Package, known: dict[str, Package], kinds: dict[str, Kind]) -> _Node:
    kind = TYPES[package.type, package.mode]
    inputs: list[str | float] = [_read(name, kinds) for name in package.inputs]
    if kind.op == steps.ROUND:
        whole = _truncated(package.inputs[0], known)
        return _Node(steps.TRUNCATE, 0, [_read(whole, kinds)]) if whole else _Node(kind.op, 0, inputs)
    if kind.op == steps.MATCH:
        return _Node(steps.COMPARE if _numbers(package, kinds) else kind.op, 0, inputs)
    if kind.op == steps.LINE:
        lines = [
            part for name, line in zip(package.inputs[1:], inputs[1:], strict=True) for part in (line, _code(name))
        ]
        return _Node(kind.op, package.mode, [inputs[0], *lines])
    if package.type == "MN":
        return _Node(kind.op, 0, [MINUTE_CELL, *inputs])
    categories = kind.gives == "same" and kinds[package.id] == "direction"
    return _Node(kind.op, package.mode or int(categories), inputs)


def _read(name: str, kinds: dict[str, Kind]) -> str | float:
    value = None if name in kinds else constant(name)
    return name if value is None else value


def _numbers(package: Package, kinds: dict[str, Kind]) -> bool:
    return all(kinds.get(name, "number") == "number" for name in package.inputs)


def _truncated(name: str, known: dict[str, Package]) -> str | None:
    """What is truncated, if the package of this name is the spreadsheets' recipe for it."""
    inner = known.get(name)
    recipe = inner is not None and inner.type == "Z(2)" and constant(inner.inputs[1]) == ROUNDDOWN
    return inner.inputs[0] if inner is not None and recipe else None


def _code(line: str) -> float:
    return float(line[1])


def _wired(materials: list[list[int]], cells: int) -> tuple[Ints, Ints]:
    """The wiring, and where in it the materials of each node begin and end."""
    counts = np.array([len(read) for read in materials], dtype=np.int64)
    flat = np.array([cell for read in materials for cell in read], dtype=np.int64)
    readers = np.repeat(np.arange(len(materials), dtype=np.int64), counts)[np.argsort(flat, kind="stable")]
    heads = np.searchsorted(np.sort(flat), np.arange(cells + 1)).astype(np.int64) + cells + 1
    ends = np.cumsum(counts) + cells + 1 + len(readers)
    return np.concatenate([heads, readers, flat]), np.stack([ends - counts, ends], axis=1)


def _table(found: Graph, nodes: list[_Node], bounds: Ints) -> Ints:
    table = np.zeros((len(nodes), ROW + 1), dtype=np.int64)
    if nodes:
        table[:, OP] = [node.op for node in nodes]
        table[:, MODE] = [node.mode for node in nodes]
        table[:, TIMEFRAME] = [int(package.id[0]) for package in found.packages]
        table[:, EACH_BAR] = [package.type in ALWAYS for package in found.packages]
        table[:, FIRST : LAST + 1] = bounds
        keeps = table[:, OP] >= steps.KEEPS_FROM
        table[keeps, ROW] = np.arange(1, keeps.sum() + 1)
    return table


def _start(found: Graph, named: int, constants: list[float]) -> Floats:
    start = np.full(named + len(constants) + len(found.packages), np.nan)
    start[named : named + len(constants)] = constants
    told = [cell for cell, raw in enumerate(found.raw, 1) if raw.kind == "direction"]
    told += [
        named + len(constants) + at
        for at, package in enumerate(found.packages)
        if found.kinds[package.id] == "direction"
    ]
    start[told] = 0.0
    return start
