"""What a file of packages says: raw symbols, packages, and the roots of the branch search over them."""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from core.errors import BadInput

Kind = Literal["number", "direction", "period"]
"""What a value is. Directions (0 none, 1 up, 2 down, 3 wait) and period codes are categories: no arithmetic."""
Label = Annotated[str, Meta(pattern=r"^[\w .,:%/+()=-]{0,60}\Z")]
RootType = Literal[0, 1, 2, 3, 4, 5, 8]
ConditionType = Literal["ENTRY", "EXIT", "HEDGE", "ADD"]
BranchType = Literal["base", "add", "hedge", "settle"]


class RawSymbol(Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that comes from outside, at layer 0."""

    symbol: Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z][A-Za-z0-9]{0,6}\Z")]
    kind: Literal["number", "direction"] = "number"
    name: Label = ""


class Package(Struct, frozen=True, forbid_unknown_fields=True):
    """One node: a function type and what it reads."""

    id: str
    type: str
    inputs: tuple[str, ...] = ()
    """Ids of lower layers, constants, or (at layer 1) raw symbols."""
    mode: int = 0
    """Which of its outputs, for a type that has several."""
    gives: Kind | None = None
    """What it gives; needed only where constants alone are chosen from."""
    name: Label = ""


class Condition(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A package and the direction it must show. None (0) can never be asked for, so nothing missing holds."""

    package: str
    code: Literal[1, 2, 3]


class Root(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One node of the branch search. How the types are walked is told in `core/signals/branches`."""

    id: str
    root_type: RootType
    condition_type: ConditionType
    branch_type: BranchType
    priority: int
    evaluation_order: int
    conditions: tuple[Condition, ...] = ()
    """All of them must hold."""
    output: Literal[0, 1, 2, 3] = 0
    children: tuple[str, ...] = ()


class PackageFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything one file says."""

    raw: tuple[RawSymbol, ...]
    packages: tuple[Package, ...]
    roots: tuple[Root, ...] = ()


def shaped(table: dict[str, Any]) -> PackageFile:
    """The file as it was read from TOML or JSON; what has another shape is refused with the node's name."""
    try:
        return msgspec.convert(table, PackageFile)
    except msgspec.ValidationError as fault:
        raise BadInput(f"{_culprit(table, str(fault))}{fault}") from None


def _culprit(table: dict[str, Any], message: str) -> str:
    place = re.search(r"\$\.(raw|packages|roots)\[(\d+)\]", message)
    node = table[place[1]][int(place[2])] if place else None
    name = (node.get("id") or node.get("symbol")) if isinstance(node, dict) else None
    return f"{name}: " if name else ""
