"""The function types a package may have, as one table.

How to read it: a row says what a type reads first (`fixed`), what it reads any number of times after that (`row`), and
what kind of value it gives. `same` stands for one kind throughout the node, `any` for whatever comes. A type with modes
has several outputs and a row for each of them. Missing is NaN for numbers and periods and 0 for directions.

The definitions are those of the original memo; a later document read its lines shifted by one, so that MN became a
minimum, SG a sign, CO a running sum and NL a linear line. Z is arithmetic and nothing else: it takes no directions.
What the memo leaves open is decided here (the rows say how) or left out: P, T and LP are named in it and never defined,
so they are no types. RD truncates. The spreadsheets wrote it RO(Z(2)(x, 0.49999)), which gives -2 for -1.9 and 3 for
2.999995; a file may still say it so, and it is read as RD(x).
"""

from typing import Literal, NamedTuple

from core.signals.packages import steps

Slot = Literal["number", "direction", "period", "same", "any"]


class FunctionType(NamedTuple):
    """What a type reads and gives."""

    op: int
    fixed: tuple[Slot, ...]
    row: tuple[Slot, ...]
    gives: Slot
    about: str

    def takes(self, count: int) -> bool:
        """Whether so many materials are right for it."""
        rest = count - len(self.fixed)
        return rest > 0 and rest % len(self.row) == 0 if self.row else rest == 0

    def slot(self, position: int) -> Slot:
        """What the material at a position must be."""
        beyond = position - len(self.fixed)
        return self.fixed[position] if beyond < 0 else self.row[beyond % len(self.row)]

    @property
    def arity(self) -> str:
        """How many materials it reads, in words."""
        fixed = _counted(len(self.fixed)) if self.fixed or not self.row else ""
        rows = f"1 or more{'' if len(self.row) == 1 else f' rows of {len(self.row)}'} materials" if self.row else ""
        return " and ".join(part for part in (fixed, rows) if part)


def _counted(count: int) -> str:
    return f"{count or 'no'} material{'' if count == 1 else 's'}"


TYPES: dict[tuple[str, int], FunctionType] = {
    ("Z(1)", 0): FunctionType(steps.TOTAL, (), ("number",), "number", "sum of its materials"),
    ("Z(2)", 0): FunctionType(steps.DIFFERENCE, ("number", "number"), (), "number", "a - b"),
    ("Z(8)", 0): FunctionType(steps.REMAINDER, ("number", "number"), (), "number", "a mod b, with the sign of b"),
    ("RO", 0): FunctionType(steps.ROUND, ("number",), (), "number", "nearest whole number, halves away from zero"),
    ("RD", 0): FunctionType(steps.TRUNCATE, ("number",), (), "number", "whole part, towards zero"),
    ("SD", 0): FunctionType(steps.SUM_DOWN, ("number",), (), "number", "n + (n-1) + ... + 1 of a whole n from 0"),
    ("U", 0): FunctionType(steps.SIZE, (), ("any",), "number", "how many materials there are"),
    ("ND", 0): FunctionType(steps.FIRST, (), ("same",), "same", "the first of its materials"),
    ("AND", 0): FunctionType(steps.ALL, (), ("direction",), "direction", "the direction all share, else none"),
    ("OR", 0): FunctionType(steps.ANY, (), ("direction",), "direction", "the first direction that is not none"),
    ("X2", 0): FunctionType(
        steps.MATCH, ("same", "same"), (), "direction", "equal 3; of numbers also above 1, below 2; else none"
    ),
    ("SL", 0): FunctionType(
        steps.SELECT, (), ("direction", "direction", "same"), "same", "rows of condition, wanted, output: the first met"
    ),
    ("BL", 0): FunctionType(steps.BLOCK, ("any",), ("same",), "same", "the block whose number the selector holds"),
    ("NL", 1): FunctionType(steps.LINE, ("number",), ("number",), "number", "price, lines: the nearest line above"),
    ("NL", 2): FunctionType(steps.LINE, ("number",), ("number",), "number", "price, lines: the nearest line below"),
    ("NL", 3): FunctionType(steps.LINE, ("number",), ("number",), "period", "period of the nearest line above"),
    ("NL", 4): FunctionType(steps.LINE, ("number",), ("number",), "period", "period of the nearest line below"),
    ("CO", 0): FunctionType(steps.COUNT, ("direction",), (), "number", "bars since the last switch, from 1"),
    ("SG", 0): FunctionType(steps.SUM_GROUP, ("direction", "number"), (), "number", "sum within the section"),
    ("AS", 1): FunctionType(steps.AVERAGE, ("direction", "number"), (), "number", "mean of the section so far"),
    ("AS", 2): FunctionType(steps.AVERAGE, ("direction", "number"), (), "number", "mean of the previous section"),
    ("I", 1): FunctionType(steps.IDEAL, ("direction", "number"), (), "number", "lowest of the section so far"),
    ("I", 2): FunctionType(steps.IDEAL, ("direction", "number"), (), "number", "highest of the section so far"),
    ("I", 3): FunctionType(
        steps.IDEAL, ("direction", "number"), (), "direction", "up after a new high, down after a new low"
    ),
    ("SS", 0): FunctionType(
        steps.HOLD, ("direction", "period"), (), "period", "the period that last matched when the trigger fired"
    ),
    ("MN", 1): FunctionType(steps.NOW, (), (), "number", "now, in minutes since 1970 UTC"),
    ("MN", 2): FunctionType(steps.SINCE, ("any",), (), "number", "minute since which its material shows what it shows"),
}
"""Every type, by name and mode; a type without modes has mode 0."""

ALWAYS = frozenset({"MN", "CO", "SG", "AS"})
"""Evaluated on every bar of their timeframe; all others only when a material changed."""

ROUNDDOWN = 0.49999
"""What the spreadsheets subtract before rounding, to truncate."""
