"""Short pieces of the recording that ships, so that a desk lives through its orders in a tenth of a second."""

import gzip
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

SHIPPED = Path(__file__).resolve().parents[2] / "evals" / "data" / "ibm-spy-minutes-2013-10.csv.gz"


class Window(NamedTuple):
    """From and up to these minutes, UTC."""

    begin: str
    end: str


ENTRIES = Window("2013-10-07T13:25", "2013-10-07T14:36")
"""A purchase, a short sale, and the first holding closed by decision."""
STOPPED = Window("2013-10-07T15:25", "2013-10-07T16:36")
"""A purchase that is stopped out."""
WITHDRAWN = Window("2013-10-08T13:25", "2013-10-08T13:46")
"""An entry nobody fills, which is withdrawn."""


def excerpt(path: Path, windows: Sequence[Window] = (ENTRIES, STOPPED, WITHDRAWN)) -> dict[str, str]:
    """Write the windows to a file; the answer is the environment in which a demo desk replays it."""
    with gzip.open(SHIPPED, "rt") as file:
        header, *rows = file.read().splitlines()
    kept = [row for row in rows if any(window.begin <= row[:16] <= window.end for window in windows)]
    path.write_text("\n".join([header, *kept]) + "\n")
    return replaying(path, windows)


def replaying(path: Path, windows: Sequence[Window]) -> dict[str, str]:
    """The environment in which a demo desk replays a file of these windows."""
    first, last = (date.fromisoformat(edge[:10]) for edge in (windows[0].begin, windows[-1].end))
    return {"AEGIS_FEED__FILES": f'["{path}"]', "AEGIS_FEED__FIRST": str(first), "AEGIS_FEED__LAST": str(last)}
