"""What can be told of a request: who is asked, about what, for which schema, and which words came along."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from core.facts.models import Role
from core.ports.model import ChatRequest
from tools.simulators.provider.conversation import Ask

SIGNS: tuple[tuple[str, Role], ...] = (("ruling", "verifier"), ("action", "commander"), ("view", "analyst"))
"""A field of the reply, and whose it is."""
NOTICE = "notice"
_ROLE = re.compile(r"\bYou are the (analyst|verifier|commander)\b", re.IGNORECASE)


def schema_of(ask: Ask) -> dict[str, Any] | None:
    """The schema of the reply: the request's own, or the one the prompt tells."""
    if ask.schema is not None:
        return ask.schema
    for line in reversed(ask.system.splitlines()):
        if line.startswith("{") and '"properties"' in line:
            told = _json(line)
            return told if isinstance(told, dict) else None
    return None


def role_of(ask: Ask) -> Role | None:
    """Which of the desk's roles is asked; None if it is no role we know."""
    schema = schema_of(ask)
    if schema is not None:
        return next((role for sign, role in SIGNS if sign in schema.get("properties", {})), None)
    named = _ROLE.search(ask.system)
    return named.group(1).lower() if named else None  # type: ignore[return-value]


def briefing_of(ask: Ask) -> dict[str, Any]:
    """The briefing of the prompt; empty if there is none that can be read."""
    told = _json(_framed(ask.user))
    return told if isinstance(told, dict) else {}


def request_of(ask: Ask, role: Role) -> ChatRequest:
    """The request as the desk would have put it to a model of its own."""
    schema = schema_of(ask) or {}
    return ChatRequest(role=role, prompt="simulated", system=ask.system, user=ask.user, schema=schema, tools=ask.tools)


def words_of(ask: Ask) -> str:
    """All words that are not the desk's own: what the briefing quotes, and what functions answered."""
    framed = _framed(ask.user)
    told = _json(framed)
    quoted = list(_sayings(told)) if isinstance(told, dict) else [framed]
    return "\n".join([*quoted, *ask.results])


def _sayings(value: Any, heard: bool = False) -> Iterator[str]:
    """Strings that say something: all under `text`, and elsewhere those of more than one word."""
    if isinstance(value, str) and (heard or " " in value.strip() or not value.isascii()):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key != NOTICE:
                yield from _sayings(each, heard or key == "text")
    elif isinstance(value, list):
        for each in value:
            yield from _sayings(each, heard)


def _framed(user: str) -> str:
    return user.partition("<briefing>")[2].rpartition("</briefing>")[0]


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
