"""A package graph as mermaid text, for people to review."""

from collections.abc import Iterator
from itertools import groupby

from core.signals.packages.ids import constant, parsed
from core.signals.packages.plan import Plan
from core.signals.packages.shapes import Package


def drawn(plan: Plan) -> str:
    """The raw symbols, then a box for each layer; an arrow leads from what is read to what reads it."""
    lines = ["flowchart LR", "    subgraph layer0[raw symbols]"]
    lines += [f'        {_node(raw.symbol)}(["{_lines(raw.symbol, raw.name)}"])' for raw in plan.raw]
    lines.append("    end")
    for layer, packages in groupby(plan.packages, lambda package: parsed(package.id).layer):
        lines.append(f"    subgraph layer{layer}[layer {layer}]")
        lines += [f'        {_node(package.id)}["{_label(package)}"]' for package in packages]
        lines.append("    end")
    lines += [arrow for package in plan.packages for arrow in _arrows(package, plan)]
    return "\n".join(lines)


def _node(name: str) -> str:
    return "n" + name.replace("^", "_").replace("-", "_")


def _lines(*parts: str) -> str:
    return "<br/>".join(part for part in parts if part)


def _label(package: Package) -> str:
    kind = f"{package.type} {package.mode}" if package.mode else package.type
    constants = [name for name in package.inputs if constant(name) is not None]
    return _lines(f"{package.id} {kind}", ", ".join(constants), package.name)


def _arrows(package: Package, plan: Plan) -> Iterator[str]:
    read = [name for name in dict.fromkeys(package.inputs) if name in plan.cells]
    return (f"    {_node(name)} --> {_node(package.id)}" for name in read)
