"""`python -m benchmarks [--json] [name …]`: measure, print one table, fail if a bar is missed."""

import sys
from collections.abc import Sequence
from importlib import import_module

from benchmarks.report import Row, as_json, table

MODULES = ("journal", "startup", "decision")


def main(arguments: Sequence[str]) -> int:
    """Run the named modules, or all of them."""
    wanted = [argument for argument in arguments if argument != "--json"]
    unknown = [name for name in wanted if name not in MODULES]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; known are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in wanted or MODULES:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        rows += import_module(f"benchmarks.{name}").measure()
    print(as_json(rows) if "--json" in arguments else table(rows))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
