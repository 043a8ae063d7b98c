"""What a call cost, from the price list that ships with genai-prices: offline, at the instant of the call, or None.

How to think about it: a price is looked up for the provider's address and the model that answered. A simulator has no
address of its own, so its provider's name stands in. Where the list knows no price, the configuration's counts, and
without that the cost is unknown: a price is never guessed.
"""

from decimal import Decimal

from core.facts.models import Usage
from core.market.instants import moment
from core.market.instruments import Money
from tools.llm.endpoints import Endpoint, ModelTerms


def cost_of(
    terms: ModelTerms, endpoint: Endpoint, model: str, usage: Usage | None, at: int, written: int | None = None
) -> Money | None:
    """What these tokens of an answering model cost; `written` are those of the input that went into a cache."""
    if usage is None or usage.input is None or usage.output is None:
        return None
    listed = _listed(terms.provider, endpoint, model, usage, at, written) if model else None
    if listed is None and terms.price is not None:
        return terms.price.of(usage.input, usage.output)
    return listed


def _listed(provider: str, endpoint: Endpoint, model: str, usage: Usage, at: int, written: int | None) -> Money | None:
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cached or None,
        cache_write_tokens=written or None,
    )
    try:
        if endpoint.origin == "simulator":
            price = calc_price(tokens, model, provider_id=_name(provider), genai_request_timestamp=moment(at))
        else:
            price = calc_price(tokens, model, provider_api_url=endpoint.base_url, genai_request_timestamp=moment(at))
    except (LookupError, ValueError):
        return None
    return Money(Decimal(price.total_price), "USD")


def _name(provider: str) -> str:
    """A provider's name in the list, where its usual one differs."""
    return {"gemini": "google", "xai": "x-ai"}.get(provider, provider)
