"""How a package is named: `[timeframe][period][currency]^[layer]-[sequence]`, such as `191^2-126`.

Three digits say what it is about (their tables are below; 9 means common to all), then its layer, then its number in
that layer. `191^0.49999`, without a dash, is a constant. One id has one spelling: leading zeros are refused, so that
two spellings never name one package. Layer 0 is the raw symbols, which have names of their own.
"""

import re
from typing import NamedTuple

from core.errors import BadInput

TIMEFRAMES = {1: "1M", 2: "5M", 3: "15M", 4: "30M", 5: "60M", 6: "240M", 7: "D1", 9: "common"}
PERIODS = {0: "T10", 1: "S15", 2: "M30", 3: "L45", 4: "60", 5: "90", 6: "180", 9: "common"}
CURRENCIES = {1: "USDJPY", 2: "EURUSD", 3: "EURJPY", 9: "common"}
COMMON = 9


class PackageId(NamedTuple):
    """The parts of an id; as text it is the id again."""

    timeframe: int
    period: int
    currency: int
    layer: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.timeframe}{self.period}{self.currency}^{self.layer}-{self.sequence}"

    @property
    def place(self) -> tuple[int, "PackageId"]:
        """Where it stands when packages are evaluated: the lower layers first."""
        return self.layer, self


def parsed(text: str) -> PackageId:
    """The parts of an id, or an error that says what is wrong with it."""
    match = _ID.fullmatch(text)
    if match is None:
        raise BadInput(f"{text!r}: {_misspelt(text)}")
    found = PackageId(*map(int, match.groups()))
    for field, digit, table in (
        ("timeframe", found.timeframe, TIMEFRAMES),
        ("period", found.period, PERIODS),
        ("currency", found.currency, CURRENCIES),
    ):
        if digit not in table:
            raise BadInput(f"{text!r}: there is no {field} {digit}; known are {_listed(table)}")
    return found


def constant(text: str) -> float | None:
    """The number a constant such as `191^0.49999` stands for, or nothing if the text is no constant."""
    match = _CONSTANT.fullmatch(text)
    return float(match.group(1)) if match else None


_ID = re.compile(r"(\d)(\d)(\d)\^([1-9]\d{0,3})-(0|[1-9]\d{0,8})", re.ASCII)
_CONSTANT = re.compile(r"[1-79][0-69][1239]\^(\d{1,15}(?:\.\d{1,15})?)", re.ASCII)
_LEGACY = re.compile(r"\d{3}\^ID\d+(?:\^\d+)?", re.ASCII)
_PADDED = re.compile(r"(\d{3})\^(\d+)-(\d+)", re.ASCII)


def _misspelt(text: str) -> str:
    if _LEGACY.fullmatch(text):
        return "a legacy id; name it by layer and sequence, such as 191^2-126"
    padded = _PADDED.fullmatch(text)
    if padded is None:
        return "not an id such as 191^2-126"
    if not int(padded[2]):
        return "layer 0 is the raw symbols; packages begin at layer 1"
    spelling = f"{padded[1]}^{int(padded[2])}-{int(padded[3])}"
    return f"an id has one spelling, this one is {spelling}" if spelling != text else "layer or sequence is too large"


def _listed(table: dict[int, str]) -> str:
    return ", ".join(f"{digit} {name}" for digit, name in table.items())
