"""How much a text from outside tries to steer the desk: a score by code, which can only make us smaller.

How to think about it: a sign is a way of steering, found or not found, so repeating it adds nothing; the score is the
sum of the points of the signs. It is monotone: more pieces show at least the signs that fewer show. Nothing rests on it
that has to hold. The bound on exposure (`containment`) holds for text that shows no sign at all; the score only spares
a model from reading what is plainly no news.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from core.desk.steering import POINTS, RUNS, WORDS
from core.facts.foreign import Foreign
from core.signals.plain_text import folded, spelled, squeezed

WITHHELD_FROM = 3
"""Points from which on words are shown to nobody."""
DOUBTED_FROM = 2
"""Points from which on words leave at most half the size."""

HIDDEN_AT: Mapping[str, int] = {
    "tag": 1,
    "direction_override": 1,
    "zero_width": 4,
    "filler": 4,
    "variation_selector": 8,
    "private_use": 4,
    "soft_hyphen": 12,
    "control": 4,
}
"""How many hidden characters of a kind are no accident any more."""


def signs(pieces: Sequence[Foreign]) -> dict[str, int]:
    """Every sign of steering that the pieces show, one by one or read in a row, with its points."""
    found = {sign for piece in pieces for sign in (*_in_text(piece.text), *_in_form(piece))}
    if len(pieces) > 1:
        found.update(_in_text(" ".join(piece.text for piece in pieces)))
    return {sign: POINTS[sign] for sign in POINTS if sign in found}


def score(found: Mapping[str, int]) -> int:
    """The points of these signs together."""
    return sum(found.values())


@lru_cache(maxsize=64)
def _in_text(text: str) -> tuple[str, ...]:
    """Remembered, because one event's words are judged where they enter and again where they are shown."""
    plainly = folded(text)
    read = {plainly, spelled(plainly)}
    run = {squeezed(each) for each in read}
    found = [sign for sign, pattern in _WORDS.items() if any(map(pattern.search, read))]
    found += [sign for sign, pattern in _RUNS.items() if any(map(pattern.search, run))]
    return (*found, "lookalikes") if _MIXED.search(text) else tuple(found)


def _in_form(piece: Foreign) -> Iterator[str]:
    if any(piece.removed.get(kind, 0) >= least for kind, least in HIDDEN_AT.items()):
        yield "hidden"
    if piece.noted:
        yield "encoded"


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_WORDS = {sign: _any(patterns) for sign, patterns in WORDS.items()}
_RUNS = {sign: _any(patterns) for sign, patterns in RUNS.items()}
_MIXED = re.compile(r"[A-Za-z][\u0370-\u04ff][A-Za-z]|[\u0370-\u04ff][A-Za-z]{2}|[A-Za-z]{2}[\u0370-\u04ff]")
"""Greek or Cyrillic letters inside a Latin word."""
