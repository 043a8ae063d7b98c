"""What the provider saw, written down by itself: tests hold the desk's own account against it."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from tools.simulators.provider.conversation import Flavour, Tokens

KEPT = 1_000
"""Requests that are remembered, the last."""


class Seen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request, and what came of it. No key is ever written down."""

    number: int
    """Of the model call; 0 for what is none."""
    flavour: Flavour | None
    method: str
    path: str
    status: int
    model: str | None = None
    stream: bool = False
    fault: str | None = None
    finish: str | None = None
    tokens: Tokens | None = None
    latency_ms: float = 0.0
    """As it was drawn."""
    error: str | None = None
    body: bytes = b""
    """As it was sent."""

    def told(self) -> dict[str, Any]:
        """What a person is told of it: all but the body."""
        return {name: getattr(self, name) for name in self.__struct_fields__ if name != "body"}


@dataclass(frozen=True, slots=True)
class Totals:
    """How often what happened."""

    requests: int
    by_status: dict[int, int]
    by_fault: dict[str, int]
    by_model: dict[str, int]


class Record:
    """Every request in the order of its coming; the latest with their bodies, all of them in the totals."""

    def __init__(self, tell: Callable[[Seen], None] | None = None) -> None:
        self.seen: deque[Seen] = deque(maxlen=KEPT)
        self._tell = tell
        self._requests = 0
        self._statuses: Counter[int] = Counter()
        self._faults: Counter[str] = Counter()
        self._models: Counter[str] = Counter()

    def write(self, seen: Seen) -> None:
        """Remember one request, and tell whoever listens."""
        self.seen.append(seen)
        self._requests += 1
        self._statuses[seen.status] += 1
        if seen.fault:
            self._faults[seen.fault] += 1
        if seen.model:
            self._models[seen.model] += 1
        if self._tell is not None:
            self._tell(seen)

    def totals(self) -> Totals:
        """Everything so far."""
        return Totals(
            self._requests,
            dict(sorted(self._statuses.items())),
            dict(sorted(self._faults.items())),
            dict(sorted(self._models.items())),
        )
