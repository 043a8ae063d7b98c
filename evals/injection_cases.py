"""The attack set as a file of cases, written from phrases, and read back for a campaign.

Every line of `evals/cases/injection/*.jsonl` is one case that can be read by itself; what cannot be seen is escaped.
`written()` gives the text of every file; a test sees to it that the files say the same.
"""

import base64
import codecs
import json
import unicodedata
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import TypeVar, get_args
from urllib.parse import quote

import msgspec
from msgspec import Struct

from evals.injection_phrases import FRAMES, NEWS, REQUESTS, Carrier, Goal, Language

T = TypeVar("T")
FOLDER = Path(__file__).parent / "cases"


class Case(Struct, frozen=True):
    """One text, what carries it, and what it tries."""

    id: str
    carrier: Carrier
    language: Language
    goal: Goal
    text: str


class Benign(Struct, frozen=True):
    """One harmless text."""

    id: str
    language: Language
    text: str


def attacks(folder: Path = FOLDER) -> list[Case]:
    """All cases, in the order of their files."""
    return [case for path in sorted((folder / "injection").glob("*.jsonl")) for case in _read(path, Case)]


def benign(folder: Path = FOLDER) -> list[Benign]:
    """All harmless texts of our own writing."""
    return [text for path in sorted((folder / "benign").glob("*.jsonl")) for text in _read(path, Benign)]


def written() -> dict[str, str]:
    """The content of every file of composed cases, by its name."""
    files: dict[str, str] = {}
    for case in _composed():
        files[f"{case.carrier}.jsonl"] = files.get(f"{case.carrier}.jsonl", "") + line(case)
    return files


def line(case: Case) -> str:
    """One case as a line of its file."""
    plain = json.dumps(msgspec.to_builtins(case), ensure_ascii=False)
    return "".join(sign if _is_seen(sign) else _escaped(sign) for sign in plain) + "\n"


def carried(carrier: Carrier, language: Language, request: str, way: int) -> str:
    """A request as this carrier brings it; `way` chooses how it is hidden or encoded."""
    if carrier == "hidden_unicode":
        return HIDINGS[way % len(HIDINGS)](NEWS[language], request)
    if carrier == "encoded":
        return f"{NEWS[language]} {ENCODINGS[way % len(ENCODINGS)](request)}"
    return FRAMES[carrier][language].format(news=NEWS[language], request=request)


def _composed() -> Iterator[Case]:
    for number, (carrier, language, goal) in enumerate(product(get_args(Carrier), REQUESTS, get_args(Goal))):
        text = carried(carrier, language, REQUESTS[language][goal][number % 2], number)
        yield Case(f"{carrier}-{language}-{goal}", carrier, language, goal, text)


def _in_tags(news: str, request: str) -> str:
    return news + "".join(chr(0xE0000 + ord(sign)) for sign in request if sign.isascii()) + f" {request}"


def _spread(news: str, request: str) -> str:
    return f"{news} " + "\u200b".join(request)


def _turned(news: str, request: str) -> str:
    return f"{news} \u202e{request[::-1]}\u202c {request}"


def _imitated(news: str, request: str) -> str:
    return f"{news} {request.translate(_CYRILLIC)}"


def _selected(news: str, request: str) -> str:
    bytes_hidden = request.encode()[:60]
    return f"{news}{''.join(chr(0xE0100 + byte % 240) for byte in bytes_hidden)} {request}"


_CYRILLIC = str.maketrans("aeopcxyi", "аеорсхуі")
HIDINGS: tuple[Callable[[str, str], str], ...] = (_in_tags, _spread, _turned, _imitated, _selected)
"""Ways to hide a request behind harmless words."""
ENCODINGS: tuple[Callable[[str], str], ...] = (
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: text.encode().hex(),
    lambda text: quote(text, safe=""),
    lambda text: codecs.encode(text, "rot13"),
    lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text if ord(sign) < 0x10000),
    lambda text: text[::-1],
)
"""Ways to write a request so that only a model reads it."""


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign)[0] != "C" and unicodedata.category(sign) != "Mn"


def _escaped(sign: str) -> str:
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def _read(path: Path, kind: type[T]) -> list[T]:
    return msgspec.json.Decoder(kind).decode_lines(path.read_bytes())
