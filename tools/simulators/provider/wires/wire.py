"""What every wire format can do, and what they share in reading a request."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from tools.simulators.provider.conversation import Answer, Ask, Flavour, Problem, refuse
from tools.simulators.provider.exchange import Request
from tools.simulators.provider.simulation import Simulation

Headers = tuple[tuple[str, str], ...]
T = TypeVar("T")

CRUMB = 24
"""Characters of text in one event of a stream."""


class Wire(Protocol):
    """A provider's format."""

    flavour: Flavour

    def key(self, request: Request) -> str | None:
        """The key a request carries."""
        ...

    def ask(self, request: Request, simulation: Simulation) -> Ask:
        """What a request asks; raises Unacceptable as the provider would refuse it."""
        ...

    def answer(self, answer: Answer, ask: Ask) -> bytes:
        """The body of an answer."""
        ...

    def stream(self, answer: Answer, ask: Ask) -> Iterator[bytes]:
        """The events of a streamed answer."""
        ...

    def problem(self, problem: Problem, number: int) -> bytes:
        """The body that tells a problem."""
        ...

    def problem_in_stream(self, problem: Problem, ask: Ask) -> bytes:
        """The event that tells a problem in the middle of a stream."""
        ...

    def headers(self, number: int, problem: Problem | None) -> Headers:
        """What stands in the head of a reply."""
        ...

    def listing(self, models: tuple[str, ...]) -> bytes:
        """The body that lists what is served."""
        ...


def decoded(body: bytes, shape: type[T]) -> T:
    """A body as this shape; what does not fit is named with its place."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise refuse(str(error), param=_place(str(error))) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise refuse(f"We could not parse the JSON body of your request: {error}") from error


def bearer(headers: Mapping[str, str]) -> str | None:
    """The key of an `authorization` header."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def crumbs(text: str) -> Iterator[str]:
    """A text in the pieces a stream sends it in."""
    return (text[at : at + CRUMB] for at in range(0, len(text), CRUMB))


def event(data: Any, name: str | None = None) -> bytes:
    """A server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + msgspec.json.encode(data) + b"\n\n"


def closed_objects(schema: Any, at: str, complete: bool) -> None:
    """Refuse a schema with an object that allows more than it lists or, if asked, does not demand all it lists."""
    if isinstance(schema, list):
        for index, each in enumerate(schema):
            closed_objects(each, f"{at}[{index}]", complete)
    if not isinstance(schema, dict):
        return
    if "properties" in schema or schema.get("type") == "object":
        _closed(schema, at, complete)
    for name, each in schema.items():
        if name == "properties" and isinstance(each, dict):
            for inner, value in each.items():
                closed_objects(value, f"{at}.{inner}", complete)
        elif name in ("items", "anyOf", "$defs"):
            closed_objects(each, f"{at}.{name}", complete)


def _closed(schema: dict[str, Any], at: str, complete: bool) -> None:
    if schema.get("additionalProperties") is not False:
        raise refuse(f"Invalid schema: {at}: 'additionalProperties' is required to be supplied and to be false.")
    if complete and set(schema.get("required", [])) != set(schema.get("properties", {})):
        raise refuse(f"Invalid schema: {at}: 'required' must include every key in properties.")


def _place(message: str) -> str | None:
    place = message.rpartition(" - at `$")[2] if " - at `$" in message else ""
    return place.rstrip("`").lstrip(".") or None
