"""From the text of a reply to the one JSON object in it, or the reason there is none.

Rules of the file: total over any text; the object begins at the first brace, so that a part of a cut object is never
taken for the whole; a second object, a repeated key, or a number that is none refuses the reply; a fence, a byte order
mark and prose around the object need no care, because they hold no brace. Numbers keep their exact digits.
"""

import json
from decimal import Decimal
from typing import Any, NamedTuple

LARGEST_REPLY = 200_000
"""In characters; a longer text is not looked at."""
MOST_BRACKETS = 200
"""No reply needs more, and so none can nest deeper."""
LONGEST_NUMBER = 30
LARGEST_EXPONENT = 20


class Unusable(NamedTuple):
    """Why a text holds no reply."""

    reason: str


def salvage(text: str) -> dict[str, Any] | Unusable:
    """The one object in a text."""
    if len(text) > LARGEST_REPLY:
        return Unusable(f"{len(text)} characters, at most {LARGEST_REPLY} are read")
    start = text.find("{")
    if start < 0:
        return Unusable("no JSON object" if text.strip() else "empty")
    if text.count("{") + text.count("[") > MOST_BRACKETS:
        return Unusable(f"more than {MOST_BRACKETS} brackets")
    if text[:start].rstrip().endswith("["):
        return Unusable("a list, not an object")
    try:
        found, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return Unusable(f"not JSON: {error.msg} at character {error.pos}")
    except _Refused as refusal:
        return Unusable(str(refusal))
    return Unusable("more than one object") if "{" in text[end:] else dict(found)


class _Refused(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise _Refused(f"the key {repeated[:40]!r} appears twice")
    return found


def _fraction(digits: str) -> Decimal:
    number = Decimal(_short(digits))
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        raise _Refused(f"the number {digits} is out of all bounds")
    return number


def _whole(digits: str) -> int:
    return int(_short(digits))


def _short(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise _Refused(f"the number {digits[:10]}… has {len(digits)} characters")
    return digits


def _constant(word: str) -> None:
    raise _Refused(f"{word} is not a number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_fraction, parse_int=_whole, parse_constant=_constant
)
