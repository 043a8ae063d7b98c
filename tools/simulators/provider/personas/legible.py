"""Text as a model reads it that sees through every disguise: hidden signs, look-alikes, spaced letters, encodings."""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

LOOK_ALIKES = str.maketrans("аеорсухіјѕԁһԛԝвкмнтгαοερνικυτ", "aeopcyxijsdhqwbkmhtraoepvikut")
MOST = 20_000
"""Characters that are read of one text."""
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"\b(?:[0-9A-Fa-f]{2}){6,}\b")
_SPACED = re.compile(r"\b(?:\w[ .\-_*]){3,}\w\b")


def legible(text: str) -> str:
    """Everything the text may mean, each reading on lines of its own, in lower case."""
    text = text[:MOST]
    readings = dict.fromkeys([plain(text), *map(plain, _decoded(text))])
    folded = [reading.translate(LOOK_ALIKES) for reading in readings]
    closed = [_SPACED.sub(lambda match: re.sub(r"[ .\-_*]", "", match.group()), reading) for reading in folded]
    return "\n".join(dict.fromkeys([*readings, *folded, *closed]))


def plain(text: str) -> str:
    """The text without what does not show, in one form for each letter."""
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", shown).casefold()


def _decoded(text: str) -> Iterator[str]:
    yield html.unescape(text)
    yield unquote(text)
    yield codecs.decode(text, "rot13")
    yield text[::-1]
    yield "".join(chr(ord(sign) - 0xE0000) for sign in text if 0xE0020 <= ord(sign) < 0xE007F)
    for match in _HEX.finditer(text):
        yield bytes.fromhex(match.group()).decode("utf-8", "ignore")
    for match in _TOKEN.finditer(text):
        yield _from_base64(match.group())


def _from_base64(token: str) -> str:
    bare = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
