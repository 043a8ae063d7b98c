"""Which provider a request is for, and what it wants: by the front of the path, by the host, or by the path alone.

/openai/v1   /deepseek   /anthropic   /gemini     in front, on one address for all
api.openai.com …                                  the real hosts, when no socket is between
/v1/messages …                                    a bare path, as an ordinary client sends it
"""

import re
from typing import Literal, NamedTuple, get_args

from tools.simulators.provider.conversation import Flavour
from tools.simulators.provider.exchange import Request

FLAVOURS: tuple[Flavour, ...] = get_args(Flavour)
HOSTS: dict[str, Flavour] = {
    "api.openai.com": "openai",
    "api.deepseek.com": "deepseek",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "gemini",
}
BASES: dict[Flavour, str] = {
    "openai": "/openai/v1",
    "deepseek": "/deepseek",
    "anthropic": "/anthropic",
    "gemini": "/gemini",
}
"""What is put behind the address for a client of this provider."""
Purpose = Literal["ask", "list", "unknown"]


class Route(NamedTuple):
    """Whose request it is, and what for."""

    flavour: Flavour
    purpose: Purpose


def route(request: Request) -> Route:
    """The provider a request is for, and what it wants of it."""
    first = request.path.split("/")[1] if request.path.startswith("/") else ""
    fronted = next((flavour for flavour in FLAVOURS if flavour == first), None)
    path = request.path.removeprefix(f"/{fronted}") if fronted else request.path
    flavour = fronted or HOSTS.get(request.host) or _by_path(path, request)
    for purpose, method, pattern in _PATHS[flavour]:
        if request.method == method and pattern.fullmatch(path):
            return Route(flavour, purpose)
    return Route(flavour, "unknown")


def is_own(request: Request) -> bool:
    """Whether it goes to a server of one's own, as Ollama or vLLM: a bare path at no host that is known."""
    first = request.path.split("/")[1] if request.path.startswith("/") else ""
    return request.host not in HOSTS and first not in FLAVOURS


def _by_path(path: str, request: Request) -> Flavour:
    if path.startswith("/v1beta/") or ":" in path or "x-goog-api-key" in request.headers:
        return "gemini"
    if path.startswith("/v1/messages") or "anthropic-version" in request.headers:
        return "anthropic"
    return "openai" if path.startswith("/v1/") else "deepseek"


def _paths(ask: str, listing: str) -> tuple[tuple[Purpose, str, re.Pattern[str]], ...]:
    return (("ask", "POST", re.compile(ask)), ("list", "GET", re.compile(listing)))


_PATHS = {
    "openai": _paths(r"/v1/chat/completions", r"/v1/models"),
    "deepseek": _paths(r"(/v1)?/chat/completions", r"(/v1)?/models"),
    "anthropic": _paths(r"/v1/messages", r"/v1/models"),
    "gemini": _paths(r"/v1(beta)?/models/[^/:]+:(generateContent|streamGenerateContent)", r"/v1(beta)?/models"),
}
