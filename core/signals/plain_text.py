"""The one normaliser of the house: text from outside in the one form that is read, shown and compared.

How to think about it: NFKC; what no person sees is taken out and counted by kind; white space becomes single blanks;
the rest is cut to a length. `receive` makes a `Foreign` of it, whose brackets, braces and back-ticks are replaced, so
that it can neither close a frame nor look like a tag or a field of ours. `folded`, `spelled` and `squeezed` are for
matching only: letters that look alike become the Latin ones they imitate, and nobody is ever shown that form.
Encodings (Base64, hexadecimal, percent, escapes, HTML entities, ROT13) are noted and never decoded: what we do not
decode cannot speak through us.

Plain text stays as it is when it is normalised again.
"""

import re
import unicodedata
from collections import Counter
from hashlib import sha256

from msgspec import Struct, structs

from core.facts.foreign import Foreign, Provenance

LONGEST_PIECE = 1000
"""Characters of one piece that anybody is shown."""
LONGEST_READ = 8000
"""Characters of one piece that are looked at at all, before NFKC and after: one sign may become eighteen."""


class Plain(Struct, frozen=True):
    """Normalised text, what was taken out of it, and how much of its end is missing."""

    text: str
    removed: dict[str, int]
    cut: int


def plain(text: str, longest: int) -> Plain:
    """The normal form of a text, at most so many characters of it."""
    whole = unicodedata.normalize("NFKC", text[:LONGEST_READ])
    composed = whole[:LONGEST_READ]
    kinds = [_hidden(sign) for sign in composed]
    kept = "".join(sign for sign, kind in zip(composed, kinds, strict=True) if kind is None or kind == "control")
    seen = " ".join(unicodedata.normalize("NFKC", kept.translate(_BLANKS)).split())
    shown = seen[:longest].rstrip()
    removed = Counter(kind for kind in kinds if kind is not None)
    unread = len(whole) - len(composed) + max(0, len(text) - LONGEST_READ)
    return Plain(shown, dict(sorted(removed.items())), len(seen) - len(shown) + unread)


def receive(text: str, provenance: Provenance, longest: int = LONGEST_PIECE) -> Foreign:
    """A text as it enters the house; without an identity of its publisher's it is known by its words."""
    found = plain(text, longest)
    if not provenance.identity:
        words = sha256(found.text.casefold().encode("utf-8", "backslashreplace")).hexdigest()
        provenance = structs.replace(provenance, identity=words)
    return Foreign(
        provenance=provenance,
        text=found.text.translate(_NEUTRAL),
        removed=found.removed,
        noted=tuple(name for name, pattern in _ENCODINGS.items() if pattern.search(found.text)),
        cut=found.cut,
    )


def folded(text: str) -> str:
    """For matching: lower case, no accents on Latin letters, letters that imitate Latin ones replaced by them."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text.casefold()) if sign not in _ACCENTS)
    return unicodedata.normalize("NFC", bare).translate(_LOOKALIKES)


def spelled(text: str) -> str:
    """For matching: a folded text with the digits that stand for letters inside words replaced by these."""
    return _WITH_DIGITS.sub(lambda word: word[0].translate(_DIGITS), text)


def squeezed(text: str) -> str:
    """For matching: a folded text without anything between its letters and digits."""
    return "".join(sign for sign in text if sign.isalnum())


def _hidden(sign: str) -> str | None:
    """The kind of a character nobody sees; None for one that is seen, and for ordinary white space."""
    if sign.isascii():
        return "control" if not sign.isprintable() and sign not in "\t\n\r\x0b\x0c" else None
    kind = _KINDS.get(ord(sign))
    if kind is not None:
        return kind
    return _CATEGORIES.get(unicodedata.category(sign))


def _range(first: int, last: int, kind: str) -> dict[int, str]:
    return dict.fromkeys(range(first, last + 1), kind)


_KINDS: dict[int, str] = {
    **_range(0xE0000, 0xE007F, "tag"),
    **_range(0xE0100, 0xE01EF, "variation_selector"),
    **_range(0xFE00, 0xFE0F, "variation_selector"),
    **_range(0x180B, 0x180F, "variation_selector"),
    **_range(0x200B, 0x200D, "zero_width"),
    **_range(0x2060, 0x2064, "zero_width"),
    **dict.fromkeys((0xFEFF, 0x034F, 0x17B4, 0x17B5), "zero_width"),
    **dict.fromkeys((0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800), "filler"),
    **_range(0x202A, 0x202E, "direction_override"),
    **_range(0x2066, 0x2069, "direction_override"),
    **dict.fromkeys((0x061C, 0x200E, 0x200F), "direction_mark"),
    0x00AD: "soft_hyphen",
}
_CATEGORIES = {"Cc": "control", "Cf": "format", "Co": "private_use", "Cs": "surrogate", "Cn": "unassigned"}
_BLANKS = {sign: " " for sign in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}
_NEUTRAL = str.maketrans("<>[]{}`", "‹›()()'")
"""What opens and closes tags, templates, tokens and fields, and the sign that stands for it."""

_ACCENTS = frozenset(map(chr, range(0x0300, 0x0370)))
_LOOKALIKES = str.maketrans(
    "авдеікмнопрстухһјѕԁԛԝьӏ" + "αβγδεηικνοπρτυχωϲ" + "ıɑɡɩʟɴʀꜱ",
    "abdeikmhonpctyxhjsdqwbl" + "abydenikvonptyxwc" + "iagilnrs",
)
_WITH_DIGITS = re.compile(r"(?<!\w)(?=[\w@$!]*[a-z])(?=[\w@$!]*[013457@$!])[\w@$!]+")
_DIGITS = str.maketrans("013457@$!", "oieastasi")
_ENCODINGS = {
    "base64": re.compile(r"(?<![\w/+.-])(?=[\w/+]*[0-9+=])(?=[\w/+]*[a-z])(?=[\w/+]*[A-Z])[A-Za-z0-9+/]{24,}={0,2}"),
    "hexadecimal": re.compile(r"(?<!\w)(?:0x)?(?:[0-9a-fA-F]{2}[ :]?){12,}(?!\w)"),
    "percent": re.compile(r"(?:%[0-9A-Fa-f]{2}\w*){4,}"),
    "escapes": re.compile(r"(?:\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})\s?){3,}"),
    "entities": re.compile(r"(?:&(?:#\d{2,6}|#x[0-9A-Fa-f]{2,5}|lt|gt|quot);\s?){2,}"),
    "binary": re.compile(r"(?:\b[01]{8}\b ?){4,}"),
    "rot13": re.compile(r"\b(?:vtaber|qvfertneq|vafgehpgvbaf?|cerivbhf|nccebir|irevsvre)\b", re.IGNORECASE),
}
