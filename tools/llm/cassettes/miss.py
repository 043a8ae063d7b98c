"""A request that no cassette answers: a fault of ours, and never one of a provider that a fallback would hide.

A miss is a Halt, so that no wrapper retries it, no fallback replaces it and no seat abstains for it. An SDK may still
wrap it as a broken connection; `behind` finds it again, and the cassette remembers it until `finish`.
"""

import re
from collections.abc import Sequence
from difflib import unified_diff
from itertools import islice
from pathlib import Path

from core.errors import Halt
from tools.llm.cassettes.exchange import Asked, readable

RECORD = "make record"
_SHOWN_LINES = 24
_LINE = 120


class CassetteMiss(Halt):
    """Nothing recorded answers this request; `nearest` is the recorded one most like it, `diff` how they differ."""

    def __init__(self, message: str, nearest: Asked | None = None, diff: str = "") -> None:
        super().__init__(message)
        self.nearest = nearest
        self.diff = diff


def behind(error: BaseException) -> CassetteMiss | None:
    """The miss an SDK took for a broken connection, if there is one."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, CassetteMiss):
        seen = seen.__cause__ or seen.__context__
    return seen


def unrecorded(path: Path, asked: Asked, held: Sequence[Asked]) -> CassetteMiss:
    """Nothing like it was recorded: show the nearest that was."""
    said = f"{path}: no answer is recorded for {asked.title}"
    if not held:
        return CassetteMiss(f"{said}; the cassette is empty. To record it: {RECORD}")
    nearest = _nearest(asked, held)
    found = unified_diff(_lines(nearest), _lines(asked), "recorded", "asked", n=1, lineterm="")
    shown = list(islice(found, _SHOWN_LINES + 1))
    diff = "\n".join([*shown[:_SHOWN_LINES], *(["…"] if len(shown) > _SHOWN_LINES else [])])
    way_out = f"If the change is meant, record it anew: {RECORD}"
    return CassetteMiss(f"{said}. The nearest of the {len(held)} recorded:\n{diff}\n{way_out}", nearest, diff)


def used_up(path: Path, asked: Asked, times: int) -> CassetteMiss:
    """It was recorded, and asked more often than that."""
    recorded = "once" if times == 1 else f"{times} times"
    return CassetteMiss(
        f"{path}: {asked.title} was recorded {recorded} and is asked once more, with the same body. Open the cassette "
        f"with `allow_repeats` if its last answer may be repeated, or record it anew: {RECORD}",
        asked,
    )


def _nearest(asked: Asked, held: Sequence[Asked]) -> Asked:
    """By address first, then by the words they have in common: quick also for long prompts."""
    words = _words(asked)

    def likeness(other: Asked) -> tuple[bool, float]:
        others = _words(other)
        return other.title == asked.title, len(words & others) / max(1, len(words | others))

    return max(held, key=likeness)


def _words(asked: Asked) -> set[bytes]:
    return set(re.findall(rb"[^\W_]+", asked.body))


def _lines(asked: Asked) -> list[str]:
    """A request in short lines: line ends inside JSON strings and commas between their fields break them too."""
    body = readable(asked.body).decode("utf-8", "backslashreplace")
    unfolded = re.sub(r",(?=\s*\\+\")", ",\n", re.sub(r"\\+n", "\n", body))
    lines = [asked.title, *unfolded.splitlines()]
    return [line[at : at + _LINE] for line in lines for at in range(0, max(1, len(line)), _LINE)]
