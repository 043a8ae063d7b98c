"""Recorded bars: what they mean, whose they are, and what is left out of them."""

from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import BadInput
from core.market.instants import MINUTE
from tests.tools.feeds.parquets import save
from tests.tools.feeds.test_recording import AT, write
from tools.feeds.candles import CONTRADICTORY, NO_PRICE, candles, holds_bars

HEADER = "ts,open,high,low,close,volume"
ROW = "2013-10-04T13:30:00Z,10,12,9,11,500"


def fault(path: Path, symbol: str = "IBM") -> str:
    with pytest.raises(BadInput) as caught:
        candles(path, symbol)
    return str(caught.value)


def test_a_row_becomes_a_bar(tmp_path: Path) -> None:
    found = candles(write(tmp_path, HEADER, ROW), "IBM")
    (bar,) = found.bars
    assert (found.key, bar.at, bar.volume) == ("IBM", AT, Decimal(500))
    assert (bar.open, bar.high, bar.low, bar.close) == (Decimal(10), Decimal(12), Decimal(9), Decimal(11))


def test_parquet_floats_and_times_without_a_zone_are_the_same_bars(tmp_path: Path) -> None:
    kinds = {"ts": "TIMESTAMP", **dict.fromkeys(("open", "high", "low", "close"), "DOUBLE"), "volume": "BIGINT"}
    path = save(tmp_path / "day.parquet", kinds, [("2013-10-04 13:30:00", 10.0, 12.0, 9.0, 11.0, 500)])
    assert candles(path, "IBM") == candles(write(tmp_path, HEADER, ROW), "IBM")


@pytest.mark.parametrize("time", ["2013-10-04", "2013-10-04 13:30:00", "2013-10-04T13:30:00.000Z"])
def test_dates_and_times_are_understood(tmp_path: Path, time: str) -> None:
    path = write(tmp_path, "close,low,high,open,date,note", f"11,9,12,10,{time},any")
    assert candles(path, "IBM").bars[0].close == 11


def test_only_the_rows_of_the_symbol_count(tmp_path: Path) -> None:
    rows = [f"{ROW},{symbol},US" for symbol in ("IBM", "SPY")]
    path = write(tmp_path, f"{HEADER},symbol,market", *rows)
    assert candles(path, "SPY").key == candles(path, "US:SPY").key == "US:SPY"
    assert fault(path, "spy") == f"{path}: holds nothing of 'spy'; it holds US:IBM, US:SPY"


def test_a_symbol_of_two_markets_must_be_named_with_one(tmp_path: Path) -> None:
    rows = [f"2013-10-0{day},1,1,1,1,,IBM,{market}" for day, market in ((4, "US"), (5, "JP"))]
    path = write(tmp_path, f"{HEADER},symbol,market", *rows)
    assert "traded in several markets, say which: JP:IBM, US:IBM" in fault(path)
    assert candles(path, "JP:IBM").key == "JP:IBM"


def test_bars_without_a_price_and_contradictory_ones_are_counted_and_left_out(tmp_path: Path) -> None:
    halted = ["2013-10-05,0,0,0,11,0", "2013-10-06,,,,,", "2013-10-07,10,10.5,9,11,1"]
    found = candles(write(tmp_path, HEADER, ROW, *halted, "2013-10-08,10,12,9,11,"), "IBM")
    assert len(found.bars) == 2 and found.bars[-1].volume is None
    assert found.doubted == {NO_PRICE: 2, CONTRADICTORY: 1}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2013-10-05,n/a,12,9,11,1", "open: must be a plain decimal number or empty, found 'n/a'"),
        ("2013-10-05,-1,12,9,11,1", "open: must be a plain decimal number or empty, found '-1'"),
        ("2013-13-05,10,12,9,11,1", "time: must be like 2013-10-04"),
        ("yesterday,10,12,9,11,1", "time: must be like 2013-10-04"),
        ("2013-10-03,10,12,9,11,1", "time: '2013-10-03' is not after the bar before it"),
        (ROW, "time: '2013-10-04T13:30:00Z' is not after the bar before it"),
        ("2013-10-05,10,12", "has 3 cells, the header has 6"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, said: str) -> None:
    path = write(tmp_path, HEADER, ROW, row)
    assert fault(path).startswith(f"{path}:3: {said}")


def test_what_is_no_table_of_bars_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER.replace("ts", "when"), ROW)
    assert "column 'ts' is missing" in fault(path)
    assert fault(write(tmp_path, HEADER)) == f"{path}: holds no rows"
    assert "is unknown or repeated" in fault(write(tmp_path, f"{HEADER},close", f"{ROW},1"))


def test_bars_are_told_from_quotes_by_their_columns(tmp_path: Path) -> None:
    assert holds_bars(write(tmp_path, HEADER, ROW))
    assert not holds_bars(write(tmp_path, "at,symbol,market,bid,ask,last,bid_size,ask_size", ROW))


def test_nanoseconds_of_a_bar_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, ROW, ROW.replace("13:30:00Z", "13:31:00.000000001Z"))
    assert candles(path, "IBM").bars[1].at == AT + MINUTE + 1
