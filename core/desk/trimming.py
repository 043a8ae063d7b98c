"""What fits: sections of rows are cut to a budget of tokens, the least relevant rows first.

How to think about it: every row has a worth, its section's relevance divided by its place among the section's rows, so
the newest row of a dull section is worth more than the tenth of a lively one. Rows leave in the order of their worth
until what is left fits; a larger budget therefore keeps all that a smaller one keeps. Nothing leaves silently: a
section that was cut says how many rows are missing, and one that is mandatory is never cut. When not even the rows that
must stay fit, the answer is `Overfull`, and it says how many tokens they need.

What is deliberately absent: which section matters for which event. Relevance is an argument.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate

from msgspec import Struct

from core.market.instruments import bounded
from core.record.codec import encode

Spelling = Callable[[object], bytes]
"""How a value is written where it will be read. Byte by byte: what a row costs does not depend on its neighbours."""


class Section(Struct, frozen=True, kw_only=True):
    """Rows of one kind that compete for room."""

    name: str
    relevance: int
    """0 to 100: how much it matters here and now."""
    rows: tuple[object, ...]
    """The newest first."""
    keeps: int = 0
    """How many of the newest stay whatever the budget."""
    mandatory: bool = False
    """Whether all of them stay."""

    def __post_init__(self) -> None:
        bounded(f"{self.name}.relevance", Decimal(self.relevance), Decimal(0), Decimal(100))
        bounded(f"{self.name}.keeps", Decimal(self.keeps), Decimal(0), Decimal(1_000_000))

    @property
    def floor(self) -> int:
        """How many rows stay in any case."""
        return len(self.rows) if self.mandatory else min(self.keeps, len(self.rows))


class Shown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A section as it is shown."""

    name: str
    rows: tuple[object, ...]
    missing: int = 0
    """How many older rows were left out for want of room."""


class Overfull(Struct, frozen=True):
    """Not even what must stay fits."""

    needed: int
    budget: int
    mandatory: tuple[str, ...]
    """The sections that have rows that must stay."""

    @property
    def reason(self) -> str:
        """Why, for people."""
        bound = f" with the rows that must stay in {', '.join(self.mandatory)}" if self.mandatory else ""
        return f"at least {self.needed} tokens are needed{bound}, and the budget is {self.budget}"


def tokens(text: str | bytes) -> int:
    """About how many tokens a text costs, rounded up, the same everywhere and always.

    Letters of English and spaces count a quarter each, digits one each, all other bytes of UTF-8 a half: so a
    character of Chinese, Japanese or Korean counts one and a half. An estimate on the dear side, not a bound.
    """
    return -(-_quarters(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text) // 4)


def trim(sections: Sequence[Section], budget: int, spell: Spelling = encode) -> tuple[Shown, ...] | Overfull:
    """All sections in their order, cut so that the list of them, spelt, costs at most the budget."""
    kept = [len(section.rows) for section in sections]
    total = least = _quarters(spell(_shown(sections, kept)))
    if total > 4 * budget:
        costs, leaving = [_costs(section, spell) for section in sections], _leaving(sections)
        while total > 4 * budget and leaving:
            index = leaving.pop()
            kept[index] -= 1
            total += costs[index][kept[index]] - costs[index][kept[index] + 1]
            least = min(least, total)
    if total > 4 * budget:
        return Overfull(-(-least // 4), budget, tuple(section.name for section in sections if section.floor))
    return _shown(sections, kept)


_LETTERS = bytes(range(ord("A"), ord("Z") + 1)) + bytes(range(ord("a"), ord("z") + 1)) + b" "
_DIGITS = b"0123456789"


def _quarters(data: bytes) -> int:
    rest = data.translate(None, _LETTERS)
    signs = len(rest.translate(None, _DIGITS))
    return len(data) - len(rest) + 2 * signs + 4 * (len(rest) - signs)


_COMMA, _NOTE = _quarters(b","), _quarters(b',"missing":')


def _shown(sections: Sequence[Section], kept: Sequence[int]) -> tuple[Shown, ...]:
    return tuple(
        Shown(name=section.name, rows=section.rows[:count], missing=len(section.rows) - count)
        for section, count in zip(sections, kept, strict=True)
    )


def _costs(section: Section, spell: Spelling) -> list[int]:
    """What the rows and the note of the section cost with each number of rows, from none to all."""
    rows = accumulate((_quarters(spell(row)) + _COMMA for row in section.rows), initial=0)
    missing = range(len(section.rows), -1, -1)
    return [spent - _COMMA * (spent > 0) + _note(count) for spent, count in zip(rows, missing, strict=True)]


def _note(missing: int) -> int:
    return _NOTE + 4 * len(str(missing)) if missing else 0


def _leaving(sections: Sequence[Section]) -> list[int]:
    """The section of each row that may go, the last to go first; of equal worth the older row goes first."""
    rows = [
        (section.relevance / place, -place, -index)
        for index, section in enumerate(sections)
        for place in range(section.floor + 1, len(section.rows) + 1)
    ]
    return [-index for _, _, index in sorted(rows, reverse=True)]
