"""One HTTP request and its reply, whether a socket carries them or not."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By name in lower case."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back. The body comes in pieces, each when it is due."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: AsyncIterator[bytes]
    length: int | None = None
    """Bytes that are announced; None for a stream that ends when it ends."""


class Dropped(Exception):
    """The connection is to be closed here, in the middle of things."""


def request(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Request:
    """A request, from the target of its first line."""
    parts = urlsplit(target)
    host = headers.get("host", parts.netloc).partition(":")[0].lower()
    return Request(method, unquote(parts.path), headers, dict(parse_qsl(parts.query)), body, host)


async def whole(body: bytes) -> AsyncIterator[bytes]:
    """A body in one piece."""
    yield body
