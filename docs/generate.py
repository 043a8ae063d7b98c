"""Writes what the documents repeat of the code, between `<!-- generated: NAME -->` and `<!-- end generated -->`.

`python docs/generate.py` writes, `--check` only looks and names what is stale. Two blocks tell of runs instead of code,
so they are kept as they stand until they are asked for: `--status` reads the evidence that the last run of all tests
left in build/, and `--demo` runs the demonstration.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from docs.tables import commands, configuration, demo, examples, house, pictures, quant, record, status

ROOT = Path(__file__).resolve().parents[1]
EVIDENCE = ROOT / "build" / "evidence.json"
PAGES = ("README.md", "docs/*.md")
MENDS = "make docs"

Writer = Callable[[], str]
Runs = Mapping[str, Callable[[str], str]]
WRITERS: dict[str, Writer] = {
    "floors": house.floors,
    "module map": house.module_map,
    "store contract": house.store_contract,
    "combat graph": pictures.combat_graph,
    "order life": pictures.order_life,
    "posture moves": pictures.posture_moves,
    "event fields": record.event_fields,
    "event figures": record.event_figures,
    "envelope": record.envelope,
    "facts": record.catalogue,
    "configuration": configuration.configuration,
    "commands": commands.commands,
    "quant": quant.quant,
    **examples.WRITERS,
}
"""What writes each block that repeats the code."""
FILES: dict[str, Writer] = {"docs/event.schema.json": record.event_schema}
"""What writes each file that is generated as a whole."""
TELLS_OF_A_RUN = frozenset({"status", "demo"})

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[^\n]*?) -->\n)(?P<text>.*?)(<!-- end generated -->)", re.S)


def main(words: Sequence[str] | None = None, root: Path = ROOT) -> None:
    """Write, or look and say what is stale."""
    asked = _arguments(words)
    documents = refreshed(root, _runs(asked))
    stale = [f"{path.relative_to(root)}: {name}" for path, text in documents.items() for name in changed(path, text)]
    if asked.check:
        sys.exit("\n".join([*(f"stale: {one}" for one in stale), f"mend with: {MENDS}"]) if stale else 0)
    for path, text in documents.items():
        path.write_text(text, encoding="utf-8")
    print("\n".join(f"wrote {one}" for one in stale) or "everything is up to date")


def refreshed(root: Path, runs: Runs) -> dict[Path, str]:
    """Every document as it should be; `runs` write the blocks that tell of runs."""
    pages = [page for pattern in PAGES for page in sorted(root.glob(pattern))]
    files = {root / name: _written(name) for name in FILES}
    return {page: rewritten(page.read_text(encoding="utf-8"), runs) for page in pages} | files


def changed(path: Path, after: str) -> list[str]:
    """The blocks in which a document differs from how it should be; the whole file if it has none."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if before == after:
        return []
    pairs = zip(_BLOCK.finditer(before), _BLOCK.finditer(after), strict=True)
    return [new["name"] for old, new in pairs if old["text"] != new["text"]] or ["the whole file"]


def rewritten(text: str, runs: Runs) -> str:
    """A page with its blocks written anew."""

    def block(found: re.Match[str]) -> str:
        name, told = found["name"], found["text"].strip()
        if name in TELLS_OF_A_RUN:
            return f"{found[1]}\n{runs[name](told) if name in runs else told}\n\n{found[4]}"
        if name not in WRITERS:
            sys.exit(f"nothing writes the block {name!r}; known are {', '.join([*WRITERS, *sorted(TELLS_OF_A_RUN)])}")
        return f"{found[1]}\n{_written(name)}\n\n{found[4]}"

    return _BLOCK.sub(block, text)


@cache
def _written(name: str) -> str:
    return (WRITERS | FILES)[name]()


def _runs(asked: argparse.Namespace) -> Runs:
    if asked.status and not EVIDENCE.is_file():
        sys.exit(f"{EVIDENCE.relative_to(ROOT)} is not there; `make test` leaves it behind")
    evidence = status.read(EVIDENCE) if asked.status else None
    runs: Runs = {"status": lambda told: status.status(told, evidence)}
    return {**runs, "demo": lambda _told: demo.demo(_demonstration())} if asked.demo else runs


@cache
def _demonstration() -> list[str]:
    desk = [sys.executable, "-m", "runtime.cli.main", "serve", "--profile", "demo", "--until-end"]
    return subprocess.run(desk, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write the generated parts of the documents.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 and name what is stale")
    parser.add_argument("--status", action="store_true", help="write the status table from build/evidence.json")
    parser.add_argument("--demo", action="store_true", help="run the demonstration and take its excerpt anew")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
