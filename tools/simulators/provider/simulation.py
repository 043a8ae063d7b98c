"""How the provider behaves: one value, from the command line or from a file of TOML."""

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from core.errors import BadInput
from core.ports.model import ToolCall
from tools.llm.offline.terms import RulesTerms
from tools.simulators.provider.conversation import Finish, Spoken
from tools.simulators.provider.draws import Draw

PersonaName = Literal["rules", "scripted", "obedient", "adversarial", "random-valid"]
FAULTS: dict[str, str] = {
    "slow": "answers after `slow_seconds`",
    "dripping": "sends the body in crumbs, `drip_seconds` long",
    "hanging": "sends nothing for `hang_seconds`, then closes",
    "stalled": "sends half of the body, then nothing",
    "dropped": "closes before a byte is sent",
    "half": "sends half of the body, then closes",
    "cut": "ends a stream in good order before its last events",
    "malformed": "sends a body that is not JSON",
    "in_band": "sends an error inside a 200",
    "empty": "says nothing",
    "refusal": "declines to answer",
    "content_filter": "has its answer withheld",
    "length": "stops in mid-sentence",
    "foreign": "answers in another language",
    "wrong_schema": "answers with JSON of another schema",
    "400": "invalid request",
    "401": "wrong key",
    "402": "no balance",
    "403": "not allowed",
    "404": "unknown model",
    "413": "request too large",
    "429": "too many requests",
    "429-after": "too many requests, with a time to wait",
    "quota": "429 that no waiting mends",
    "500": "server error",
    "503": "unavailable",
    "503-after": "unavailable, with a time to wait",
    "504": "timed out behind the scenes",
    "529": "overloaded",
    "529-after": "overloaded, with a time to wait",
}
"""What can go wrong, and what it looks like."""


class Latency(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a model takes: lognormal, by its median and its 95th percentile."""

    p50_ms: float
    p95_ms: float

    def __post_init__(self) -> None:
        _within("p50_ms", self.p50_ms, 0, 600_000)
        _within("p95_ms", self.p95_ms, self.p50_ms, 600_000)

    def seconds(self, draw: Draw) -> float:
        """How long it takes this time."""
        if not self.p50_ms:
            return 0.0
        sigma = math.log(self.p95_ms / self.p50_ms) / _Z95
        return self.p50_ms * math.exp(sigma * draw.gauss(0.0, 1.0)) / 1000


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One reply of the scripted persona."""

    text: str = ""
    reasoning: str = ""
    finish: Finish = "stop"
    calls: tuple[ToolCall, ...] = ()

    def spoken(self) -> Spoken:
        """The reply, as a persona says it."""
        return Spoken(self.text, self.calls, "tools" if self.calls else self.finish, self.reasoning)


class Simulation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers, how fast, and what goes wrong."""

    seed: int = 0
    persona: PersonaName = "rules"
    tools: bool = False
    """Call one offered function before answering."""
    replies: tuple[Line, ...] = ()
    """Of the scripted persona, in order."""
    repeat: bool = False
    """Begin the replies again when they are used up; else the request fails."""
    rules: RulesTerms = RulesTerms()
    latency: dict[str, Latency] = {}
    """By the model's name; `*` is for all others. Without one a model answers at once."""
    faults: dict[str, float] = {}
    """Share of requests, by the name of the fault."""
    fault_script: tuple[str, ...] = ()
    """What befalls the first requests, one by one: the name of a fault, or `ok`."""
    models: tuple[str, ...] = ()
    """What is served; empty for any name."""
    aliases: dict[str, str] = {}
    """Which model answers for another."""
    reasoning: tuple[str, ...] = ("o1", "o3", "o4", "gpt-5")
    """How the names begin of OpenAI's models that refuse `max_tokens` and a temperature."""
    signing: tuple[str, ...] = ("gemini-3",)
    """How the names begin of Gemini's models that want their thought signatures back."""
    refused_keys: tuple[str, ...] = ("wrong",)
    """Keys that are not accepted."""
    slow_seconds: float = 10.0
    drip_seconds: float = 10.0
    hang_seconds: float = 600.0
    retry_after: float = 2.0

    def __post_init__(self) -> None:
        for name in (*self.faults, *self.fault_script):
            if name not in FAULTS and name != "ok":
                raise BadInput(f"faults: {name!r} is none; known are {', '.join(FAULTS)}")
        for name, share in self.faults.items():
            _within(f"faults.{name}", share, 0, 1)
        _within("faults: their shares together", sum(self.faults.values()), 0, 1)
        for name in ("slow_seconds", "drip_seconds", "hang_seconds", "retry_after"):
            _within(name, getattr(self, name), 0, 86_400)
        if self.persona == "scripted" and not self.replies:
            raise BadInput("replies: the scripted persona needs at least one; give them in a file as [[replies]]")


def read(path: Path, changes: Mapping[str, Any]) -> Simulation:
    """A simulation from a file, with some of its values changed."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not valid TOML: {error}") from error
    return simulated({**told, **changes}, str(path))


def simulated(told: Mapping[str, Any], source: str) -> Simulation:
    """A simulation from plain values."""
    try:
        return msgspec.convert(told, Simulation, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"{source}: {error}") from error
    except BadInput as error:
        raise BadInput(f"{source}: {error}") from error


def _within(field: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise BadInput(f"{field}: must be from {low:g} to {high:g}, found {value!r}")


_Z95 = 1.6448536269514722
"""Standard deviations between the median and the 95th percentile."""
