"""Cassettes nobody plays: left behind when a test or a suite was renamed or removed."""

import re
from collections.abc import Iterable
from pathlib import Path

from tools.llm.cassettes.file import ENDINGS


def orphans(folder: Path, sources: Iterable[Path]) -> list[Path]:
    """The cassettes below a folder that no source names, be it by the file's name or by a test of that name."""
    text = "\n".join(source.read_text() for source in sources)
    tests = set(re.findall(r"\bdef (test_\w+)", text))
    cassettes = (path for path in sorted(folder.rglob("*")) if path.name.endswith(ENDINGS))
    return [path for path in cassettes if path.name not in text and _test(path) not in tests]


def _test(path: Path) -> str:
    """The test that pytest-recording names a file after: without its class and its parameters."""
    stem = path.name.removesuffix(".gz").removesuffix(".yaml")
    return stem.partition("[")[0].rpartition(".")[2]
