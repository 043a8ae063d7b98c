import json

from tests.tools.lookups.books import Kept, look, sources


async def test_a_quote_tells_both_sides_and_its_age() -> None:
    answer = await look("quote", await sources(), instrument="US:IBM")
    assert json.loads(answer.text) == {
        "figures": {
            "tool.quote.US:IBM.bid": "184.53",
            "tool.quote.US:IBM.ask": "184.55",
            "tool.quote.US:IBM.age_ms": "1000",
        },
        "at": "2013-10-04T13:31:59Z",
        "provenance": "replay",
    }


async def test_without_a_quote_there_is_none() -> None:
    answer = await look("quote", await sources(), instrument="US:SPY")
    assert json.loads(answer.text) == {"error": "there is no quote of US:SPY"}


async def test_bars_come_oldest_first_with_their_extremes() -> None:
    answer = await look("bars", await sources(), instrument="US:IBM", minutes=5, count=3)
    rows = json.loads(answer.text)["rows"]
    kept = Kept().bars("US:IBM", 5)[-3:]
    assert [row[4] for row in rows] == [str(bar.close) for bar in kept]
    assert [row[0] for row in rows] == ["2013-10-04T13:17:00Z", "2013-10-04T13:22:00Z", "2013-10-04T13:27:00Z"]
    assert answer.figures["tool.bars.US:IBM.5m.highest"] == max(bar.high for bar in kept)
    assert answer.figures["tool.bars.US:IBM.5m.lowest"] == min(bar.low for bar in kept)


async def test_so_many_bars_are_not_given() -> None:
    answer = await look("bars", await sources(), instrument="US:IBM", count=1000)
    assert json.loads(answer.text) == {"error": "count: must be from 1 to 40, found 1000"}


async def test_indicators_tell_figures_what_they_mean_and_the_judgements() -> None:
    answer = await look("indicators", await sources(), instrument="US:IBM", minutes=15)
    told = json.loads(answer.text)
    known = {"osma", "rsi", "atr", "upper_band", "middle_band", "lower_band", "place_pct", "volatility_pct"}
    assert {name.rpartition(".")[2] for name in answer.figures} == known == set(told["means"])
    assert {"dokyaku", "ikikaeri", "momi", "line range"} <= set(told["judgements"])
    assert 0 <= answer.figures["tool.indicators.US:IBM.15m.rsi"] <= 100


async def test_indicators_of_few_bars_say_how_many_they_need() -> None:
    answer = await look("indicators", await sources(prices=Kept(3)), instrument="US:IBM")
    assert answer.figures == {}
    assert json.loads(answer.text)["means"]["rsi"] == "not known: needs 15 bars, there are 3 bars"


async def test_before_the_first_bar_has_closed_there_is_nothing_to_tell() -> None:
    for name in ("bars", "indicators"):
        answer = await look(name, await sources(prices=Kept(0)), instrument="US:IBM", minutes=60)
        assert json.loads(answer.text) == {"error": "no bar of 60 minutes of US:IBM has closed yet"}
