"""CSV files, plain or gzip: UTF-8, the first line names the columns, one row a line."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from core.errors import BadInput
from tools.feeds.table import Rows, Table

_DAMAGE: dict[type[Exception], str] = {
    EOFError: "gzip data is truncated",
    gzip.BadGzipFile: "not gzip, or its checksum is wrong",
    zlib.error: "gzip data is damaged",
    UnicodeDecodeError: "not UTF-8",
    csv.Error: "not CSV",
}


def opened(path: Path) -> Table:
    """The table of a CSV file, once its first line has been read."""
    lines = _lines(path)
    _, header = next(lines, (0, []))
    if not header:
        raise BadInput(f"{path}: is empty; its first line must name the columns")

    def rows(columns: Sequence[str]) -> Rows:
        places = [header.index(column) for column in columns]
        for line, cells in lines:
            if len(cells) != len(header):
                raise BadInput(f"{path}:{line}: has {len(cells)} cells, the header has {len(header)}")
            yield line, [cells[place] for place in places]

    return Table(header, rows, f"{path}:1", f"{path}:")


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row and the line it ends on, the header first."""
    line, good = 0, -1
    try:
        with _file(path) as file:
            reader = csv.reader(map(bytes.decode, file), strict=True)
            for cells in reader:
                line, good = reader.line_num, good + 1
                yield line, cells
    except tuple(_DAMAGE) as fault:
        raise BadInput(
            f"{path}:{line + 1}: {_DAMAGE[type(fault)]}; {max(good, 0)} good rows before it ({fault})"
        ) from fault
    except OSError as fault:
        raise BadInput(f"{path}: cannot be read: {fault.strerror}") from fault


def _file(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")
