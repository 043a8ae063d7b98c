"""The set that ships: it loads, it judges, and it can be drawn."""

import tomllib
from pathlib import Path

import mermaidx

from core.market.instants import MINUTE
from core.signals.branches import chosen, routes
from core.signals.packages.drawing import drawn
from core.signals.packages.evaluation import Incoming, Memory, advance, begin, raws, shown
from core.signals.packages.plan import planned
from core.signals.packages.shapes import shaped
from core.signals.trees import grown
from tests.core.signals.packages.examples import node, plan

FILE = shaped(tomllib.loads((Path(__file__).parents[4] / "evals/data/packages/example.toml").read_text()))
PLAN = planned(FILE)
LINES = {"AA011": 150.10, "AA012": 150.40, "AA013": 149.70, "AA014": 151.00}
RISING = {"AB301": 150.0, "AB302": 149.9, "AB303": 149.8, "AB304": 149.85, "AB305": 149.75}
FALLING = {"AB301": 149.8, "AB302": 149.9, "AB303": 150.0, "AB304": 149.95, "AB305": 150.05}
BOTH_RISE = {"CA001": 0.02, "CA002": 0.01, "CA003": 0.05, "CA004": 0.04}


def after(*bars: dict[str, float]) -> Memory:
    memory = begin(PLAN)
    for number, figures in enumerate(bars, 1):
        memory = advance(PLAN, memory, Incoming(15 * number * MINUTE, raws(PLAN, {**LINES, "AA001": 150.0, **figures})))
    return memory


def test_a_rise_in_both_timeframes_is_entered_until_it_is_old() -> None:
    rise = {**RISING, **BOTH_RISE}
    trees = grown(FILE.roots, PLAN)
    for bars, count, entry, path in ((1, 1, 1, ("391^1-2", "391^2-2")), (4, 4, 3, ("391^1-2", "391^2-3"))):
        memory = after(*[rise] * bars)
        assert shown(PLAN, memory, "391^3-1") == 1
        assert shown(PLAN, memory, "391^4-1") == count
        assert shown(PLAN, memory, "391^6-1") == entry
        route = chosen(trees, memory)
        assert route is not None
        assert (route.path, route.output, route.condition_type) == (path, entry, "ENTRY")


def test_the_line_aimed_at_is_held_with_its_period() -> None:
    memory = after({**RISING, **BOTH_RISE}, {**RISING, **BOTH_RISE, "AA001": 150.2})
    assert [shown(PLAN, memory, name) for name in ("391^2-4", "391^2-5", "391^4-3")] == [150.40, 1, 0]
    mean = shown(PLAN, memory, "391^4-2")
    assert mean is not None
    assert abs(mean - 0.15) < 1e-9


def test_when_both_turn_down_the_holding_is_settled_first_and_nothing_is_entered() -> None:
    turned = {**FALLING, "CA001": 0.01, "CA002": 0.02, "CA003": 0.03, "CA004": 0.05}
    (route,) = routes(grown(FILE.roots, PLAN), after({**RISING, **BOTH_RISE}, turned))
    assert (route.path, route.output, route.branch_type) == (("391^1-1",), 2, "settle")


def test_a_smaller_timeframe_that_turns_away_ends_the_search() -> None:
    away = {**RISING, **BOTH_RISE, "CA001": 0.0}
    assert chosen(grown(FILE.roots, PLAN), after(away)) is None


def test_the_set_reads_what_it_declares() -> None:
    read = {name for package in FILE.packages for name in package.inputs}
    assert {raw.symbol for raw in FILE.raw} <= read


def test_it_is_drawn_by_layers() -> None:
    text = drawn(PLAN)
    assert text.startswith("flowchart LR\n    subgraph layer0[raw symbols]\n")
    assert '        n391_6_1["391^6-1 SL<br/>391^1, 391^3, 391^1, 391^1, 391^2, 391^2<br/>entry"]' in text
    assert text.count("subgraph") == 7
    assert "    nAA001 --> n391_1_6" in text
    assert "    n591_1_1 --> n391_2_3" in text


def test_the_drawing_is_mermaid() -> None:
    small = plan(node("191^1-1", "ND", "AB301"), node("191^2-1", "X2", "191^1-1", "191^2", name="行帰: up (1) = go"))
    assert mermaidx.render(drawn(small)).svg().startswith("<svg")
