"""What screening believes, what it doubts, and why."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from core.errors import BadInput
from core.market.instants import SECOND
from core.market.quotes import Quote, Screened, ScreenRules, Watched, screen

NOON = 1_380_895_800 * SECOND
RULES = ScreenRules()


def quote(seconds: float = 0, price: str | None = "100", **changes: Any) -> Quote:
    at = NOON + round(seconds * SECOND)
    bid = ask = Decimal(price) if price is not None else None
    whole: dict[str, Any] = {
        "symbol": "IBM",
        "market": "US",
        "bid": bid,
        "ask": ask,
        "at": at,
        "received": at,
        "source": "tape",
        "sequence": round(seconds),
        "provenance": "replay",
    }
    return Quote(**(whole | changes))


def after(*quotes: Quote, rules: ScreenRules = RULES) -> Screened:
    answer = Screened(Watched(), None)
    for each in quotes:
        answer = screen(each, answer.watched, rules)
    return answer


@pytest.mark.parametrize("volume", ["-1", "NaN", "Infinity", "1e13"])
def test_a_volume_that_cannot_be_is_doubted_and_its_price_is_believed(volume: str) -> None:
    answer = after(quote(), quote(1, volume=Decimal(volume)))
    assert (answer.quote, answer.doubt) == (quote(1), "volume")
    refused = after(quote(), quote(1, None, volume=Decimal(volume)))
    assert (refused.quote, refused.doubt) == (None, "empty")


@pytest.mark.parametrize("volume", [None, Decimal(0), Decimal("0.5"), Decimal(10**12)])
def test_a_volume_that_can_be_is_kept(volume: Decimal | None) -> None:
    assert after(quote(volume=volume)).quote == quote(volume=volume)


def test_a_first_good_quote_is_believed() -> None:
    assert after(quote()).quote == quote()


@pytest.mark.parametrize(
    ("doubted", "doubt"),
    [
        (quote(1, None), "empty"),
        (quote(1, bid=Decimal("100.1"), ask=Decimal("100.0")), "crossed"),
        (quote(0), "repeated"),
        (quote(-1), "out_of_order"),
        (quote(1, received=NOON + 92 * SECOND), "stale"),
        (quote(4, received=NOON + SECOND), "early"),
        (quote(1, "104.01"), "outlier"),
        (quote(1, "95.99"), "outlier"),
    ],
)
def test_what_cannot_be_believed_is_named_and_leaves_the_last_good_quote(doubted: Quote, doubt: str) -> None:
    answer = after(quote(), doubted)
    assert (answer.doubt, answer.quote, answer.watched.good) == (doubt, None, quote())


@pytest.mark.parametrize("wrong", [{"bid": None, "ask": None}, {"bid": Decimal("100.1"), "ask": Decimal("100.0")}])
@pytest.mark.parametrize(
    ("seconds", "late", "doubt"), [(9, -3, "early"), (9, 91, "stale"), (0, 0, "repeated"), (-1, 0, "out_of_order")]
)
def test_what_a_delivery_says_of_its_time_is_asked_before_what_it_says_of_prices(
    wrong: dict[str, Any], seconds: int, late: int, doubt: str
) -> None:
    untimely = quote(seconds, received=NOON + (seconds + late) * SECOND, **wrong)
    assert after(quote(), untimely).doubt == doubt


@pytest.mark.parametrize("price", ["104", "96"])
def test_a_step_of_exactly_the_bound_is_no_outlier(price: str) -> None:
    assert after(quote(), quote(1, price)).quote is not None


@pytest.mark.parametrize("seconds", [90, -2])
def test_an_age_of_exactly_the_bound_is_good(seconds: int) -> None:
    assert after(quote(0, received=NOON + seconds * SECOND)).doubt is None


def test_one_sided_quotes_are_valued_at_their_last_trade_and_else_doubted() -> None:
    one_sided = quote(0, None, bid=Decimal(100), last=Decimal(101))
    assert after(one_sided).quote == one_sided and one_sided.mid == 101
    assert after(quote(0, None, bid=Decimal(100))).doubt == "empty"


def test_a_real_jump_is_believed_once_enough_quotes_in_a_row_agree_and_is_no_gap() -> None:
    jump = [quote(1, "110"), quote(2, "110.5"), quote(3, "110.2")]
    assert [after(quote(), *jump[:count]).doubt for count in (1, 2)] == ["outlier", "outlier"]
    assert after(quote(), *jump).quote == jump[-1]
    assert not after(quote(), *jump).gap


def test_spikes_that_disagree_confirm_nothing() -> None:
    answer = after(quote(), quote(1, "110"), quote(2, "130"), quote(3, "150"), quote(4, "100.5"))
    assert answer.quote == quote(4, "100.5") and answer.watched.doubted == ()


def test_a_silence_longer_than_the_bound_is_a_gap_and_the_quote_is_good() -> None:
    assert (after(quote(), quote(300)).gap, after(quote(), quote(301)).gap) == (False, True)


def test_the_same_price_again_later_is_no_repetition() -> None:
    assert after(quote(), quote(1)).quote == quote(1)


@given(st.lists(st.tuples(st.integers(-5, 400), st.decimals("50", "200", places=2)), max_size=30))
def test_what_is_believed_is_in_order_and_never_an_unconfirmed_step(steps: list[tuple[int, Decimal]]) -> None:
    watched, believed = Watched(), []
    for number, (seconds, price) in enumerate(steps):
        answer = screen(structs.replace(quote(seconds, str(price)), sequence=number), watched, RULES)
        watched = answer.watched
        assert (answer.quote is None) == (answer.doubt is not None)
        if answer.quote:
            believed.append(answer.quote)
    instants = [each.at for each in believed]
    assert instants == sorted(instants)


@pytest.mark.parametrize("field", ["bid", "ask", "last"])
@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity"])
def test_a_price_that_is_none_cannot_be_quoted(field: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"{field}: must be above 0"):
        quote(0, None, **{field: Decimal(value)})


def test_a_negative_size_cannot_be_quoted() -> None:
    with pytest.raises(BadInput, match="bid_size: must be from 0"):
        quote(bid_size=Decimal(-1))


@pytest.mark.parametrize(
    ("field", "value"),
    [("stale_seconds", 0), ("early_seconds", 61), ("outlier_pct", Decimal(0)), ("confirm", 0), ("gap_seconds", 90_000)],
)
def test_rules_out_of_range_are_named(field: str, value: Any) -> None:
    with pytest.raises(BadInput, match=f"{field}: must be from"):
        ScreenRules(**{field: value})
