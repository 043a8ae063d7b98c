"""The quant core as it describes itself: every module's theory, and what it offers."""

import ast
from collections.abc import Iterator
from pathlib import Path

from docs.tables.markdown import sentence

ROOT = Path(__file__).resolve().parents[2]
GROUPS: dict[str, tuple[str, ...]] = {
    "How kernels are compiled, and what they may be given": ("kernel", "inputs"),
    "The path of a tick": (
        "ticks/stream", "ticks/terms", "ticks/layout", "ticks/ticking", "ticks/outliers", "ticks/quartet", "ticks/bars",
        "ticks/recent", "ticks/figures", "ticks/verdicts", "ticks/snapshot",
    ),
    "Whole series": (
        "indicators/averages", "indicators/osma", "indicators/momentum", "indicators/volatility", "indicators/windows",
        "indicators/candles", "indicators/gauges", "indicators/panel",
    ),
    "Timeframes and judgements": (
        "timeframes/tsml", "timeframes/directions", "timeframes/judgements", "timeframes/ikikaeri",
        "timeframes/line_range",
    ),
    "Portfolio risk": (
        "portfolio/samples", "portfolio/risk", "portfolio/worst_days", "portfolio/value_at_risk",
        "portfolio/contributions", "portfolio/clusters", "portfolio/kelly", "portfolio/drawdown", "portfolio/draws",
    ),
    "Choosing a portfolio": ("portfolio/optimise", "portfolio/least_loss"),
    "Overfitting": ("overfit/pbo", "overfit/sharpe", "overfit/purging"),
}  # fmt: skip
"""Chapter → modules of core/quant, in reading order."""


def quant() -> str:
    """All chapters of core/quant, then core/signals."""
    placed = [module for modules in GROUPS.values() for module in modules]
    root = ROOT / "core" / "quant"
    files = [path for path in root.rglob("*.py") if path.stem != "__init__"]
    found = {path.relative_to(root).with_suffix("").as_posix() for path in files}
    if set(placed) != found or len(placed) != len(found):
        raise LookupError(f"docs/tables/quant.py places {sorted(set(placed) ^ found)} in no chapter, or in two")
    chapters = [_chapter(title, [root / f"{module}.py" for module in modules]) for title, modules in GROUPS.items()]
    signals = sorted(path for path in (ROOT / "core" / "signals").rglob("*.py") if path.stem != "__init__")
    return "\n\n".join([*chapters, _chapter("Signals", signals)])


def _chapter(title: str, modules: list[Path]) -> str:
    return "\n\n".join([f"## {title}", *(part for path in modules for part in _module(path))])


def _module(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(ROOT).with_suffix("").as_posix()
    theory = (ast.get_docstring(tree) or "").replace("<", "&lt;").replace("|", "\\|")
    yield f"### `{name}`"
    yield theory
    offered = [
        f"- `{node.name}`: {sentence(ast.get_docstring(node) or '')}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    if offered:
        yield "\n".join(offered)
