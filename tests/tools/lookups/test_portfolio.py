import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from core.facts.orders import Order, OrderFilled, OrderIntended
from core.market.instruments import Money
from core.quant.portfolio.risk import history_of, measure
from tests.tools.lookups.books import ACCOUNT, CLIENT, NOW, Kept, look, quote, sources

BUY = {"instrument": "US:IBM", "side": "buy", "quantity": "10"}
ORDER = Order(
    client_id=CLIENT,
    decision="run0",
    leg="entry",
    account=ACCOUNT,
    symbol="SPY",
    market="US",
    currency="USD",
    side="buy",
    quantity=Decimal(20),
    kind="limit",
    limit=Decimal(168),
)
HELD = (
    OrderIntended(ORDER, "hash", "verdict"),
    OrderFilled(
        client_id=CLIENT,
        fill_id="fill1",
        symbol="SPY",
        market="US",
        side="buy",
        quantity=Decimal(20),
        price=Decimal(168),
        fee=Money(Decimal(1), "USD"),
        at=NOW,
    ),
)
BOTH = (quote(), quote("SPY", "168.00", "168.02"))


def returns(*keys: str) -> Any:
    closes = np.array([[float(bar.close) for bar in Kept().bars(key, 60)] for key in keys]).T
    return closes[1:] / closes[:-1] - 1


async def test_what_an_order_would_make_of_the_book_is_what_the_kernel_says() -> None:
    answer = await look("what_if", await sources(*HELD, quotes=BOTH), **BUY)
    equity = 100_000 - 20 * 168 - 1 + 20 * 168.01
    history = history_of(returns("US:IBM", "US:SPY"))
    held = 20 * 168.01 / equity
    before = measure(history, [0.0, held])
    after = measure(history, [10 * 184.55 / equity, held])
    figures = {name.removeprefix("tool.what_if.US:IBM."): float(value) for name, value in answer.figures.items()}
    assert figures["before.var_pct"] == pytest.approx(before.var * 100, rel=1e-6)
    assert figures["before.cvar_pct"] == pytest.approx(before.cvar * 100, rel=1e-6)
    assert figures["after.cvar_pct"] == pytest.approx(after.cvar * 100, rel=1e-6)
    assert figures["after.volatility_pct"] == pytest.approx(after.volatility * 100, rel=1e-6)
    assert figures["worth_pct"] == pytest.approx(1845.5 * 100 / equity, rel=1e-3)
    assert (figures["exposure_before_pct"], figures["exposure_after_pct"]) == (0, figures["worth_pct"])
    assert json.loads(answer.text)["instruments"] == ["US:IBM", "US:SPY"]


async def test_a_sale_is_counted_at_the_bid_and_lowers_the_exposure() -> None:
    seen = await sources(*HELD, quotes=BOTH)
    answer = await look("what_if", seen, instrument="US:SPY", side="sell", quantity="20")
    figures = {name.rpartition(".")[2]: value for name, value in answer.figures.items() if "US:SPY.ex" in name}
    assert abs(figures["exposure_after_pct"]) < Decimal("0.01") < figures["exposure_before_pct"]


async def test_where_the_history_is_too_short_only_the_risk_is_left_out() -> None:
    answer = await look("what_if", await sources(prices=Kept(12)), **BUY)
    assert sorted(name.rpartition(".")[2] for name in answer.figures) == [
        "exposure_after_pct",
        "exposure_before_pct",
        "worth_pct",
    ]
    told = "not known: US:IBM have, in bars of 60 minutes, 12 closed bars in common, at least 31 are needed"
    assert json.loads(answer.text)["risk"] == told


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"quantity": "-10"}, "quantity: must be above 0"),
        ({"quantity": "NaN"}, "quantity: "),
        ({"quantity": "ten"}, "quantity: "),
        ({"side": "hold"}, "side: Input should be 'buy' or 'sell'"),
        ({"instrument": "US:QQQ"}, "the price of this side is not known"),
    ],
)
async def test_an_order_that_makes_no_sense_is_told_so(changes: dict[str, Any], error: str) -> None:
    answer = await look("what_if", await sources(), **{**BUY, **changes})
    assert error in json.loads(answer.text)["error"]


async def test_a_holding_without_a_price_leaves_the_risk_unknown() -> None:
    answer = await look("what_if", await sources(*HELD), **BUY)
    assert json.loads(answer.text) == {"error": "equity is not known"}


@pytest.mark.parametrize("method", ["minimum_cvar", "risk_parity", "hierarchical"])
async def test_an_optimum_is_all_that_is_invested_and_repeats(method: str) -> None:
    wanted = {"instruments": ["US:IBM", "US:SPY", "US:QQQ"], "method": method}
    answer = await look("optimum", await sources(), **wanted)
    weights = [value for name, value in answer.figures.items() if name.endswith("weight_pct")]
    assert len(weights) == 3 and sum(weights) == pytest.approx(Decimal(100), abs=Decimal("0.0001"))
    assert all(weight >= 0 for weight in weights)
    assert answer == await look("optimum", await sources(), **wanted)


async def test_the_optimum_of_least_loss_loses_less_than_an_even_spread() -> None:
    answer = await look("optimum", await sources(), instruments=["US:IBM", "US:SPY"])
    even = measure(history_of(returns("US:IBM", "US:SPY")), [0.5, 0.5])
    assert float(answer.figures["tool.optimum.spread.cvar_pct"]) <= even.cvar * 100 + 1e-9


@pytest.mark.parametrize("keys", [[], ["US:IBM"], ["US:IBM", "US:IBM"]])
async def test_an_optimum_needs_several_instruments(keys: list[str]) -> None:
    answer = await look("optimum", await sources(), instruments=keys)
    assert "instruments: must be 2 to 8 different ones" in answer.text


async def test_an_optimum_without_history_says_what_is_missing() -> None:
    answer = await look("optimum", await sources(prices=Kept(5)), instruments=["US:IBM", "US:SPY"])
    assert "US:IBM, US:SPY have, in bars of 60 minutes, 5 closed bars in common, at least 31 are needed" in answer.text
