"""A wire of one's own, by the name the configuration gives it."""

import httpx2
import pytest

from core.errors import BadInput, Degraded
from tests.tools.brokers.bench import HandClock
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.listing import served
from tools.llm.opening import open_model

OWN = Endpoint("docs.examples.provider:Ollama", "http://127.0.0.1:11434")
TERMS = ModelTerms("ollama", "qwen3:8b")


async def test_a_model_is_opened_behind_it() -> None:
    async with httpx2.AsyncClient() as client:
        model = open_model("small", TERMS, OWN, None, client, HandClock())
        assert (model.name, model.label) == ("small", "ollama")
        with pytest.raises(BadInput, match=r"cannot import 'no\.such'"):
            open_model("small", TERMS, Endpoint("no.such:Wire", OWN.base_url), None, client, HandClock())


async def test_it_has_no_list_of_models() -> None:
    async with httpx2.AsyncClient() as client:
        with pytest.raises(Degraded, match="a wire of your own has no list of models"):
            await served(OWN, "", client)


def test_a_wire_that_is_none_is_refused_when_it_is_read() -> None:
    with pytest.raises(BadInput, match="wire: one of openai, anthropic, gemini, or module:name, found 'openia'"):
        Endpoint("openia", "http://127.0.0.1:11434")
