"""What a cassette holds: a request as far as it tells which answer it gets, and that answer.

Two requests are the same if method, scheme, host, path, query and body are. JSON bodies are compared by what they say,
not by their spacing or the order of their keys. Neither the port counts, a local server takes one that is free, nor
the parameters of the query that carry keys.
"""

from urllib.parse import parse_qsl, urlsplit

import orjson
from msgspec import Struct

Headers = tuple[tuple[str, str], ...]
Query = tuple[tuple[str, str], ...]

SECRET_PARAMETERS = frozenset(
    {"key", "api_key", "api-key", "apikey", "access_token", "auth", "token", "sig", "signature", "secret", "password"}
)
"""Parameters of a query that are neither compared nor written."""


class Asked(Struct, frozen=True):
    """A request."""

    method: str
    uri: str
    headers: Headers
    body: bytes

    @property
    def title(self) -> str:
        """Its first line."""
        return f"{self.method} {self.uri}"


class Answer(Struct, frozen=True):
    """What came back, decompressed and whole: a stream is kept in its order, not in its pace."""

    status: int
    reason: str
    headers: Headers
    body: bytes


class Interaction(Struct, frozen=True):
    """A request and its answer."""

    asked: Asked
    answer: Answer


class Identity(Struct, frozen=True, order=True):
    """What is compared, in the order in which a cassette is sorted."""

    host: str
    path: str
    scheme: str
    method: str
    query: Query
    body: bytes


def identity(asked: Asked) -> Identity:
    """What tells a request from others."""
    parts = urlsplit(asked.uri)
    return Identity(
        host=parts.hostname or "",
        path=parts.path or "/",
        scheme=parts.scheme,
        method=asked.method.upper(),
        query=tuple(sorted(open_query(parts.query))),
        body=canonical(asked.body),
    )


def open_query(query: str) -> list[tuple[str, str]]:
    """The parameters of a query without those that carry keys."""
    pairs = parse_qsl(query, keep_blank_values=True) if query else []
    return [(name, value) for name, value in pairs if name.lower() not in SECRET_PARAMETERS]


def canonical(body: bytes) -> bytes:
    """JSON with sorted keys and no spacing; whatever is no JSON as it stands."""
    return _rewritten(body, orjson.OPT_SORT_KEYS)


def readable(body: bytes) -> bytes:
    """JSON with a line for each value, its keys in their own order; whatever is no JSON as it stands."""
    return _rewritten(body, orjson.OPT_INDENT_2)


def _rewritten(body: bytes, option: int) -> bytes:
    if body[:1] not in (b"{", b"["):
        return body
    try:
        return orjson.dumps(orjson.loads(body), option=option)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return body
