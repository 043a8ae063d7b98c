"""`aegis-agents bench`: how fast it is, side by side with what people use today."""

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BadInput

CHECKOUT = Path(__file__).resolve().parents[2]


class Part(StrEnum):
    """What can be measured."""

    quant = "quant"
    journal = "journal"
    startup = "startup"
    decision = "decision"
    all = "all"


def bench(
    part: Annotated[Part, typer.Argument(help="What to measure.")] = Part.all,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list, an object for each bar.")] = False,
) -> None:
    """Measure the speed against its bars, in a process of its own; exit 1 if a bar is missed.

    The rivals run in the same process, in turn with ours. Example: aegis-agents bench quant --json
    """
    words = [*([] if part is Part.all else [part.value]), *(["--json"] if as_json else [])]
    raise typer.Exit(subprocess.run(command(CHECKOUT, words), cwd=CHECKOUT, check=False).returncode)


def command(checkout: Path, words: list[str]) -> list[str]:
    """How the benchmarks of a checkout are started; an installed wheel has none."""
    if not (checkout / "benchmarks" / "__main__.py").is_file() or not (checkout / "pyproject.toml").is_file():
        raise BadInput(
            "bench: the benchmarks and their rivals belong to the project, not to the installed package; "
            "get its source and run `make bench` there, or `.venv/bin/aegis-agents bench` after `make test`"
        )
    return [sys.executable, "-m", "benchmarks", *words]
