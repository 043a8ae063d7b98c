"""From a model's terms and its provider's endpoint to the ChatModel that asks it; no vendor's library is imported."""

from collections.abc import Callable, Mapping

import httpx2

from core.ports.clock import Clock
from tools.llm.endpoints import Endpoint, ModelTerms
from tools.llm.wires.anthropic import Anthropic
from tools.llm.wires.gemini import Gemini
from tools.llm.wires.openai_compatible import OpenAICompatible
from tools.llm.wires.served import ServedModel, Wire, checked_key
from tools.plugins import is_own, own


def open_model(
    name: str, terms: ModelTerms, endpoint: Endpoint, key: str | None, client: httpx2.AsyncClient, clock: Clock
) -> ServedModel:
    """The model of this name. BadInput when its key is missing; the network is not touched."""
    make = own(endpoint.wire) if is_own(endpoint.wire) else _WIRES[endpoint.wire]
    secret = checked_key(endpoint, key, name)
    wire: Wire = make(terms, endpoint, secret, client)
    return ServedModel(name, terms, endpoint, wire, clock, lambda words: words.replace(secret, "[removed]"))


_WIRES: Mapping[str, Callable[[ModelTerms, Endpoint, str, httpx2.AsyncClient], Wire]] = {
    "openai": OpenAICompatible,
    "anthropic": Anthropic,
    "gemini": Gemini,
}
