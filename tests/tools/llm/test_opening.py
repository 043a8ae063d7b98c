"""From terms and an endpoint to a model: nothing is imported, no key is told, and time may be virtual."""

import asyncio
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from core.errors import BadInput
from core.ports.model import ChatModel
from tests.tools.llm import test_anthropic, test_gemini, test_openai_compatible
from tests.tools.llm.providers import ADDRESSES, Provider, request
from tools.clock import SystemClock, VirtualLoop
from tools.llm.endpoints import Endpoint, ModelTerms, Wire
from tools.llm.opening import open_model

KEY = "sk-very-secret-0123456789abcdef"
REPLIES: dict[Wire, dict[str, Any]] = {
    "openai": test_openai_compatible.reply(content="x"),
    "anthropic": test_anthropic.reply(),
    "gemini": test_gemini.reply(),
}
UNTOUCHED = """
import sys, httpx2
from tools.clock import SystemClock
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.opening import open_model
for wire in ("openai", "anthropic", "gemini"):
    terms = ModelTerms(provider="vendor", model="m")
    open_model("seat", terms, Endpoint(wire, "https://models.example", "K"), "key", httpx2.AsyncClient(), SystemClock())
print(sorted({"openai", "anthropic", "google.genai", "genai_prices", "langchain_core", "pydantic"} & set(sys.modules)))
"""


def opened(key: str | None, variable: str = "THE_KEY", wire: Wire = "openai", **changes: Any) -> ChatModel:
    endpoint = Endpoint(wire, ADDRESSES[wire], variable, **changes)
    terms = ModelTerms(provider="vendor", model="asked-model")
    return open_model("flash", terms, endpoint, key, httpx2.AsyncClient(), SystemClock())


def test_a_model_says_its_name_and_where_its_answers_come_from() -> None:
    assert (opened(KEY).name, opened(KEY).label) == ("flash", "vendor")
    assert opened(KEY, origin="simulator").label == "vendor, simulated"


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_missing_key_is_named_by_its_variable_and_by_where_it_is_read(key: str | None) -> None:
    with pytest.raises(BadInput, match=r"flash: no key: THE_KEY is not set; set it in the environment, or in \.env"):
        opened(key)


@pytest.mark.parametrize("key", ["sk-a b", "sk-a\nb", "sk-ключ"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_told(key: str) -> None:
    with pytest.raises(BadInput, match="THE_KEY holds characters") as error:
        opened(key)
    assert key not in str(error.value)


@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
def test_no_key_shows_in_what_a_model_says_of_itself(wire: Wire) -> None:
    model: Any = opened(KEY, wire=wire)
    assert KEY not in repr(model) + repr(vars(model)) + repr(vars(model._wire))


@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
async def test_a_key_read_with_a_line_break_is_sent_without_it(wire: Wire) -> None:
    provider = Provider(wire, REPLIES[wire])
    await provider.complete(key="a-key\n")
    assert any(value in (b"a-key", b"Bearer a-key") for _, value in provider.asked[0].headers.raw)


async def test_a_local_server_is_asked_without_anybodys_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "somebody-elses")
    provider = Provider("openai", REPLIES["openai"])
    completion = await provider.complete(key=None, variable="", base_url="http://127.0.0.1:11434/v1/")
    assert "somebody-elses" not in str(provider.asked[0].headers.raw)
    assert completion.cost is None


@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
async def test_the_same_request_is_the_same_body(wire: Wire) -> None:
    provider = Provider(wire, REPLIES[wire])
    await provider.complete()
    await provider.complete()
    assert provider.asked[0].content == provider.asked[1].content


@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
def test_the_first_call_takes_no_virtual_time(wire: Wire) -> None:
    async def ask() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        async with asyncio.timeout(0.001):
            await Provider(wire, REPLIES[wire]).complete(request())
        return loop.time() - before

    with asyncio.Runner(loop_factory=lambda: VirtualLoop(0)) as runner:
        assert runner.run(ask()) == 0


def test_no_library_is_imported_before_the_first_call() -> None:
    run = subprocess.run([sys.executable, "-c", UNTOUCHED], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"
