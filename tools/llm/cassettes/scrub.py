"""What is taken out of a call before it is written: keys, account ids, and headers that tell of a machine or a release.

Headers are kept by a list of the few that are needed, so a new one cannot slip in. In bodies, addresses and the kept
headers four kinds of text are replaced: the credentials this very call carried, whatever their shape; the secrets the
caller names; what looks like a key of a known kind; and the values of JSON fields that name a user or an account.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tools.llm.cassettes.exchange import SECRET_PARAMETERS, Answer, Asked, Headers, Interaction, open_query

PLACEHOLDER = "REDACTED"
REQUEST_HEADERS = frozenset({"content-type", "anthropic-version", "anthropic-beta"})
RESPONSE_HEADERS = frozenset(
    {
        "content-type", "retry-after", "retry-after-ms", "x-should-retry",
        "request-id", "x-request-id", "x-goog-request-id",
    }
)  # fmt: skip
CREDENTIALS = frozenset(
    {
        "authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "x-goog-user-project",
        "cookie", "set-cookie", "openai-organization", "openai-project", "anthropic-organization-id",
    }
)  # fmt: skip
"""Headers whose values may not be found anywhere else either."""

_SHORTEST = 10
"""A carried credential shorter than this is a word like any other, such as the key of a simulator."""

_LONG_WORDS = re.compile(r"[\w*.-]{11,}", re.ASCII)
_KEYS = re.compile(
    r"\b[spr]k-(?=[\w*-]*[\d*])[\w*-]{8,}"  # OpenAI and who copied it, Anthropic; also masked with stars
    r"|\bAIza[\w-]{30,}|\bya29\.[\w-]{16,}"  # Google
    r"|\b(?:gsk|xai|csk|hf|pplx)[_-](?=\w*\d)\w{16,}|\bgh[pousr]_\w{20,}|\bAKIA[0-9A-Z]{16}\b|\bxox[a-z]-[\w-]{10,}"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"  # signed tokens
    r"|\b(?:org|proj|user)[-_](?=\w*\d)[A-Za-z0-9]{16,}",  # account ids in messages of OpenAI
    re.ASCII,
)
_PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----")
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}")
_FIELDS = re.compile(
    r"\"(user|user_?id|safety_identifier|org(?:anization)?(?:_?id)?|account(?:_?(?:id|uuid|number|name))?"
    r"|customer_?id|project_?id|e?mail|api_?key|access_?token|refresh_?token|secret|password)(\\*)\"(\s*:\s*)"
    r"(?:\2\".*?(?<!\\)\2\"|-?\d+)",
    re.IGNORECASE,
)
"""Also in JSON inside a string of JSON, where the quotes are escaped."""
_OWNERS = re.compile(r"/(projects|organizations|accounts|users)/[^/:?]+")


def scrubbed(asked: Asked, secrets: Iterable[str] = ()) -> Asked:
    """A request as it may be written."""
    return _asked(asked, _ordered(_carried(asked, ()), secrets))


def scrubbed_call(asked: Asked, answer: Answer, secrets: Iterable[str] = ()) -> Interaction:
    """A request and its answer as they may be written; neither gives away a secret of the other."""
    known = _ordered(_carried(asked, answer.headers), secrets)
    return Interaction(
        _asked(asked, known),
        Answer(
            answer.status,
            _text(answer.reason, known),
            _headers(answer.headers, RESPONSE_HEADERS, known),
            _body(answer.body, known),
        ),
    )


def scrubbed_answer(answer: Answer) -> Answer:
    """An answer as it may be written where its request is not at hand."""
    return scrubbed_call(Asked("", "", (), b""), answer).answer


def _asked(asked: Asked, known: list[str]) -> Asked:
    headers = _headers(asked.headers, REQUEST_HEADERS, known)
    return Asked(asked.method, _uri(asked.uri, known), headers, _body(asked.body, known))


def _carried(asked: Asked, answered: Headers) -> set[str]:
    """The credentials of a call, in whatever header or parameter they came."""
    given = [word for name, value in (*asked.headers, *answered) for word in _credentials(name.lower(), value)]
    parts = urlsplit(asked.uri)
    given += [value for name, value in parse_qsl(parts.query) if name.lower() in SECRET_PARAMETERS]
    given += [unquote(word) for word in (parts.username, parts.password) if word]
    return {word for word in given if len(word) >= _SHORTEST}


def _credentials(name: str, value: str) -> list[str]:
    if name not in CREDENTIALS:
        return []
    if name.endswith("cookie"):
        pairs = value.split(";")[: 1 if name == "set-cookie" else None]
        return [pair.partition("=")[2].strip() for pair in pairs]
    return [value, value.partition(" ")[2]]


def _ordered(carried: set[str], secrets: Iterable[str]) -> list[str]:
    """The longest first, so that no part of one is left standing."""
    return sorted({*carried, *filter(None, secrets)}, key=lambda secret: (-len(secret), secret))


def _headers(headers: Headers, kept: frozenset[str], known: list[str]) -> Headers:
    return tuple(sorted((name.lower(), _text(value, known)) for name, value in headers if name.lower() in kept))


def _uri(uri: str, known: list[str]) -> str:
    """Without user, port, fragment and secret parameters."""
    parts = urlsplit(uri)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    query = urlencode([(name, _text(value, known)) for name, value in open_query(parts.query)])
    path = _OWNERS.sub(rf"/\1/{PLACEHOLDER}", _text(parts.path, known))
    return f"{parts.scheme}://{_text(host, known)}{path}{'?' if query else ''}{query}"


def _body(body: bytes, known: list[str]) -> bytes:
    """Bytes that are no text are searched all the same, each standing for itself."""
    return _text(body.decode("utf-8", "surrogateescape"), known).encode("utf-8", "surrogateescape")


def _text(text: str, known: list[str]) -> str:
    for secret in known:
        text = text.replace(secret, PLACEHOLDER)
    text = _FIELDS.sub(rf'"\1\2"\3\2"{PLACEHOLDER}\2"', text)
    text = _PRIVATE.sub(PLACEHOLDER, _BEARER.sub(rf"\1 {PLACEHOLDER}", text))
    return _LONG_WORDS.sub(lambda word: _KEYS.sub(PLACEHOLDER, word[0]), text)
