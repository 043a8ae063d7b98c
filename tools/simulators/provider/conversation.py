"""What is asked and what is answered, in no provider's words."""

from typing import Any, Literal

from msgspec import Struct

from core.ports.model import Tool, ToolCall

Flavour = Literal["openai", "deepseek", "anthropic", "gemini"]
"""Whose habits are followed; `deepseek` is the wire of `openai` with differences."""
Choice = Literal["auto", "none", "required"]
Finish = Literal["stop", "tools", "length", "refusal", "content_filter"]
Kind = Literal[
    "invalid",
    "no_key",
    "bad_key",
    "billing",
    "forbidden",
    "unknown_model",
    "unknown_path",
    "too_large",
    "rate",
    "quota",
    "server",
    "unavailable",
    "timeout",
    "overloaded",
]


class Ask(Struct, frozen=True, kw_only=True):
    """A request as a persona sees it."""

    model: str
    user: str
    """Everything the user's messages say."""
    system: str = ""
    schema: dict[str, Any] | None = None
    """Which the reply must satisfy, if the request says so."""
    tools: tuple[Tool, ...] = ()
    choice: Choice = "auto"
    results: tuple[str, ...] = ()
    """What functions have answered so far in this conversation."""
    stream: bool = False
    usage_in_stream: bool = True
    events: bool = True
    """Whether a stream comes as server-sent events."""
    thinking: bool = False
    shows_thoughts: bool = False
    max_tokens: int | None = None
    prefix: str = ""
    """The part of the prompt that a provider may have cached."""
    prompt: str = ""
    """All of the prompt that is counted."""


class Spoken(Struct, frozen=True):
    """What a persona says."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"
    reasoning: str = ""


class Tokens(Struct, frozen=True):
    """What a call is billed for."""

    input: int
    """The whole prompt, the cached part of it included."""
    cached: int
    """Read from the cache."""
    written: int
    """Written to the cache."""
    output: int
    """What is said, without the thoughts."""
    reasoning: int


class Answer(Struct, frozen=True, kw_only=True):
    """What is said, and all that a wire tells beside it."""

    said: Spoken
    model: str
    """The model that answered, which need not be the one that was asked."""
    tokens: Tokens
    number: int
    """Of the request; every id and time on the wire derives from it."""


class Problem(Struct, frozen=True):
    """Why there is no answer."""

    kind: Kind
    status: int
    message: str
    retry_after: float | None = None
    param: str | None = None
    """Which part of the request is to blame."""
    code: str | None = None
    """A closer word than the kind, where a wire has one."""


class Unacceptable(Exception):
    """A request that the provider would refuse."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refuse(message: str, param: str | None = None, code: str | None = None) -> Unacceptable:
    """The refusal of a request that says something wrong."""
    return Unacceptable(Problem("invalid", 400, message, param=param, code=code))
