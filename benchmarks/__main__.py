"""`python -m benchmarks [--json] [name …]`: measure, print one table, fail if a bar is missed."""

import sys
from collections.abc import Sequence
from importlib import import_module

from benchmarks.report import Row, as_json, table

PARTS = {
    "quant": ("quant_batch", "quant_stream", "quant_packages", "quant_risk"),
    "journal": ("journal",),
    "startup": ("startup",),
    "decision": ("decision",),
}
"""What can be asked for → the modules that measure it."""


def main(arguments: Sequence[str]) -> int:
    """Run the named parts, or all of them."""
    wanted = [argument for argument in arguments if argument != "--json"]
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; known are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in (module for part in wanted or PARTS for module in PARTS[part]):
        print(f"measuring {name}", file=sys.stderr, flush=True)
        rows += import_module(f"benchmarks.{name}").measure()
    print(as_json(rows) if "--json" in arguments else table(rows))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
