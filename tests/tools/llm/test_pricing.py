"""What a call cost: the price of its day, for the model that answered, or nothing at all."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.facts.models import Usage
from core.market.instants import nanoseconds
from core.market.instruments import Money
from tools.llm.endpoints import Endpoint, ModelTerms, Price
from tools.llm.pricing import cost_of

OPENAI = Endpoint("openai", "https://api.openai.com/v1")
AT = nanoseconds(datetime(2026, 9, 21, tzinfo=UTC))


def cost(model: str = "gpt-4o", usage: Usage | None = None, endpoint: Endpoint = OPENAI, **more: Any) -> Money | None:
    told = usage or Usage(input=1_000_000, output=0)
    terms = ModelTerms(provider=more.pop("provider", "openai"), model="asked", price=more.pop("price", None))
    return cost_of(terms, endpoint, model, told, more.pop("at", AT), **more)


def test_tokens_cost_what_the_list_says_in_dollars() -> None:
    assert cost() == Money(Decimal("2.5"), "USD")
    assert cost(usage=Usage(input=0, output=1_000_000)) == Money(Decimal(10), "USD")


def test_cached_and_written_tokens_have_prices_of_their_own() -> None:
    half = Usage(input=1_000_000, output=0, cached=1_000_000)
    assert cost(usage=half) == Money(Decimal("1.25"), "USD")
    claude = Endpoint("anthropic", "https://api.anthropic.com")
    plain = cost("claude-opus-4-6", Usage(input=1000, output=0), claude)
    written = cost("claude-opus-4-6", Usage(input=1000, output=0), claude, written=1000)
    assert plain is not None and written is not None
    assert written.amount == plain.amount * Decimal("1.25")


@pytest.mark.parametrize("month", [1, 11])
def test_the_price_is_that_of_the_calls_own_day(month: int) -> None:
    dear = nanoseconds(datetime(2025, month, 20, tzinfo=UTC))
    assert cost("o3", at=dear) == Money(Decimal({1: 10, 11: 2}[month]), "USD")


@pytest.mark.parametrize(
    ("model", "usage", "address"),
    [
        ("a-model-nobody-knows", Usage(1, 1), "https://api.openai.com/v1"),
        ("gpt-4o", Usage(1, 1), "http://127.0.0.1:11434/v1"),
        ("gpt-4o", Usage(None, 1), "https://api.openai.com/v1"),
        ("gpt-4o", Usage(1, None), "https://api.openai.com/v1"),
        ("", Usage(1, 1), "https://api.openai.com/v1"),
        ("gpt-4o", Usage(1, 1, cached=2), "https://api.openai.com/v1"),
    ],
)
def test_an_unknown_price_is_no_price(model: str, usage: Usage, address: str) -> None:
    assert cost(model, usage, Endpoint("openai", address)) is None
    assert cost_of(ModelTerms(provider="openai", model="gpt-4o"), OPENAI, "gpt-4o", None, AT) is None


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "gpt-4o"), ("gemini", "gemini-2.5-flash"), ("deepseek", "deepseek-v4-flash")]
)
def test_a_simulator_is_priced_as_the_provider_it_stands_for(provider: str, model: str) -> None:
    simulated = Endpoint("openai", "http://127.0.0.1:1/v1", origin="simulator")
    assert cost(model, endpoint=simulated, provider=provider) is not None
    assert cost(model, endpoint=simulated, provider="nobody") is None


def test_a_price_of_the_configuration_counts_where_the_list_knows_none() -> None:
    own = Price(Decimal(3), Decimal(4))
    assert cost("a-model-nobody-knows", Usage(1_000_000, 1_000_000), price=own) == Money(Decimal(7), "USD")
    assert cost("gpt-4o", price=own) == Money(Decimal("2.5"), "USD")
    assert cost("a-model-nobody-knows", Usage(None, 1), price=own) is None
