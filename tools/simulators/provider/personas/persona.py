"""Who may answer, by name; and the one that calls a function first."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from core.errors import Degraded
from core.ports.model import ToolCall
from core.record.codec import encode
from tools.llm.offline.rules import RulesModel
from tools.simulators.provider.conversation import Ask, Spoken, refuse
from tools.simulators.provider.draws import Draw
from tools.simulators.provider.personas.adversary import emboldened
from tools.simulators.provider.personas.obedience import obey
from tools.simulators.provider.personas.understood import briefing_of, request_of, role_of, schema_of, words_of
from tools.simulators.provider.personas.valid import valid
from tools.simulators.provider.simulation import PersonaName, Simulation

Reply = dict[str, Any]
SPEECHLESS = "This is a simulated provider. It answers prompts of the desk; this one holds no briefing it knows."


class Persona(Protocol):
    """Answers in place of a model."""

    async def say(self, ask: Ask, draw: Draw) -> Spoken:
        """The answer to one request."""
        ...


class Rules:
    """Answers exactly as the desk's own rules would."""

    def __init__(self, simulation: Simulation) -> None:
        self._model = RulesModel(simulation.rules)

    async def say(self, ask: Ask, draw: Draw) -> Spoken:
        """The reply of the rules, byte for byte; of what no rule knows, the first valid one."""
        role = role_of(ask)
        if role is not None:
            try:
                return Spoken((await self._model.complete(request_of(ask, role))).text, reasoning=_thoughts(ask))
            except Degraded:
                pass
        return any_reply(ask, draw)


class Bent:
    """Answers as the rules would, and then lets something change its mind."""

    def __init__(self, simulation: Simulation, bend: Callable[[Ask, Reply, Draw], Reply]) -> None:
        self._rules = Rules(simulation)
        self._bend = bend

    async def say(self, ask: Ask, draw: Draw) -> Spoken:
        """The bent reply."""
        plain = await self._rules.say(ask, draw)
        try:
            reply = msgspec.json.decode(plain.text, type=dict[str, Any])
        except msgspec.DecodeError:
            return plain
        return Spoken(encode(self._bend(ask, reply, draw)).decode(), reasoning=plain.reasoning)


class RandomValid:
    """Answers anything that the schema allows."""

    async def say(self, ask: Ask, draw: Draw) -> Spoken:
        """A reply drawn from the schema."""
        return any_reply(ask, draw)


class Scripted:
    """Says what was written down, line by line."""

    def __init__(self, simulation: Simulation) -> None:
        self._lines = simulation.replies
        self._repeat = simulation.repeat
        self._next = 0

    async def say(self, ask: Ask, draw: Draw) -> Spoken:
        """The next line."""
        at, self._next = self._next, self._next + 1
        if at >= len(self._lines) and not self._repeat:
            raise refuse(f"the script has {len(self._lines)} replies, and this is request {at + 1}")
        return self._lines[at % len(self._lines)].spoken()


class Calling:
    """Calls one of the offered functions before another persona answers, and whenever the request demands a call."""

    def __init__(self, inner: Persona, first: bool) -> None:
        self._inner = inner
        self._first = first

    async def say(self, ask: Ask, draw: Draw) -> Spoken:
        """A call with valid arguments, or what the other says."""
        wanted = ask.choice == "required" or (self._first and ask.choice == "auto" and not ask.results)
        if not wanted or not ask.tools:
            return await self._inner.say(ask, draw)
        tool = draw.choice(ask.tools)
        briefing = briefing_of(ask)
        known: dict[str, Any] = {name: briefing[name] for name in ("symbol", "market") if name in briefing}
        arguments = valid(tool.parameters, draw, known, {}) if tool.parameters.get("properties") else {}
        return Spoken("", (ToolCall("", tool.name, arguments),), "tools", f"I look at {tool.name} first.")


def persona(simulation: Simulation) -> Persona:
    """Who answers in this simulation."""
    return Calling(_PERSONAS[simulation.persona](simulation), simulation.tools)


def any_reply(ask: Ask, draw: Draw) -> Spoken:
    """A valid reply of whatever is asked for: of the schema, or plain words if there is none."""
    schema = schema_of(ask)
    if schema is None:
        return Spoken(SPEECHLESS, reasoning=_thoughts(ask))
    briefing = briefing_of(ask)
    figures = briefing.get("figures")
    known = {"symbol": briefing["symbol"]} if "symbol" in briefing else {}
    value = valid(schema, draw, known, figures if isinstance(figures, dict) else {})
    return Spoken(encode(value).decode(), reasoning=_thoughts(ask))


def _thoughts(ask: Ask) -> str:
    if not ask.thinking:
        return ""
    briefing = briefing_of(ask)
    return f"I read the figures of {briefing.get('symbol', 'nothing')}, one by one, and weigh them."


def _obedient(ask: Ask, reply: Reply, _draw: Draw) -> Reply:
    return obey(words_of(ask), reply, briefing_of(ask))


def _adversarial(ask: Ask, reply: Reply, draw: Draw) -> Reply:
    return emboldened(reply, briefing_of(ask), draw)


_PERSONAS: dict[PersonaName, Callable[[Simulation], Persona]] = {
    "rules": Rules,
    "scripted": Scripted,
    "obedient": lambda simulation: Bent(simulation, _obedient),
    "adversarial": lambda simulation: Bent(simulation, _adversarial),
    "random-valid": lambda _simulation: RandomValid(),
}
