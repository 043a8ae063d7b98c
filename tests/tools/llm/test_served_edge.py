"""Nothing leaves a served model but an answer or a fault that the wrappers around it know."""

from decimal import Decimal

import pytest

from core.errors import Degraded, Halt, Transient
from tests.tools.llm.providers import Provider
from tests.tools.safeguards.acting import ASKED, Acting, Step, virtually
from tools.clock import VirtualClock
from tools.llm.endpoints import Endpoint, ModelTerms, Wire
from tools.llm.faults import Unavailable, Unusable
from tools.llm.wires.answers import Answer, Failure
from tools.llm.wires.served import ServedModel
from tools.safeguards.stack import Guardroom, Served, guarded
from tools.safeguards.terms import Safeguards

ON_THE_WAY = [
    RuntimeError("Cannot send a request, as the client has been closed."), UnicodeError("u"), ValueError("v"),
    KeyError("k"), OSError("os"), EOFError(), AttributeError("a"), TypeError("t"), OverflowError("o"), RecursionError(),
]  # fmt: skip
BODIES = [
    b'{"error":{"details":1}}',
    b'{"error":{"message":"Limit: 1, Requested: ' + b"9" * 5000 + b'"}}',
    b"[" * 100_000,
    b'{"error":[1]}',
]


@pytest.mark.parametrize("error", ON_THE_WAY, ids=repr)
@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
async def test_whatever_is_raised_on_the_way_is_a_provider_out_of_reach(wire: Wire, error: Exception) -> None:
    with pytest.raises(Unavailable, match="vendor: "):
        await Provider(wire, error).complete()


@pytest.mark.parametrize("status", [200, 400, 429, 500])
@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
async def test_whatever_a_body_holds_is_a_fault(wire: Wire, status: int) -> None:
    for body in BODIES:
        with pytest.raises((Transient, Degraded)):
            await Provider(wire, body, status=status).complete()


@pytest.mark.parametrize(
    "headers",
    [{"retry-after": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999"}, {"x-note": "é"}, {"retry-after": "é"}],
    ids=repr,
)
@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize("status", [200, 429])
async def test_whatever_a_header_holds_is_no_more_than_a_fault(
    wire: Wire, headers: dict[str, str], status: int
) -> None:
    with pytest.raises((Transient, Degraded)):
        await Provider(wire, {"error": {"message": "slow down"}}, status=status, headers=headers).complete()


class Stumbling:
    """A wire of one's own with a mistake in it."""

    def __init__(self, error: Exception) -> None:
        self.sorts: dict[str, str] = {}
        self._error = error

    def load(self) -> None:
        return None

    async def send(self, *_: object) -> object:
        raise self._error

    def read(self, _body: bytes) -> Answer:
        raise self._error

    read_stream = read

    def speaks(self, _event: bytes) -> bool:
        return False

    def failed(self, _body: bytes, _status: int) -> Failure:
        raise self._error


def stumbling(error: Exception, clock: VirtualClock) -> ServedModel:
    terms = ModelTerms("vendor", "m")
    return ServedModel("one", terms, Endpoint("openai", "http://127.0.0.1:1"), Stumbling(error), clock)  # type: ignore[arg-type]


def test_a_fault_of_ours_passes_as_it_is() -> None:
    async def story(clock: VirtualClock) -> None:
        with pytest.raises(Halt, match=r"^stop$"):
            await stumbling(Halt("stop"), clock).complete(ASKED)

    virtually(story)


@pytest.mark.parametrize("hedged", [True, False])
def test_the_next_in_a_chain_answers_for_one_that_stumbles(hedged: bool) -> None:
    async def story(clock: VirtualClock) -> str:
        room = Guardroom(Safeguards() if hedged else Safeguards(hedge=None), clock)
        chain = [Served(stumbling(RuntimeError("x"), clock), "p1"), Served(Acting(Step(), name="two"), "p2")]
        return (await guarded(chain, Decimal(2), room).complete(ASKED)).model

    assert virtually(story) == "two"


def test_a_status_is_kept_when_its_body_cannot_be_read() -> None:
    async def story(_clock: VirtualClock) -> None:
        with pytest.raises(Unusable) as raised:
            await Provider("gemini", {"error": {"details": 1}}, status=401).complete()
        assert raised.value.lasting and raised.value.trace.status == 401

    virtually(story)
