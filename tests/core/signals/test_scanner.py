"""The score's worked figures, the bounds of its proxies, and the one place where the evaluation set is made."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.errors import BadInput
from core.facts.orders import Order
from core.signals.scanner import (
    Mover,
    ScanRules,
    evaluation_set,
    fallback_universe,
    rsi_proxy,
    scan,
    score,
    volatility_pct,
    volume_proxy,
)
from core.trading.orders import LIVE, Ticket
from core.trading.positions import Lot, Position

RULES = ScanRules()
figures = st.decimals(-1000, 1000, places=3)


def mover(key: str = "US:AAPL", **figures: Any) -> Mover:
    known = {"currency": "USD", "price": "100", "change_pct": "4", "range_pct": "6", "volume_ratio": None} | figures
    kept = {name: value if name == "currency" or value is None else Decimal(value) for name, value in known.items()}
    return Mover(key=key, **kept)  # type: ignore[arg-type]


def position(key: str, quantity: int) -> Position:
    market, symbol = key.split(":")
    lots = (Lot(Decimal(quantity), Decimal(10)),) if quantity else ()
    return Position(symbol, market, "USD", lots)


def ticket(key: str, state: Any) -> Ticket:
    market, symbol = key.split(":")
    order = Order(
        client_id="AAAABBBBCCCC2222",
        decision="run1",
        leg="entry",
        account="paper",
        symbol=symbol,
        market=market,
        currency="USD",
        side="buy",
        quantity=Decimal(1),
        kind="market",
    )
    return Ticket(order, "verdict", state)


def test_the_worked_scores_of_the_sheet() -> None:
    order = [f"US:V{place}" for place in range(10)] + ["US:AAPL"]
    found = scan([mover(), mover("US:FALL", change_pct="-12", range_pct="3")], order, [], RULES)
    assert [(one.key, one.score, one.signal) for one in found.candidates] == [
        ("US:FALL", Decimal(85), "oversold"),
        ("US:AAPL", Decimal("63.0"), "momentum"),
    ]


def test_a_score_is_at_most_a_hundred_and_volume_far_down_adds_nothing() -> None:
    assert score(Decimal(40), "ranking", 0) == 100
    assert score(Decimal(5), "ranking", 50) == score(Decimal(5), "ranking", 999) == score(Decimal(5), "ranking")
    assert score(Decimal(5), "fallback", 0) == 50


def test_the_fallback_is_scanned_only_if_there_was_no_ranking() -> None:
    quiet = mover("US:CALM", change_pct="0.1", range_pct="0.2")
    sorted_out = scan([quiet], [], [mover()], RULES)
    assert (sorted_out.candidates, sorted_out.unfit, sorted_out.origin) == ((), {"US:CALM": "quiet"}, "ranking")
    overseas = scan([], ["US:AAPL"], [mover()], RULES)
    assert (overseas.candidates[0].score, overseas.origin) == (Decimal(60), "fallback")


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"price": None}, "unpriced"),
        ({"price": "0"}, "unpriced"),
        ({"price": "-3"}, "unpriced"),
        ({"price": "NaN"}, "unpriced"),
        ({"price": "Infinity"}, "unpriced"),
        ({"change_pct": None}, "unmeasured"),
        ({"change_pct": "NaN"}, "unmeasured"),
        ({"change_pct": "0.5", "range_pct": "0.79"}, "quiet"),
        ({"price": "4.99"}, "cheap"),
    ],
)
def test_who_is_left_out_and_why(figures: dict[str, Any], reason: str) -> None:
    assert scan([mover(**figures)], [], [], RULES).unfit == {"US:AAPL": reason}


@pytest.mark.parametrize(
    "figures",
    [
        {"price": "5"},
        {"change_pct": "-0.8", "range_pct": None},
        {"range_pct": "NaN"},
        {"price": "4.99", "currency": "KRW"},
    ],
)
def test_who_stands_on_a_bound_is_let_in(figures: dict[str, Any]) -> None:
    assert len(scan([mover(**figures)], [], [], RULES).candidates) == 1


def test_equal_scores_come_in_the_same_order_however_the_ranking_does() -> None:
    movers = [mover(f"US:{name}") for name in "CAB"] + [mover("US:Z", change_pct="15"), mover("US:Y", change_pct="12")]
    orders = {
        tuple(one.key for one in scan(list(order), [], [], structs.replace(RULES, top=5)).candidates)
        for order in permutations(movers)
    }
    assert orders == {("US:Z", "US:Y", "US:A", "US:B", "US:C")}


def test_a_repeated_mover_counts_once_with_its_first_row_and_first_place() -> None:
    found = scan([mover(), mover(change_pct="9")], ["US:AAPL", "US:X", "US:AAPL"], [], RULES)
    assert [one.score for one in found.candidates] == [Decimal(66)]


def test_only_the_top_are_candidates() -> None:
    movers = [mover(f"US:S{place}") for place in range(10)]
    assert len(scan(movers, [], [], RULES).candidates) == 3


@given(figures, figures, st.none() | figures)
def test_proxies_are_bounded_and_never_stand_in_the_place_of_the_measured(
    change: Decimal, reach: Decimal, measured: Decimal | None
) -> None:
    found = scan([mover(change_pct=change, range_pct=reach, volume_ratio=measured)], [], [], RULES).candidates
    for one in found:
        assert 0 <= one.rsi_proxy <= 100
        assert 1 <= one.volume_proxy <= max(Decimal(500), measured or 0)
        assert one.volume_ratio == measured
        assert 0 <= one.score <= 100


def test_the_rsi_proxy_is_low_only_after_a_fall_of_more_than_ten_per_cent() -> None:
    assert rsi_proxy(Decimal(-10)) == 30
    assert rsi_proxy(Decimal("-10.1")) < 30
    assert [rsi_proxy(Decimal(change)) for change in (25, -25, 0)] == [100, 0, 50]


def test_the_volume_proxy_rises_with_volatility_alone() -> None:
    assert volume_proxy(Decimal(4), None) == 2
    assert volume_proxy(Decimal(1), Decimal("0.2")) == 1
    assert volume_proxy(Decimal(4), Decimal(7)) == 7
    assert volume_proxy(Decimal(4), Decimal("NaN")) == 2


@given(figures, figures)
def test_volatility_is_the_larger_of_change_and_range(change: Decimal, reach: Decimal) -> None:
    assert volatility_pct(mover(change_pct=change, range_pct=reach)) == max(abs(change), abs(reach))


def test_holdings_and_open_orders_are_always_evaluated_after_the_candidates() -> None:
    candidates = scan([mover("US:B"), mover("US:A")], [], [], RULES).candidates
    held = {"US:A": position("US:A", 5), "US:S": position("US:S", -2), "US:F": position("US:F", 0)}
    tickets = [
        ticket("US:Q", "unknown"),
        ticket("US:P", "working"),
        ticket("US:D", "filled"),
        ticket("US:S", "partial"),
    ]
    assert evaluation_set(candidates, held, tickets) == ("US:A", "US:B", "US:S", "US:P", "US:Q")
    assert evaluation_set((), held, ()) == ("US:A", "US:S")


@given(st.sets(st.sampled_from("ABCDEF")), st.sets(st.sampled_from("CDEFGH")), st.sets(st.sampled_from("GHIJA")))
def test_nothing_held_or_ordered_is_ever_missing(ranked: set[str], held: set[str], ordered: set[str]) -> None:
    candidates = scan([mover(f"US:{name}") for name in sorted(ranked)], [], [], RULES).candidates
    positions = {f"US:{name}": position(f"US:{name}", 1) for name in held}
    tickets = [ticket(f"US:{name}", sorted(LIVE)[len(name) % len(LIVE)]) for name in sorted(ordered)]
    found = evaluation_set(candidates, positions, tickets)
    assert set(found) == {one.key for one in candidates} | {f"US:{name}" for name in held | ordered}
    assert len(found) == len(set(found))


def test_the_fallback_universe_is_what_is_active_traded_or_held() -> None:
    held = {"US:H": position("US:H", 1), "US:F": position("US:F", 0)}
    assert fallback_universe(["US:B", "US:A"], ["US:A", "US:T"], held) == ("US:A", "US:B", "US:H", "US:T")
    assert fallback_universe([], [], {}) == ()


@pytest.mark.parametrize(
    "field", [{"top": 0}, {"least_volatility_pct": Decimal(0)}, {"least_price": {"USD": Decimal(-1)}}]
)
def test_rules_out_of_range_are_refused_by_name(field: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=next(iter(field))):
        ScanRules(**field)
