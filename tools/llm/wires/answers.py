"""What a wire format's reader makes of a reply, and the careful pieces every reader is built from.

A provider's reply is foreign text: whatever it holds, a reader gives an `Answer` or raises a `Failure`. Side facts
that are missing or of the wrong kind are None; only what an answer cannot do without is demanded.
"""

from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from core.facts.models import Usage
from core.ports.model import ToolCall

T = TypeVar("T")


class Answer(Struct, frozen=True, kw_only=True):
    """One answer as the provider told it, before the seat adds what it knows itself."""

    text: str
    model: str
    finish: str
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str | None = None
    usage: Usage | None = None
    written: int | None = None
    """Tokens written into the provider's cache: counted in the input, but billed by a price of their own."""
    echo: dict[str, Any] | None = None


class Failure(Exception):
    """A reply that is no answer. The seat sorts it; it never leaves the adapter.

    `code` is the provider's word, `words` what it says for people; both may be missing. `waits` is in seconds.
    """

    def __init__(
        self, code: str | None, words: str = "", status: int | None = None, waits: float | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.words = words
        self.status = status
        self.waits = waits


MALFORMED = "malformed_reply"
CUT = "cut_off_reply"
EMPTY = "empty_reply"
CALLS = "malformed_tool_call"


def decoded(body: bytes | str, kind: type[T]) -> T:
    """The JSON of a reply as what it should be; anything else is a failure of the provider."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Failure(MALFORMED, f"{type(error).__name__}: {error}") from None


def shaped(value: Any, kind: type[T]) -> T:
    """A part of a reply as what it should be."""
    try:
        return msgspec.convert(value, kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Failure(MALFORMED, str(error)) from None


def arguments(value: Any, name: str) -> dict[str, Any]:
    """What a model passes to a function: an object, or the text of one; nothing at all means no arguments."""
    if isinstance(value, str) and value.strip():
        try:
            value = msgspec.json.decode(value)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise Failure(CALLS, f"the arguments of {name[:60]!r} are no JSON") from None
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise Failure(CALLS, f"the arguments of {name[:60]!r} are no object")
    return value


def object_of(text: str) -> dict[str, Any] | None:
    """The JSON object a text is, its numbers exact; None when it is anything else."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = _exact.decode(text)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def text_of(value: Any) -> str:
    """A value as the JSON text a provider wants it in."""
    return msgspec.json.encode(value).decode()


def count(found: Any, *path: str) -> int | None:
    """The tokens under a path of names; None where the provider did not say."""
    for name in path:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def total(*counts: int | None) -> int | None:
    """The sum of what was said; None when nothing was."""
    said = [each for each in counts if each is not None]
    return sum(said) if said else None


def word(value: Any) -> str | None:
    """A text that says something, or None."""
    return value if isinstance(value, str) and value else None


_exact = msgspec.json.Decoder(float_hook=Decimal)
