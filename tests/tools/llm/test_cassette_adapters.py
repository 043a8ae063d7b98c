"""The desk's own adapters over cassettes recorded from the simulated providers."""

from pathlib import Path

import httpx2
import msgspec
import pytest

from core.ports.model import ChatRequest, Completion
from tests.tools.llm.providers import ADDRESSES, TestClock
from tools.llm.cassettes.file import Label
from tools.llm.cassettes.miss import CassetteMiss
from tools.llm.cassettes.transport import CassetteTransport, transport
from tools.llm.endpoints import Endpoint, ModelTerms, Wire
from tools.llm.opening import open_model
from tools.simulators.provider.application import Provider
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.transport import SimulatedTransport

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::SyntaxWarning")
MADE = Label("simulator", "rules", "2026-11-20T15:00:00Z")
BRIEFING = '<briefing>{"symbol":"IBM","figures":{"change_pct":"0.4"}}</briefing>'


def ask(user: str = BRIEFING) -> ChatRequest:
    schema = {"type": "object", "properties": {"view": {"type": "string"}}}
    return ChatRequest(role="analyst", prompt="analyst 1", system="You read.", user=user, schema=schema)


async def complete(wire: Wire, through: CassetteTransport, request: ChatRequest, **how: bool) -> Completion:
    assert through.cassette is not None
    assert through.cassette.origin is not None
    endpoint = Endpoint(wire=wire, base_url=ADDRESSES[wire], key="A_KEY", origin=through.cassette.origin)
    terms = ModelTerms(provider=wire, model="a-model")
    async with httpx2.AsyncClient(transport=through) as client:
        model = open_model("analyst", terms, endpoint, "a-key-of-nobody-0123456789", client, TestClock())
        said = await model.complete(request, **how)
    return msgspec.structs.replace(said, latency=None, first_token=None)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("wire", ADDRESSES)
async def test_an_adapter_reads_from_a_cassette_what_it_read_from_the_provider(
    wire: Wire, streamed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    asked = SimulatedTransport(Provider(Simulation()))
    recorded = await complete(wire, transport(path, "once", asked, MADE), ask(), streamed=streamed)
    assert recorded.parsed
    assert await complete(wire, transport(path), ask(), streamed=streamed) == recorded
    again = SimulatedTransport(Provider(Simulation()))
    await complete(wire, transport(tmp_path / "b.yaml", "once", again, MADE), ask(), streamed=streamed)
    assert (tmp_path / "b.yaml").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("wire", ADDRESSES)
async def test_a_miss_is_never_a_failure_of_the_provider(wire: Wire, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    await complete(wire, transport(path, "once", SimulatedTransport(Provider(Simulation())), MADE), ask())
    playing = transport(path)
    with pytest.raises(CassetteMiss) as raised:
        await complete(wire, playing, ask("IBM?"))
    assert playing.cassette is not None
    assert playing.cassette.misses == [raised.value]
