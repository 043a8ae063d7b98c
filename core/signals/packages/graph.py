"""What a file of packages must be before it is believed: every fault is found at load, and names its node.

Rules: an id stands once; a package reads raw symbols at layer 1 and nowhere else, above that only packages of lower
layers; it reads neither itself nor, by way of others, what reads it; its type exists, gets as many materials as it
takes, and materials of the kind it takes. Directions and period codes are categories, so no type that computes with
numbers takes them. The sources disagree whether higher layers may read raw symbols; here they may not, so each figure
from outside gets its timeframe, period and currency once, at layer 1.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice

from msgspec import Struct

from core.errors import BadInput
from core.signals.packages.ids import PERIODS, PackageId, constant, parsed
from core.signals.packages.shapes import Kind, Package, PackageFile, RawSymbol
from core.signals.packages.types import TYPES, FunctionType

MOST_MATERIALS = 1024
"""A package reads no more than this."""
_MOST_FAULTS = 20


class Graph(Struct, frozen=True):
    """Packages that are fit to be evaluated."""

    raw: tuple[RawSymbol, ...]
    packages: tuple[Package, ...]
    """In the order in which they are evaluated."""
    kinds: dict[str, Kind]
    """What each raw symbol and each package gives."""


def graph(file: PackageFile) -> Graph:
    """The packages of a file in evaluation order, or an error that lists its faults."""
    refuse(repeated(raw.symbol for raw in file.raw))
    ids = identified(package.id for package in file.packages)
    known = {package.id: package for package in file.packages}
    symbols = {raw.symbol: raw.kind for raw in file.raw}
    refuse(fault for package in file.packages for fault in _misread(package, ids, symbols, known))
    ordered = tuple(sorted(file.packages, key=lambda package: ids[package.id].place))
    kinds: dict[str, Kind] = dict(symbols)
    refuse(fault for package in ordered for fault in _mistaken(package, kinds))
    return Graph(file.raw, ordered, kinds)


def refuse(faults: Iterable[str]) -> None:
    """An error that lists the first faults, if there are any."""
    found = list(islice(faults, _MOST_FAULTS + 1))
    if found:
        more = ["... and more"] if len(found) > _MOST_FAULTS else []
        raise BadInput("\n".join([*found[:_MOST_FAULTS], *more]))


def repeated(names: Iterable[str]) -> Iterator[str]:
    """A fault for each name that stands more than once."""
    return (f"{name}: stands {times} times" for name, times in Counter(names).items() if times > 1)


def identified(names: Iterable[str]) -> dict[str, PackageId]:
    """The parts of each id, or an error that lists what stands twice or is no id."""
    listed = list(names)
    refuse(repeated(listed))
    ids: dict[str, PackageId] = {}
    faults: list[str] = []
    for name in listed:
        try:
            ids[name] = parsed(name)
        except BadInput as fault:
            faults.append(str(fault))
    refuse(faults)
    return ids


def _misread(
    package: Package, ids: Mapping[str, PackageId], symbols: Mapping[str, Kind], known: Mapping[str, Package]
) -> Iterator[str]:
    kind = TYPES.get((package.type, package.mode))
    if kind is None:
        yield f"{package.id}: {_no_type(package)}"
        return
    yield from (f"{package.id}: {fault}" for fault in _miscounted(package, kind))
    layer = ids[package.id].layer
    for position, name in enumerate(package.inputs, 1):
        if name in ids:
            if ids[name].layer >= layer:
                yield f"{package.id}: {_sideways(package, ids[name], known)}"
        elif name in symbols:
            if layer != 1:
                yield f"{package.id}: reads the raw symbol {name}; only layer 1 may"
            if package.type == "NL" and position > 1:
                yield f"{package.id}: the line {name} has no period; read it by a package of layer 1"
        elif constant(name) is None:
            yield f"{package.id}: {_unknown(name, position)}"


def _no_type(package: Package) -> str:
    modes = sorted(mode for name, mode in TYPES if name == package.type)
    if modes:
        return f"{package.type} has no mode {package.mode}; it has {', '.join(map(str, modes))}"
    names = dict.fromkeys(name for name, _ in TYPES)
    near = get_close_matches(package.type.upper(), names, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
    return f"there is no type {package.type!r}; {hint}"


def _miscounted(package: Package, kind: FunctionType) -> Iterator[str]:
    count = len(package.inputs)
    if not count and not kind.takes(0):
        yield f"its input is missing; {package.type} takes {kind.arity}"
    elif not kind.takes(count):
        yield f"{package.type} takes {kind.arity}, found {count}"
    elif count > MOST_MATERIALS:
        yield f"reads {count} materials; at most {MOST_MATERIALS} are allowed"


def _unknown(name: str, position: int) -> str:
    if not name:
        return f"its material {position} is missing"
    if "^" in name:
        try:
            parsed(name)
        except BadInput as fault:
            return f"reads {fault}"
    return f"reads {name!r}, which is no raw symbol, package or constant of this file"


def _sideways(package: Package, target: PackageId, known: Mapping[str, Package]) -> str:
    way = _way(str(target), package.id, known)
    if way:
        return f"a cycle: {' reads '.join([package.id, *way])}"
    return f"reads {target} of layer {target.layer}; it may read lower layers only"


def _way(start: str, goal: str, known: Mapping[str, Package]) -> list[str]:
    """How `start` reads `goal` through others, or nothing."""
    came: dict[str, str | None] = {start: None}
    waiting = [start]
    for name in waiting:
        if name == goal:
            return _back(name, came)
        fresh = [read for read in known[name].inputs if read in known and read not in came]
        came.update(dict.fromkeys(fresh, name))
        waiting += dict.fromkeys(fresh)
    return []


def _back(end: str, came: Mapping[str, str | None]) -> list[str]:
    way: list[str] = []
    name: str | None = end
    while name is not None:
        way.append(name)
        name = came[name]
    return way[::-1]


def _mistaken(package: Package, kinds: dict[str, Kind]) -> Iterator[str]:
    """Materials of a kind the type does not take; notes what the package gives."""
    kind = TYPES[package.type, package.mode]
    same = _same(package, kind, kinds)
    gives = same if kind.gives == "same" else kind.gives
    for position, name in enumerate(package.inputs):
        slot = kind.slot(position)
        wanted = same if slot == "same" else slot
        if wanted != "any" and not _is(name, wanted, kinds):
            found = f"gives a {kinds[name]}" if name in kinds else "is a number"
            yield f"{package.id}: {package.type} takes a {wanted} as material {position + 1}, and {name} {found}"
    if package.gives not in (None, gives):
        yield f"{package.id}: {package.type} gives a {gives} here, not a {package.gives}"
    kinds[package.id] = gives  # type: ignore[assignment]


def _same(package: Package, kind: FunctionType, kinds: Mapping[str, Kind]) -> Kind:
    told = (kinds[name] for at, name in enumerate(package.inputs) if kind.slot(at) == "same" and name in kinds)
    return next(told, package.gives or "number")


def _is(name: str, wanted: str, kinds: Mapping[str, Kind]) -> bool:
    if name in kinds:
        return kinds[name] == wanted
    value = constant(name)
    codes = {"direction": range(4), "period": PERIODS}.get(wanted)
    return codes is None or value in codes
