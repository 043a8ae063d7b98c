"""The provider itself: one request in, one reply out. It knows no socket, and waits only on the loop.

Order of the checks: a key, the path, the request, the model; only then may a fault befall it. So what a client does
wrong always shows as what it is.
"""

import asyncio
from collections.abc import Callable

from msgspec import structs

from tools.simulators.provider import delivery, faults
from tools.simulators.provider.conversation import Answer, Ask, Flavour, Problem, Spoken, Unacceptable
from tools.simulators.provider.draws import draw
from tools.simulators.provider.exchange import Dropped, Reply, Request, whole
from tools.simulators.provider.metering import Meter, shortened
from tools.simulators.provider.personas.persona import persona
from tools.simulators.provider.record import Record, Seen
from tools.simulators.provider.routes import Route, route
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.wires.anthropic import Anthropic
from tools.simulators.provider.wires.gemini import Gemini
from tools.simulators.provider.wires.openai import OpenAI
from tools.simulators.provider.wires.wire import Wire

LARGEST = 4 * 1024 * 1024
"""Bytes of a request's body."""
JSON = "application/json"
EVENTS = "text/event-stream; charset=utf-8"


class Provider:
    """Answers requests of all three wire formats."""

    def __init__(self, simulation: Simulation | None = None, tell: Callable[[Seen], None] | None = None) -> None:
        self.simulation = simulation or Simulation()
        self.record = Record(tell)
        self._persona = persona(self.simulation)
        self._meter = Meter()
        self._asked = 0
        self._models: dict[str, None] = dict.fromkeys(
            [*self.simulation.models, *(name for name in self.simulation.latency if name != "*")]
        )

    async def handle(self, request: Request) -> Reply:
        """Reply to one request; raises Dropped where the connection is to be closed instead."""
        at = route(request)
        wire = _WIRES[at.flavour]
        seen = Seen(number=0, flavour=at.flavour, method=request.method, path=request.path, status=200)
        problem = self._unwelcome(request, at, wire)
        if problem is not None:
            return self._refused(wire, seen, problem)
        if at.purpose == "list":
            self.record.write(seen)
            return _plain(wire, 0, 200, wire.listing(tuple(self._models) or ("simulated",)))
        self._asked += 1
        seen = structs.replace(seen, number=self._asked, body=request.body)
        try:
            ask = wire.ask(request, self.simulation)
            return await self._answered(wire, ask, structs.replace(seen, model=ask.model, stream=ask.stream))
        except Unacceptable as fault:
            return self._refused(wire, seen, fault.problem)

    def oversized(self, request: Request) -> Reply:
        """The refusal of a request whose body is too large to be read."""
        at = route(request)
        seen = Seen(number=0, flavour=at.flavour, method=request.method, path=request.path, status=413)
        found = Problem("too_large", 413, f"Request exceeds the maximum size of {LARGEST} bytes.")
        return self._refused(_WIRES[at.flavour], seen, found)

    def _unwelcome(self, request: Request, at: Route, wire: Wire) -> Problem | None:
        key = wire.key(request)
        if not key:
            return _NO_KEY[at.flavour]
        if key in self.simulation.refused_keys:
            return _BAD_KEY[at.flavour]
        if at.purpose == "unknown":
            return Problem("unknown_path", 404, f"Unknown request URL: {request.method} {request.path}.")
        if len(request.body) > LARGEST:
            return Problem("too_large", 413, f"Request exceeds the maximum size of {LARGEST} bytes.")
        return None

    async def _answered(self, wire: Wire, ask: Ask, seen: Seen) -> Reply:
        if self.simulation.models and ask.model not in self.simulation.models:
            return self._refused(wire, seen, _unknown(ask.model, wire.flavour))
        self._models[ask.model] = None
        fault = faults.befalls(self.simulation, seen.number)
        seen = structs.replace(seen, fault=fault)
        refusal = faults.problem(self.simulation, fault)
        if refusal is not None:
            return self._refused(wire, seen, refusal)
        if fault in ("dropped", "hanging"):
            self.record.write(seen)
            await asyncio.sleep(self.simulation.hang_seconds if fault == "hanging" else 0)
            raise Dropped
        said = await self._persona.say(ask, draw(self.simulation.seed, seen.number, "persona"))
        said = shortened(faults.misspoken(fault, said), ask.max_tokens)
        return await self._delivered(wire, ask, self._answer(wire, ask, said, seen.number), seen)

    def _answer(self, wire: Wire, ask: Ask, said: Spoken, number: int) -> Answer:
        model = self.simulation.aliases.get(ask.model, ask.model)
        return Answer(said=said, model=model, tokens=self._meter.read(wire.flavour, ask, said), number=number)

    async def _delivered(self, wire: Wire, ask: Ask, answer: Answer, seen: Seen) -> Reply:
        seconds = self._latency(ask.model, seen)
        told = structs.replace(seen, finish=answer.said.finish, tokens=answer.tokens, latency_ms=seconds * 1000)
        self.record.write(told)
        pieces = _pieces(wire, ask, answer, seen.fault)
        body = delivery.broken(seen.fault, pieces, self.simulation.drip_seconds, self.simulation.hang_seconds)
        length = None if ask.stream else sum(map(len, pieces))
        if wire.flavour == "deepseek" and seconds > 1:
            rest = body or delivery.paced(pieces, 0)
            body, length = delivery.kept_alive(rest, seconds, b": keep-alive\n\n" if ask.stream else b"\n"), None
        elif ask.stream and body is None:
            body = delivery.paced(pieces, seconds)
        else:
            await asyncio.sleep(seconds)
        if seen.fault == "malformed":
            length = None
        kind = EVENTS if ask.stream and ask.events else JSON
        headers = (("content-type", kind), *wire.headers(seen.number, None))
        return Reply(200, headers, body or delivery.paced(pieces, 0), length)

    def _latency(self, model: str, seen: Seen) -> float:
        if seen.fault == "slow":
            return self.simulation.slow_seconds
        profile = self.simulation.latency.get(model) or self.simulation.latency.get("*")
        return profile.seconds(draw(self.simulation.seed, seen.number, "latency")) if profile else 0.0

    def _refused(self, wire: Wire, seen: Seen, problem: Problem) -> Reply:
        self.record.write(structs.replace(seen, status=problem.status, error=problem.message))
        return _plain(wire, seen.number, problem.status, wire.problem(problem, seen.number), problem)


def _pieces(wire: Wire, ask: Ask, answer: Answer, fault: str | None) -> list[bytes]:
    if not ask.stream:
        body = wire.problem(faults.IN_BAND, answer.number) if fault == "in_band" else wire.answer(answer, ask)
        return [body[: len(body) // 2] if fault == "cut" else body]
    pieces = list(wire.stream(answer, ask))
    if fault == "in_band":
        begun = pieces[: len(pieces) // 2] if ask.events else []
        return [*begun, wire.problem_in_stream(faults.IN_BAND, ask)]
    return pieces[: max(1, len(pieces) // 2)] if fault == "cut" else pieces


def _plain(wire: Wire, number: int, status: int, body: bytes, problem: Problem | None = None) -> Reply:
    return Reply(status, (("content-type", JSON), *wire.headers(number, problem)), whole(body), len(body))


def _unknown(model: str, flavour: Flavour) -> Problem:
    if flavour == "deepseek":
        return Problem("invalid", 400, "Model Not Exist")
    return Problem("unknown_model", 404, _UNKNOWN[flavour].format(model=model), param="model")


_WIRES: dict[Flavour, Wire] = {
    "openai": OpenAI("openai"),
    "deepseek": OpenAI("deepseek"),
    "anthropic": Anthropic(),
    "gemini": Gemini(),
}
_UNKNOWN: dict[Flavour, str] = {
    "openai": "The model `{model}` does not exist or you do not have access to it.",
    "anthropic": "model: {model}",
    "gemini": "models/{model} is not found for API version v1beta, or is not supported for generateContent.",
}
_NO_KEY: dict[Flavour, Problem] = {
    "openai": Problem("no_key", 401, "You didn't provide an API key."),
    "deepseek": Problem("no_key", 401, "Authentication Fails (no such user)"),
    "anthropic": Problem("no_key", 401, "x-api-key header is required"),
    "gemini": Problem("no_key", 403, "Method doesn't allow unregistered callers. Please use API Key."),
}
_BAD_KEY: dict[Flavour, Problem] = {
    "openai": Problem("bad_key", 401, "Incorrect API key provided: wr*ng."),
    "deepseek": Problem("bad_key", 401, "Authentication Fails, Your api key is invalid"),
    "anthropic": Problem("bad_key", 401, "invalid x-api-key"),
    "gemini": Problem("bad_key", 400, "API key not valid. Please pass a valid API key."),
}
"""What each says to a missing and to a wrong key; Gemini alone has no 401 for them."""
