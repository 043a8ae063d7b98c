"""Which kind of file is read how: by the end of its name."""

from collections.abc import Callable
from pathlib import Path

from core.errors import BadInput
from tools.feeds import delimited
from tools.feeds.table import Table


def opened(path: Path) -> Table:
    """The table in a file."""
    return READERS[_suffix(path)](path)


def stem(path: Path) -> str:
    """The name of a file without the end that tells its kind."""
    return path.name.removesuffix(_suffix(path))


def _parquet(path: Path) -> Table:
    """The engine is loaded here, when a file asks for it."""
    from tools.feeds import parquet

    return parquet.opened(path)


READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": delimited.opened,
    ".csv.gz": delimited.opened,
    ".parquet": _parquet,
}


def _suffix(path: Path) -> str:
    for suffix in READERS:
        if path.name.endswith(suffix):
            return suffix
    raise BadInput(f"{path}: a file that is read must end in {', '.join(READERS)}; this one does not")
