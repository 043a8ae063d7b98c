"""The examples of `docs/extending.md`: each file as it stands, and the names of the house that they build on."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from docs.tables.house import FLOORS
from docs.tables.markdown import code, fence, sentence, table

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "examples"
_LANGUAGES = {".py": "python", ".toml": "toml"}


def shown(path: Path) -> str:
    """A file as a block of code."""
    return fence(_LANGUAGES[path.suffix], path.read_text(encoding="utf-8").rstrip())


def files() -> tuple[Path, ...]:
    """Every example that is code or configuration."""
    return tuple(sorted(path for path in FOLDER.iterdir() if path.suffix in _LANGUAGES))


def imported() -> Iterator[tuple[str, str]]:
    """Every name of the house that an example imports, with its module."""
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if path.suffix == ".py" else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in FLOORS:
                yield from ((node.module or "", alias.name) for alias in node.names)


def building_blocks() -> str:
    """Modules that the examples build on, the names they take of each, and what the module is."""
    names = defaultdict(set)
    for module, name in imported():
        names[module].add(name)
    rows = (
        (code(module.replace(".", "/")), ", ".join(map(code, sorted(names[module]))), _said(module))
        for module in sorted(names)
    )
    return table(("module", "names", "what it is"), rows)


def _said(module: str) -> str:
    path = ROOT / f"{module.replace('.', '/')}.py"
    return sentence(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))


WRITERS: Mapping[str, Callable[[], str]] = {
    **{f"example {path.name}": partial(shown, path) for path in files()},
    "building blocks": building_blocks,
}
"""What writes each block of that page."""
