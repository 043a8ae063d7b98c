"""The adapters and the simulator were written apart from the same fact sheets: where they disagree, one has misread."""

from typing import Literal, get_args

import httpx2
import pytest
from msgspec import structs

from core.facts.models import Role
from core.ports.model import ChatModel, ToolResult, Turn
from tests.contracts.test_model import request
from tests.tools.simulators.provider.clients import QUOTE
from tools.clock import SystemClock
from tools.llm.endpoints import Endpoint, ModelTerms, Thinking
from tools.llm.faults import Unavailable, Unusable
from tools.llm.offline.rules import RulesModel
from tools.llm.opening import open_model
from tools.simulators.provider.application import Provider
from tools.simulators.provider.conversation import Flavour
from tools.simulators.provider.faults import PROBLEMS
from tools.simulators.provider.routes import FLAVOURS
from tools.simulators.provider.simulation import Simulation
from tools.simulators.provider.transport import SimulatedTransport

ENDPOINTS: dict[Flavour, tuple[Literal["openai", "anthropic", "gemini"], str]] = {
    "openai": ("openai", "https://api.openai.com/v1"),
    "deepseek": ("openai", "https://api.deepseek.com"),
    "anthropic": ("anthropic", "https://api.anthropic.com"),
    "gemini": ("gemini", "https://generativelanguage.googleapis.com"),
}
LASTING = {"401", "402", "403", "404"}
each_flavour = pytest.mark.parametrize("flavour", FLAVOURS)
each_thinking = pytest.mark.parametrize("thinking", get_args(Thinking))


def opened(flavour: Flavour, provider: Provider, thinking: Thinking = "off") -> ChatModel:
    wire, address = ENDPOINTS[flavour]
    enforced: Literal["object", "strict"] = "object" if flavour == "deepseek" else "strict"
    terms = ModelTerms(provider=flavour, model="gemini-3-some", thinking=thinking, schema=enforced)
    client = httpx2.AsyncClient(transport=SimulatedTransport(provider))
    return open_model(flavour, terms, Endpoint(wire, address, "A_KEY", origin="simulator"), "k", client, SystemClock())


@each_flavour
@each_thinking
async def test_an_adapter_reads_what_the_rules_said_through_its_provider(flavour: Flavour, thinking: Thinking) -> None:
    model = opened(flavour, Provider(), thinking)
    for role in get_args(Role):
        asked = request(role)
        heard = await model.complete(asked)
        assert (heard.text, heard.finish) == ((await RulesModel().complete(asked)).text, "stop")
        assert heard.parsed is not None and heard.parsed["symbol"] == "IBM"
        assert (heard.model, heard.origin) == ("gemini-3-some", "simulator")
        assert bool(heard.reasoning) == (thinking != "off" and flavour != "openai")


@each_flavour
@each_thinking
async def test_a_round_of_functions_is_accepted_as_the_adapter_gives_it_back(
    flavour: Flavour, thinking: Thinking
) -> None:
    model = opened(flavour, Provider(Simulation(tools=True)), thinking)
    asked = request("analyst", tools=(QUOTE,))
    first = await model.complete(asked)
    assert (first.finish, [call.name for call in first.tool_calls]) == ("tools", ["quote"])
    results = tuple(ToolResult(call, "187.20") for call in first.tool_calls)
    turn = Turn(results=results, text=first.text, echo=first.echo)
    assert (await model.complete(structs.replace(asked, turns=(turn,)))).finish == "stop"


@each_flavour
async def test_a_refusal_is_sorted_by_what_it_asks_for(flavour: Flavour) -> None:
    model = opened(flavour, Provider(Simulation(fault_script=tuple(PROBLEMS), retry_after=3)))
    for fault, (status, kind, _) in PROBLEMS.items():
        with pytest.raises((Unavailable, Unusable)) as found:
            await model.complete(request("analyst"))
        error = found.value
        assert isinstance(error, Unavailable | Unusable) and error.trace.status == status
        assert error.trace.retry_after == (3 if fault.endswith("-after") else None), fault
        if kind != "quota":
            assert isinstance(error, Unavailable) == (status == 429 or status >= 500), fault
            assert getattr(error, "lasting", False) == (fault in LASTING), fault


@each_flavour
async def test_what_breaks_on_its_way_may_be_asked_again(flavour: Flavour) -> None:
    script = ("dropped", "half", "cut", "malformed", "in_band")
    model = opened(flavour, Provider(Simulation(fault_script=script)))
    for _ in script:
        with pytest.raises(Unavailable):
            await model.complete(request("analyst"))


@each_flavour
async def test_what_is_no_answer_does_not_end_as_one(flavour: Flavour) -> None:
    script = ("empty", "refusal", "content_filter", "length")
    model = opened(flavour, Provider(Simulation(fault_script=script)))
    empty, refused, withheld, cut = [await model.complete(request("analyst")) for _ in script]
    assert (empty.text, empty.parsed, cut.finish) == ("", None, "length")
    assert withheld.finish in ("content_filter", "refusal")
    ends: dict[Flavour, str] = {"deepseek": "stop", "gemini": "content_filter"}
    assert (refused.finish, refused.parsed) == (ends.get(flavour, "refusal"), None)
