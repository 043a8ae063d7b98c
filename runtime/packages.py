"""Package sets as files: TOML or JSON, read and planned before anything is drawn or evaluated."""

import json
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.signals.packages.plan import Plan, planned
from core.signals.packages.shapes import shaped

EXAMPLE = Path(str(files("evals"))) / "data" / "packages" / "example.toml"

_PARSERS: dict[str, Callable[[str], Any]] = {".toml": tomllib.loads, ".json": json.loads}


def plan_of(path: Path) -> Plan:
    """The plan of a file; what is wrong with it is said after its name."""
    if path.suffix not in _PARSERS:
        raise BadInput(f"{path}: a package set ends in {' or '.join(_PARSERS)}")
    try:
        return planned(shaped(_PARSERS[path.suffix](path.read_text(encoding="utf-8"))))
    except OSError as fault:
        raise BadInput(f"{path}: cannot be read: {fault.strerror}") from fault
    except ValueError as fault:
        raise BadInput(f"{path}: {fault}") from fault
