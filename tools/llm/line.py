"""What stands behind the providers' addresses: the network, a cassette, or the simulator in this process."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from httpx2 import AsyncBaseTransport, AsyncClient, AsyncHTTPTransport, Limits, Request, Response, Timeout

from core.errors import BadInput
from tools.clock import VirtualLoop
from tools.llm.cassettes.cassette import Cassette
from tools.llm.cassettes.transport import CassetteTransport
from tools.llm.endpoints import Answering, ModelTerms
from tools.llm.offline.terms import RulesTerms

PATIENCE = 120.0
"""Seconds a connection may be silent; the seats' deadlines are far shorter, this one only frees what is forgotten."""
CONNECTIONS = 100


@dataclass(frozen=True)
class Line:
    """The connections to all providers, and what their answers are called."""

    transport: AsyncBaseTransport
    origin: Answering
    cassette: Cassette | None = None

    @cached_property
    def client(self) -> AsyncClient:
        """The one client that every provider's library is given."""
        return AsyncClient(transport=self.transport, timeout=Timeout(PATIENCE))

    async def close(self) -> None:
        """Close the connections; a request that no cassette held is named once more, whoever took it for less."""
        await self.client.aclose()
        if self.cassette is not None:
            self.cassette.finish()


def network() -> Line:
    """The providers themselves."""
    limits = Limits(max_connections=CONNECTIONS, keepalive_expiry=300)
    return Line(OnRecordedTime(AsyncHTTPTransport(limits=limits)), "provider")


def recorded(path: Path) -> Line:
    """A cassette, and nothing behind it."""
    cassette = Cassette(path)
    if cassette.origin is None:
        raise BadInput(f"{path}: does not say who answered; make it anew with `make record`")
    return Line(CassetteTransport(cassette=cassette), cassette.origin, cassette)


def recording(cassette: Cassette, behind: Line) -> Line:
    """Another line with a cassette before it, which is written when the line is closed."""
    return Line(CassetteTransport(AtOnce(behind.transport), cassette), behind.origin)


def simulated(rules: RulesTerms, models: Iterable[ModelTerms]) -> Line:
    """The simulator in the providers' place: calls a function if it is offered any, then answers by the rules, as
    slowly as the terms of each model say.
    """
    from tools.simulators.provider.application import Provider
    from tools.simulators.provider.simulation import Latency, Simulation
    from tools.simulators.provider.transport import SimulatedTransport

    latency = {terms.model: Latency(terms.latency.p50_ms, terms.latency.p95_ms) for terms in models if terms.latency}
    provider = Provider(Simulation(rules=rules, tools=True, latency=latency))
    return Line(SimulatedTransport(provider), "simulator")


class AtOnce(AsyncBaseTransport):
    """A provider that is being recorded: asked while nothing else happens, as a cassette answers.

    So nobody is late, cut off or overtaken, and the desk asks now what it will ask when the answers are played. The
    call is made by a thread, on a loop of its own.
    """

    def __init__(self, outside: AsyncBaseTransport) -> None:
        self._outside = outside
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()

    async def handle_async_request(self, request: Request) -> Response:
        """Ask, and hold everything up until the whole answer is there."""
        response: Response = next(self._thread.map(self._runner.run, [self._asked(request)]))
        return response

    async def aclose(self) -> None:
        """Close the connections, and the loop they belong to."""
        next(self._thread.map(self._runner.run, [self._outside.aclose()]))
        next(self._thread.map(lambda runner: runner.close(), [self._runner]))
        self._thread.shutdown()

    async def _asked(self, request: Request) -> Response:
        response = await self._outside.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response


class OnRecordedTime(AsyncBaseTransport):
    """A provider outside, asked by a desk whose time jumps: meanwhile it passes as it really does.

    So deadlines hold on recorded days as they would on live ones. On real or paced time nothing is changed.
    """

    def __init__(self, outside: AsyncBaseTransport) -> None:
        self._outside = outside

    async def handle_async_request(self, request: Request) -> Response:
        """Ask, and let the desk feel how long it takes."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualLoop) or loop.paced:
            return await self._outside.handle_async_request(request)
        with loop.awaiting_outside():
            response = await self._outside.handle_async_request(request)
            body = await response.aread()
            await response.aclose()
        return Response(response.status_code, headers=_unpacked(response), content=body, request=request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._outside.aclose()


def _unpacked(response: Response) -> list[tuple[str, str]]:
    """The headers, but for those that speak of how the body was packed."""
    return [(name, value) for name, value in response.headers.multi_items() if name not in _PACKING]


_PACKING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
