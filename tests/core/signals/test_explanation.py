"""What is said of a series: figures, words, and nothing where nothing is known."""

from decimal import Decimal
from math import sin

import pytest
from msgspec import structs

from core.errors import BadInput
from core.market.bars import Bar
from core.market.instants import MINUTE, SECOND
from core.market.quotes import Quote
from core.signals.explanation import DAY, Reading, candles, curves, headline, readings, shock
from core.signals.judged import judged
from core.signals.observed import Observed, Rules, of_bars, of_quotes

START = 1_380_893_400_000_000_000
RULES = Rules()


def rows(closes: list[float], step: int = DAY) -> list[Bar]:
    exact = [Decimal(str(round(close, 2))) for close in closes]
    return [
        Bar(at=START + place * step, open=close, high=close + 1, low=close - 1, close=close)
        for place, close in enumerate(exact)
    ]


def series(closes: list[float], step: int = DAY) -> Observed:
    return of_bars("US:IBM", rows(closes, step), {}, RULES)


def told(observed: Observed) -> dict[str, Reading]:
    drawn = curves(candles(observed.bars), observed.step)
    return {each.name: each for each in readings(observed, drawn)}


def trend(observed: Observed) -> str:
    return headline(observed.bars, curves(candles(observed.bars), observed.step)).trend


def quote(place: int, price: str, **more: object) -> Quote:
    at = START + place * 60 * SECOND
    plain = Quote(
        symbol="IBM",
        market="US",
        last=Decimal(price),
        at=at,
        received=at,
        source="test",
        sequence=place + 1,
        provenance="replay",
    )
    return structs.replace(plain, **more)


def test_a_climb_that_speeds_up_is_rising_with_a_high_rsi() -> None:
    observed = series([100 + place**1.5 for place in range(60)])
    assert trend(observed).startswith("rising: above its 20-bar mean, OsMA positive")
    assert told(observed)["RSI 14"].value == 100
    assert told(observed)["RSI 14"].means.startswith("high")


def test_a_fall_that_speeds_up_is_falling_with_a_low_rsi() -> None:
    observed = series([10.0**6 - place**3 for place in range(60)])
    assert trend(observed) == "falling: not above its 20-bar mean, OsMA negative"
    assert told(observed)["RSI 14"].means.startswith("low")
    assert "downward momentum grows" in told(observed)["OsMA 12/26/9"].means


def test_the_headline_tells_both_changes() -> None:
    observed = series([100.0, 110.0, 99.0])
    head = headline(observed.bars, curves(candles(observed.bars), observed.step))
    assert (head.last, head.change, head.change_pct, head.bar_pct) == (
        Decimal("99.0"),
        Decimal("-1.0"),
        Decimal("-1.00"),
        Decimal("-10.00"),
    )


@pytest.mark.parametrize("count", [1, 2, 14, 19, 33])
def test_a_short_series_says_what_it_needs_and_never_zero(count: int) -> None:
    observed = series([100 + sin(place) for place in range(count)])
    osma = told(observed)["OsMA 12/26/9"]
    assert osma.value is None
    assert osma.means.startswith("not known: needs 34 bars, there ")
    assert (
        trend(observed).startswith("rising") or trend(observed).startswith("falling") or "too short" in trend(observed)
    )
    assert (told(observed)["RSI 14"].value is None) == (count < 15)
    assert (told(observed)["Bollinger upper"].value is None) == (count < 20)


def test_the_first_figures_stand_where_they_are_said_to() -> None:
    observed = series([100 + sin(place) for place in range(34)])
    assert all(each.value is not None for each in told(observed).values())


def test_a_price_that_stands_still_has_bands_without_width() -> None:
    observed = series([100.0] * 40)
    assert told(observed)["place in the bands"] == Reading(
        "place in the bands", None, "%", "the bands have no width: the price stood still"
    )
    assert told(observed)["realised volatility 20"].value == 0


def test_volatility_is_for_a_year_on_days_and_for_a_bar_within_them() -> None:
    closes = [100 + sin(place) for place in range(40)]
    daily, minutes = (told(series(closes, step))["realised volatility 20"] for step in (DAY, MINUTE))
    assert (daily.unit, minutes.unit) == ("% per year", "% per bar")
    assert daily.value == pytest.approx((minutes.value or 0) * 252**0.5)


def test_no_rows_that_can_be_believed_is_an_error_with_the_reasons() -> None:
    with pytest.raises(BadInput, match="US:IBM: none of its 2 rows holds a price that can be believed; no price: 2"):
        of_bars("US:IBM", [], {"no price": 2}, RULES)
    with pytest.raises(BadInput, match=r"none of its 1 rows .*; empty: 1"):
        of_quotes("US:IBM", [quote(0, "1", last=None)], RULES)


def test_daily_bars_are_not_searched_for_shocks_of_minutes() -> None:
    assert series([100.0, 120.0, 90.0]).shocks is None
    assert series([100.0, 120.0, 90.0]).quality.doubted == {}


def test_a_shock_is_found_in_quotes_and_in_minute_bars_with_its_reason() -> None:
    prices = ["100", "100.1", "100.9"]
    (found,) = of_quotes("US:IBM", [quote(place, price) for place, price in enumerate(prices)], RULES).shocks or ()
    assert shock(found).reason == "rose 0.90 % from 100 within 10 minutes; 0.50 % is a shock"
    assert (shock(found).price, shock(found).at) == (Decimal("100.9"), START + 2 * MINUTE)
    (same,) = series([float(price) for price in prices], MINUTE).shocks or ()
    assert shock(same).reason == "rose 0.90 % from 100.0 within 10 minutes; 0.50 % is a shock"


def test_a_shock_of_two_sides_is_priced_at_their_middle() -> None:
    sides = {"last": None, "bid": Decimal("100.8"), "ask": Decimal("101")}
    (found,) = of_quotes("US:IBM", [quote(0, "100"), quote(1, "1", **sides)], RULES).shocks or ()
    assert shock(found).price == Decimal("100.9")


def test_doubted_rows_and_gaps_are_counted_and_left_out() -> None:
    quotes = [quote(0, "100"), quote(1, "150"), quote(1, "100"), quote(2, "100"), quote(30, "100")]
    seen = of_quotes("US:IBM", quotes, RULES)
    assert seen.quality.doubted == {"outlier": 1}
    assert (seen.quality.rows, seen.quality.gaps, seen.quality.longest_gap) == (5, 1, 28 * MINUTE)
    assert max(bar.high for bar in seen.bars) == 100


def test_quotes_of_one_minute_are_one_bar() -> None:
    prices = {0: "100", 20: "101", 40: "99", 60: "100.5"}
    quotes = [quote(0, price, at=START + s * SECOND, received=START + s * SECOND) for s, price in prices.items()]
    first, second = of_quotes("US:IBM", quotes, RULES).bars
    assert (first.open, first.high, first.low, first.close) == tuple(map(Decimal, (100, 101, 99, 99)))
    assert (second.at - first.at, second.close) == (MINUTE, Decimal("100.5"))


def test_the_judgements_of_a_steady_climb_agree_on_up() -> None:
    observed = series([10.0**8 + place**3 for place in range(250)], MINUTE)
    says = {each.name: each.says for each in judged(candles(observed.bars), observed.step)}
    assert (says["dokyaku"], says["ikikaeri"], says["momi"]) == ("up", "up", "none")
    assert says["alignment 1M"] == "up"


def test_judgements_without_enough_bars_say_none_and_why() -> None:
    observed = series([100.0, 101.0])
    assert all(each.says == "none" or each.name == "ikikaeri" for each in judged(candles(observed.bars), 7))
    assert all("too few bars" in each.means for each in judged(candles(observed.bars), DAY) if each.says == "none")


def test_bars_of_no_timeframe_have_no_alignment() -> None:
    observed = series([100 + sin(place) for place in range(60)], 7 * MINUTE)
    assert "alignment" not in " ".join(each.name for each in judged(candles(observed.bars), observed.step))
