"""From a provider's failure to the response it asks for: try again, go on without this seat, or leave it for long.

How to think about it: each wire has a table of the provider's own words, which wins; where a word is unknown, the HTTP
status decides. Words that are the same for different causes ("invalid_request_error") are in no table. What a person
reads is our own sentence; the provider's is quoted only where it helps and where it cannot name an account or a key.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from msgspec import Struct

from core.market.instants import SECOND
from tools.llm.faults import Trace, Unavailable, Unusable
from tools.llm.wires.answers import CALLS, CUT, EMPTY, MALFORMED, Failure

Sort = Literal["retry", "degrade", "wait", "halt"]


class Asked(Struct, frozen=True):
    """Who was asked, for what is said of a failure."""

    provider: str
    variable: str
    """Name of the environment variable with the key, or empty."""
    sorts: Mapping[str, Sort]
    """The provider's own words, and what each asks for."""


def sorted_fault(asked: Asked, failure: Failure, headers: Mapping[str, str], now: int) -> Unavailable | Unusable:
    """The fault to raise for a failure."""
    sort = _sort(asked, failure, headers)
    trace = Trace(
        provider=asked.provider,
        status=failure.status,
        code=failure.code,
        request_id=request_id(headers),
        retry_after=_first(failure.waits, retry_after(headers, now)) if sort == "retry" else None,
    )
    message = f"{asked.provider}: {_said(asked, failure)}"
    if sort == "retry":
        return Unavailable(message, trace)
    return Unusable(message, trace, lasting=sort in ("wait", "halt"), mends=sort == "wait")


def request_id(headers: Mapping[str, str]) -> str | None:
    """What the provider calls this request, to be named to its support."""
    return next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None)


def retry_after(headers: Mapping[str, str], now: int) -> float | None:
    """Seconds to wait, from whichever header says so; a date is counted from `now`."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    if said is None or (seconds := _number(said)) is not None:
        return seconds if said is not None else None
    try:
        date = parsedate_to_datetime(said)
        aware = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.fromtimestamp(now / SECOND, UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None


def _sort(asked: Asked, failure: Failure, headers: Mapping[str, str]) -> Sort:
    known = asked.sorts.get(failure.code or "") or _OWN.get(failure.code or "")
    if known:
        return known
    sort = _of_status(failure.status)
    if headers.get("x-should-retry") == "false" and sort == "retry":
        return "degrade"
    return sort


def _of_status(status: int | None) -> Sort:
    if status is None or status >= 500:
        return "retry"
    return _STATUSES.get(status, "degrade")


def _said(asked: Asked, failure: Failure) -> str:
    status, code = failure.status, failure.code
    meaning = _OWN_WORDS.get(code or "") or _MEANINGS.get(status or 0, "it failed")
    if status == 401 or code in _KEY_REFUSED:
        where = f"; {asked.variable} is read from the environment or .env" if asked.variable else ""
        meaning = f"the key was refused{where}"
    told = f" ({' '.join(str(part) for part in (status, code) if part)[:100]})" if status or code else ""
    quiet = status in _QUIET or code in _KEY_REFUSED or not failure.words
    return f"{meaning}{told}" + ("" if quiet else f": {_KEYS.sub('[removed]', failure.words)[:300]}")


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and _NUMBER.fullmatch(text.strip()) else None


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")
_KEYS = re.compile(r"\b(?:sk|gsk|xai|AIza|Bearer|org|proj)[-_ ]?[\w\-.*]{6,}")
_REQUEST_IDS = ("x-request-id", "request-id", "x-goog-request-id", "cf-ray")
_STATUSES: Mapping[int, Sort] = {
    **dict.fromkeys((401, 403, 404, 405), "halt"),
    402: "wait",
    **dict.fromkeys((408, 409, 425, 429, 499), "retry"),
}
"""Other statuses below 500 mean that this request cannot be answered."""
_OWN: dict[str, Sort] = {MALFORMED: "retry", CUT: "retry", EMPTY: "retry", CALLS: "degrade"}
_OWN_WORDS = {
    MALFORMED: "its reply cannot be read",
    CUT: "its reply ended early",
    EMPTY: "its reply holds no answer",
    CALLS: "the model called a function in a way nobody can read",
    "unreachable": "it cannot be reached",
    "model_not_found": "it knows no such model",
    "insufficient_quota": "the account's quota is used up",
    "timeout": "it did not answer in time",
}
_MEANINGS = {
    400: "it refused the request",
    402: "the account has no balance",
    403: "the key may not use this model or address",
    404: "it knows no such model or address",
    408: "it did not answer in time",
    413: "the request is too large",
    422: "it refused the request",
    429: "too many requests, or a quota is used up",
    503: "it is overloaded",
    504: "it did not answer in time",
    529: "it is overloaded",
}
_QUIET = {401, 402, 403, 429}
"""Here the provider's own words may name a key, an organisation or an account."""
_KEY_REFUSED = {"invalid_api_key", "authentication_error", "API_KEY_INVALID", "UNAUTHENTICATED"}
