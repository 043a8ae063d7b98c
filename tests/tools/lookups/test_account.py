import json
from decimal import Decimal

from msgspec import structs

from core.desk.recollection import Recollection, Remembered, Result
from core.facts.desk import ProtectionSet
from core.facts.orders import OrderPlaced
from core.market.instruments import Money
from tests.tools.lookups.books import ACCOUNT, CLIENT, NOW, Recalls, look, sources
from tests.tools.lookups.test_portfolio import BOTH, HELD, ORDER

GUARD = ProtectionSet(symbol="SPY", market="US", stop=Decimal(166), target=Decimal(172), reason="first")
PAST = Recollection(
    past=tuple(
        Remembered(at=NOW, key=key, kind="price_shock", action="open", direction="long", confidence=85, outcome=outcome)
        for key, outcome in (("US:IBM", "executed"), ("US:SPY", "denied"))
    ),
    results=(
        Result(NOW, "US:IBM", Money(Decimal("12.50"), "USD")),
        Result(NOW, "US:IBM", Money(Decimal("-3.00"), "USD")),
    ),
)


async def test_holdings_tell_quantity_average_gain_and_protection() -> None:
    answer = await look("holdings", await sources(*HELD, GUARD, quotes=BOTH))
    figures = {name.removeprefix("tool.holdings."): str(value) for name, value in answer.figures.items()}
    assert figures == {
        "cash": "96639.00",
        "equity": "99999.20",
        "US:SPY.quantity": "20",
        "US:SPY.average": "168.000000",
        "US:SPY.gain_pct": "0.0060",
        "US:SPY.stop": "166",
        "US:SPY.target": "172",
    }


async def test_a_holding_without_a_price_has_no_gain_and_the_account_no_worth() -> None:
    answer = await look("holdings", await sources(*HELD))
    assert "tool.holdings.US:SPY.gain_pct" not in answer.figures
    assert "tool.holdings.equity" not in answer.figures


async def test_open_orders_tell_what_remains_and_never_whose_they_are() -> None:
    answer = await look("open_orders", await sources(HELD[0], OrderPlaced(CLIENT, "broker7")))
    (row,) = json.loads(answer.text)["orders"]
    assert row == {
        "instrument": "US:SPY",
        "side": "buy",
        "kind": "limit",
        "remaining": "20",
        "limit": "168",
        "state": "working",
    }
    assert not any(word in answer.text for word in (ACCOUNT, CLIENT, "broker7", ORDER.decision))


async def test_limits_tell_what_is_left_for_an_entry() -> None:
    answer = await look("limits", await sources(*HELD, quotes=BOTH), instrument="US:SPY")
    figures = {name.removeprefix("tool.limits."): value for name, value in answer.figures.items()}
    assert figures["slots_left"] == 2
    assert figures["US:SPY.room"] == 0
    assert figures["day_loss_left_pct"] == Decimal("2.9992")
    free = await look("limits", await sources(*HELD, quotes=BOTH), instrument="US:IBM")
    assert free.figures["tool.limits.US:IBM.room"] == Decimal("1999.98")


async def test_what_is_left_is_unknown_while_the_account_is() -> None:
    answer = await look("limits", await sources(*HELD), instrument="US:IBM")
    assert "tool.limits.US:IBM.room" not in answer.figures
    assert "tool.limits.day_loss_left_pct" not in answer.figures


async def test_past_decisions_tell_outcomes_of_all_or_of_one_instrument() -> None:
    seen = await sources(past=Recalls(PAST))
    told = json.loads((await look("past_decisions", seen)).text)
    assert [row[1:] for row in told["past"]] == [
        ["US:IBM", "price_shock", "open", "long", 85, "executed"],
        ["US:SPY", "price_shock", "open", "long", 85, "denied"],
    ]
    assert [row[1:] for row in told["realised"]] == [["US:IBM", "12.50 USD"], ["US:IBM", "-3.00 USD"]]
    one = await look("past_decisions", seen, instrument="US:SPY")
    assert [str(one.figures[f"tool.past_decisions.{name}"]) for name in ("decisions", "results", "won")] == [
        "1",
        "0",
        "0",
    ]


async def test_only_so_many_past_decisions_are_given() -> None:
    many = structs.replace(PAST, past=PAST.past * 20)
    seen = await sources(past=Recalls(many))
    assert len(json.loads((await look("past_decisions", seen, count=20)).text)["past"]) == 20
    assert "count: must be from 1 to 20, found 21" in (await look("past_decisions", seen, count=21)).text
