"""42,000 packages in 60 layers: loading, evaluating, and what a change costs; and a search over as many roots.

The first two are held against their budgets, 3 s and 30 ms. The rest are pairs: against a plain loop over dicts that
computes the same packages, and a change of a few raw symbols against evaluating everything.
"""

import operator
import random
from collections.abc import Callable, Iterator
from itertools import count
from math import isnan, nan
from typing import Any

import numpy as np

from benchmarks.report import Row, paired
from core.market.instants import MINUTE
from core.signals.branches import chosen
from core.signals.packages.evaluation import Incoming, Memory, advance, begin, doubted
from core.signals.packages.ids import constant
from core.signals.packages.plan import Plan, planned
from core.signals.packages.shapes import Package, shaped
from core.signals.trees import Branches, grown

LAYERS, WIDTH, SYMBOLS = 60, 700, 2_700
MOVED = SYMBOLS // 100
LOAD_SECONDS, EVALUATE_SECONDS = 3.0, 0.030
PAIRS = 7

Values = dict[str, float]


def measure(pairs: int = PAIRS) -> list[Row]:
    """All bars of the packages."""
    table = tables(LAYERS, WIDTH)
    file = shaped(table)
    plan = planned(file)
    bench = Bench(plan, grown(file.roots, plan))
    calm = paired(bench.moved, bench.everything, pairs * 5)
    plain = paired(bench.everything, bench.plainly, pairs)
    return [
        _budget(f"load {len(plan.packages):,} packages", LOAD_SECONDS, lambda: planned(shaped(table)), pairs),
        _budget(f"evaluate {len(plan.packages):,} packages", EVALUATE_SECONDS, bench.everything, pairs * 5),
        _row("evaluate all, against a plain loop over dicts", plain.speed, 10, plain.ours, plain.theirs, pairs),
        _row(f"evaluate {MOVED} moved symbols, against all", calm.speed, 1.5, calm.ours, calm.theirs, pairs * 5),
        _budget(f"search {len(file.roots):,} roots", EVALUATE_SECONDS, bench.searched, pairs * 5),
    ]


class Bench:
    """A plan on a walk of prices; each call is one more bar."""

    def __init__(self, plan: Plan, branches: Branches) -> None:
        self._plan, self._branches = plan, branches
        self._minutes = count(1)
        self._draws = np.random.default_rng(1)
        self._raws = 100 + self._draws.standard_normal(SYMBOLS)
        self._memory = begin(plan)
        self._kept: dict[str, tuple[float, float]] = {}

    def everything(self) -> Memory:
        """Every symbol moves and every package is evaluated."""
        return self._bar(doubted(self._memory), SYMBOLS)

    def moved(self) -> Memory:
        """One symbol in a hundred moves, and what reads it is evaluated."""
        return self._bar(self._memory, MOVED)

    def searched(self) -> object:
        """The most urgent route."""
        return chosen(self._branches, self._memory)

    def plainly(self) -> Values:
        """Every package, computed by the plain loop."""
        values: Values = {raw.symbol: float(self._raws[at]) for at, raw in enumerate(self._plan.raw)}
        for package in self._plan.packages:
            values[package.id] = _plain(package, values, self._kept)
        return values

    def _bar(self, before: Memory, moved: int) -> Memory:
        self._raws[:moved] += self._draws.standard_normal(moved)
        self._memory = advance(self._plan, before, Incoming(next(self._minutes) * MINUTE, self._raws))
        return self._memory


def tables(layers: int, width: int) -> dict[str, Any]:
    """A file of so many layers of so many packages each, with a root for each package."""
    draws = random.Random(1)
    raw = [{"symbol": f"AA{number:04d}"} for number in range(SYMBOLS)]
    packages = [_first(number, draws) for number in range(width)]
    packages += [_later(layer, number, width, draws) for layer in range(2, layers + 1) for number in range(width)]
    return {"raw": raw, "packages": packages, "roots": list(_roots(layers, width))}


def _first(number: int, draws: random.Random) -> dict[str, Any]:
    symbols = [f"AA{draws.randrange(SYMBOLS):04d}" for _ in range(2)]
    return {"id": f"191^1-{number}", "type": ("X2", "Z(2)", "Z(1)")[number % 3], "inputs": symbols}


SHAPES = (
    (("X2", "nn"), ("AND", "dd"), ("OR", "ddd")),
    (("Z(2)", "nn"), ("CO", "d"), ("SG", "dn"), ("BL", "dnn")),
    (("Z(1)", "nnn"), ("RO", "n"), ("SL", "d1nd2n")),
)
"""Types by the last digit in base three: the first give directions, the others numbers."""


def _later(layer: int, number: int, width: int, draws: random.Random) -> dict[str, Any]:
    kinds = SHAPES[number % 3]
    kind, slots = kinds[number // 3 % len(kinds)]
    return {
        "id": f"191^{layer}-{number}",
        "type": kind,
        "inputs": [_input(slot, layer, width, draws) for slot in slots],
    }


def _input(slot: str, layer: int, width: int, draws: random.Random) -> str:
    if slot.isdigit():
        return f"191^{slot}"
    below = draws.randrange(max(1, layer - 5), layer)
    third = draws.randrange(width // 3) * 3
    return f"191^{below}-{third + (0 if slot == 'd' else draws.choice((1, 2)))}"


def _roots(layers: int, width: int) -> Iterator[dict[str, Any]]:
    """Trees of ten roots each; the first asks and the last, its terminal, asks too."""
    for number in range(layers * width):
        asked = f"191^{number % layers + 1}-{number % (width // 3) * 3}"
        last = number % 10 == 9
        yield {
            "id": f"191^1-{number}",
            "root_type": int(last),
            "condition_type": "ENTRY",
            "branch_type": "base",
            "priority": number % 7,
            "evaluation_order": number,
            "conditions": [[asked, 1 + number % 2]] if number % 10 in (0, 9) else [],
            "output": int(last),
            "children": [] if last else [f"191^1-{number + 1}"],
        }


def _plain(package: Package, values: Values, kept: dict[str, tuple[float, float]]) -> float:
    read = [values[name] if name in values else constant(name) or 0.0 for name in package.inputs]
    if package.type not in ("CO", "SG"):
        return PLAIN[package.type](read)
    section, before = kept.get(package.id, (0.0, nan))
    if read[0] in (1, 2) and read[0] != section:
        section, before = read[0], 0.0
    kept[package.id] = section, before + (1 if package.type == "CO" else read[1])
    return kept[package.id][1]


PLAIN: dict[str, Callable[[list[float]], float]] = {
    "Z(1)": sum,
    "Z(2)": lambda m: operator.sub(*m),
    "RO": lambda m: nan if isnan(m[0]) else float(round(m[0])),
    "X2": lambda m: 3 if m[0] == m[1] else 1 if m[0] > m[1] else 2 if m[0] < m[1] else 0,
    "AND": lambda m: m[0] if all(code == m[0] for code in m) else 0,
    "OR": lambda m: next((code for code in m if code), 0),
    "BL": lambda m: m[int(m[0])] if 0 < m[0] < len(m) else nan,
    "SL": lambda m: next((m[row + 2] for row in (0, 3) if m[row] == m[row + 1]), nan),
}


def _budget(name: str, seconds: float, run: Callable[[], object], pairs: int) -> Row:
    taken = paired(run, lambda: None, pairs).ours
    ratio = seconds / taken
    return Row(f"{name}, against its budget", ratio, ">= 1", ratio >= 1, taken * 1e3, seconds * 1e3, "ms", pairs)


def _row(name: str, ratio: float, goal: float, ours: float, theirs: float, pairs: int) -> Row:
    return Row(name, ratio, f">= {goal}", ratio >= goal, ours * 1e3, theirs * 1e3, "ms", pairs)
