import asyncio
import gzip
from pathlib import Path

import httpx2
import pytest

from core.errors import BadInput
from tests.tools.llm.cassette_vendors import ASK, KEY, MADE, SAID, Crumbs, Provider
from tools.llm.cassettes.cassette import Cassette
from tools.llm.cassettes.miss import CassetteMiss, behind
from tools.llm.cassettes.transport import CassetteTransport, playing, transport

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::SyntaxWarning")
URL = "https://api.example.com/v1/chat/completions"


def client(through: httpx2.AsyncBaseTransport) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=through)


async def record(path: Path, provider: Provider, *bodies: object) -> None:
    async with client(transport(path, "rewrite", provider, MADE)) as recording:
        for body in bodies:
            await recording.post(URL, json=body)


@pytest.mark.parametrize("vendor", ASK)
async def test_what_an_sdk_recorded_it_hears_again_without_a_provider(vendor: str, tmp_path: Path) -> None:
    async with client(transport(tmp_path / "a.yaml", "rewrite", Provider(), MADE)) as recording:
        assert await ASK[vendor](recording) == SAID
    replaying = transport(tmp_path / "a.yaml")
    async with client(replaying) as offline:
        assert await ASK[vendor](offline) == SAID
    assert replaying.cassette is not None
    assert replaying.cassette.origin == "simulator"
    assert replaying.cassette.unplayed() == ()
    assert KEY not in (tmp_path / "a.yaml").read_text()


@pytest.mark.parametrize("vendor", ASK)
async def test_a_miss_is_found_behind_whatever_an_sdk_makes_of_it(vendor: str, tmp_path: Path) -> None:
    async with client(transport(tmp_path / "a.yaml", "rewrite", Provider(), MADE)) as recording:
        await ASK[vendor](recording)
    async with client(transport(tmp_path / "a.yaml")) as offline:
        with pytest.raises(Exception, match=r".") as raised:
            await ASK[vendor](offline, "SPY?")
    miss = behind(raised.value)
    assert miss is not None
    assert "IBM?" in miss.diff
    assert "SPY?" in miss.diff


async def test_concurrent_runs_each_record_and_play_a_cassette_of_their_own(tmp_path: Path) -> None:
    async def run(through: httpx2.AsyncClient, cassette: Cassette, name: str) -> list[str]:
        with playing(cassette):
            asks = [ask(through, f"{name} {turn}?") for ask in ASK.values() for turn in range(2)]
            return await asyncio.gather(*asks)

    names = [f"run{number}" for number in range(4)]
    provider = Provider()
    async with client(CassetteTransport(provider)) as shared:
        heard = await asyncio.gather(
            *(run(shared, Cassette(tmp_path / f"{name}.yaml", "once", MADE), name) for name in names)
        )
    assert len(provider.requests) == 32
    async with client(CassetteTransport()) as offline:
        cassettes = [Cassette(tmp_path / f"{name}.yaml") for name in names]
        again = await asyncio.gather(*(run(offline, *pair) for pair in zip(cassettes, names, strict=True)))
    assert heard == again == [[SAID] * 8] * 4
    assert [cassette.unplayed() for cassette in cassettes] == [()] * 4


async def test_what_is_recorded_is_answered_as_it_will_be_played(tmp_path: Path) -> None:
    async def headers_of(through: CassetteTransport) -> list[tuple[str, str]]:
        async with client(through) as asking:
            answered = await asking.post(URL, json={"model": "m"})
            return [*answered.headers.multi_items(), ("body", answered.text)]

    first = await headers_of(transport(tmp_path / "a.yaml", "once", Provider(), MADE))
    assert first == await headers_of(transport(tmp_path / "a.yaml", "once", Provider(), MADE))
    assert [name for name, _ in first] == ["content-type", "x-request-id", "body"]


async def test_a_compressed_answer_is_kept_readable_and_a_stream_whole(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"said": "hold"}')
    provider = Provider(
        lambda _: httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=Crumbs(packed[:9], packed[9:]))
    )
    await record(tmp_path / "a.yaml", provider, {"model": "m"})
    assert '{"said": "hold"}' in (tmp_path / "a.yaml").read_text()
    async with client(transport(tmp_path / "a.yaml")) as offline:
        assert (await offline.post(URL, json={"model": "m"})).json() == {"said": "hold"}


async def test_a_status_and_what_is_said_of_waiting_are_kept(tmp_path: Path) -> None:
    told = {"retry-after": "7", "retry-after-ms": "7000", "date": "today", "cf-ray": "1-ICN", "server": "edge-17"}
    await record(tmp_path / "a.yaml", Provider(lambda _: httpx2.Response(429, headers=told)), {"model": "m"})
    async with client(transport(tmp_path / "a.yaml")) as offline:
        answered = await offline.post(URL, json={"model": "m"})
    assert (answered.status_code, answered.reason_phrase) == (429, "Too Many Requests")
    assert dict(answered.headers) == {"retry-after": "7", "retry-after-ms": "7000"}


async def test_a_failure_of_the_network_is_not_recorded(tmp_path: Path) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there")

    with pytest.raises(httpx2.ConnectError):
        await record(tmp_path / "a.yaml", Provider(fail), {"model": "m"})
    assert not (tmp_path / "a.yaml").exists()


async def test_closing_saves_the_transports_own_cassette_and_closes_what_is_behind_it(tmp_path: Path) -> None:
    provider = Provider()
    await record(tmp_path / "deep" / "a.yaml", provider, {"model": "m"})
    assert provider.closed
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.yaml"]


async def test_a_miss_that_somebody_swallowed_is_raised_again_at_the_end(tmp_path: Path) -> None:
    await record(tmp_path / "a.yaml", Provider(), {"model": "m"})
    async with client(CassetteTransport()) as offline:
        with pytest.raises(CassetteMiss), playing(Cassette(tmp_path / "a.yaml")), pytest.raises(CassetteMiss):
            await offline.post(URL, json={"model": "n"})
        with pytest.raises(CassetteMiss), playing(Cassette(tmp_path / "a.yaml")):
            try:
                await offline.post(URL, json={"model": "n"})
            except CassetteMiss as miss:
                raise ConnectionError("the provider cannot be reached") from miss


async def test_a_run_that_failed_saves_nothing(tmp_path: Path) -> None:
    async with client(CassetteTransport(Provider())) as shared:
        with pytest.raises(ValueError, match="ours"), playing(Cassette(tmp_path / "a.yaml", "once", MADE)):
            await shared.post(URL, json={"model": "m"})
            raise ValueError("ours")
    assert not (tmp_path / "a.yaml").exists()


async def test_without_a_cassette_the_inner_transport_answers_and_without_both_nobody_does() -> None:
    async with client(CassetteTransport(Provider())) as through:
        assert (await through.post(URL, json={"model": "m"})).json()["model"] == "m"
    async with client(CassetteTransport()) as alone:
        with pytest.raises(CassetteMiss, match=r"POST api\.example\.com: no cassette is open"):
            await alone.post(URL, json={"model": "m"})


def test_recording_needs_somebody_who_answers(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="recording in mode 'new' needs a transport"):
        transport(tmp_path / "a.yaml", "new", None, MADE)
