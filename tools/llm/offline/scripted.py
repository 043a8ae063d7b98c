"""A model that says what a test wrote down for it, and complains about anything else.

An unexpected request and an unused reply are both defects of the test or of the desk. The request raises at once, and
`finish` raises again for both, in case somebody on the way took the first complaint for a fault of the model.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from core.facts.models import Role
from core.ports.model import ChatRequest, Completion, ToolCall
from tools.llm.offline.briefed import briefed


@dataclass(frozen=True, slots=True)
class Scripted:
    """One reply. Without a role or a symbol it is for whoever asks next."""

    text: str = ""
    """As it would come over the wire, malformed if the test wants it so."""
    role: Role | None = None
    symbol: str | None = None
    fault: Exception | None = None
    """Raised in place of the reply."""
    latency_ms: int = 0
    """On the loop's own clock."""
    finish: str = "stop"
    calls: tuple[ToolCall, ...] = ()
    """Functions it asks for; then it finishes with `tools`."""


class OffScript(AssertionError):
    """Somebody asked for what was not written, or did not ask for what was."""


class ScriptedModel:
    """Gives each reply once, the first that fits; remembers every request."""

    label = "scripted"

    def __init__(self, replies: Iterable[Scripted], name: str = "scripted") -> None:
        self.name = name
        self.requests: list[ChatRequest] = []
        self._left = list(replies)
        self._unexpected: list[str] = []

    async def complete(self, request: ChatRequest) -> Completion:
        """The next reply for this role and symbol."""
        self.requests.append(request)
        reply = self._take(request)
        if reply.latency_ms:
            await asyncio.sleep(reply.latency_ms / 1000)
        if reply.fault is not None:
            raise reply.fault
        return Completion(
            text=reply.text,
            model=self.name,
            finish="tools" if reply.calls else reply.finish,
            tool_calls=reply.calls,
            latency=reply.latency_ms * 1_000_000,
            origin="scripted",
        )

    def finish(self) -> None:
        """End of the script: every reply was asked for and nothing else was."""
        unused = [f"unused: {_about(reply.role, reply.symbol)}" for reply in self._left]
        if self._unexpected or unused:
            raise OffScript("; ".join(self._unexpected + unused))

    def _take(self, request: ChatRequest) -> Scripted:
        symbol = briefed(request).symbol
        for index, reply in enumerate(self._left):
            if reply.role in (None, request.role) and reply.symbol in (None, symbol):
                return self._left.pop(index)
        self._unexpected.append(f"unexpected: {_about(request.role, symbol)}")
        raise OffScript(self._unexpected[-1])


def _about(role: str | None, symbol: str | None) -> str:
    return f"{role or 'any role'} on {symbol or 'any symbol'}"
