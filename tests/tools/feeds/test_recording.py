"""Recorded files: what they mean, and that no fault in them passes unseen."""

import csv
import gzip
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.market.instants import SECOND
from tools.feeds.recording import COLUMNS, Recording

HEADER = ",".join(COLUMNS)
ROW = "2013-10-04T13:30:00Z,IBM,US,184.10,184.20,184.15,200,700"
LATER = "2013-10-04T13:31:00Z,SPY,US,167.72,167.73,,1200,19100"
AT = 1_380_893_400_000_000_000


def write(folder: Path, *lines: str, name: str = "day.csv") -> Path:
    path = folder / name
    text = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def fault(*paths: Path) -> str:
    with pytest.raises(BadInput) as caught:
        list(Recording(paths))
    return str(caught.value)


@pytest.mark.parametrize("name", ["day.csv", "day.csv.gz"])
def test_a_row_becomes_a_quote_named_after_its_file_and_place(tmp_path: Path, name: str) -> None:
    first, second = Recording([write(tmp_path, HEADER, ROW, LATER, name=name)])
    assert (first.bid, first.ask, first.last) == (Decimal("184.10"), Decimal("184.20"), Decimal("184.15"))
    assert (first.bid_size, first.ask_size) == (Decimal(200), Decimal(700))
    assert (first.at, first.received, first.key) == (AT, AT, "US:IBM")
    assert (first.source, first.sequence, first.provenance) == ("day", 1, "replay")
    assert (second.key, second.sequence, second.last) == ("US:SPY", 2, None)


def test_a_volume_is_read_where_the_file_has_one_and_is_unknown_where_it_has_none(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER},volume", f"{ROW},1250", f"{LATER},", f"{LATER.replace('31', '32')},0")
    assert [quote.volume for quote in Recording([path])] == [Decimal(1250), None, Decimal(0)]
    assert [quote.volume for quote in Recording([write(tmp_path, HEADER, ROW)])] == [None]
    said = fault(write(tmp_path, f"{HEADER},volume", f"{ROW},-5", name="odd.csv"))
    assert "volume: must be a plain decimal number or empty, found '-5'" in said


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    backwards = [",".join(reversed(line.split(","))) for line in (HEADER, ROW)]
    assert list(Recording([write(tmp_path, *backwards)])) == list(Recording([write(tmp_path, HEADER, ROW)]))


def test_an_empty_cell_is_none_and_never_zero(tmp_path: Path) -> None:
    (quote,) = Recording([write(tmp_path, HEADER, "2013-10-04T13:30:00Z,IBM,US,,184.20,,,")])
    assert (quote.bid, quote.last, quote.bid_size, quote.ask_size) == (None, None, None, None)


def test_files_are_merged_by_time_and_the_first_named_leads_on_a_tie(tmp_path: Path) -> None:
    one = write(tmp_path, HEADER, ROW, ROW.replace("13:30", "13:32"), name="one.csv")
    two = write(tmp_path, HEADER, ROW, LATER, name="two.csv.gz")
    order = [(quote.source, quote.sequence) for quote in Recording([two, one])]
    assert order == [("two", 1), ("one", 1), ("two", 2), ("one", 2)]


def test_a_recording_can_be_read_again_and_tells_its_first_instant(tmp_path: Path) -> None:
    recording = Recording([write(tmp_path, HEADER, ROW, LATER)])
    assert recording.first_at() == AT
    assert list(recording) == list(recording)


def test_rows_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, *[ROW] * 5_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in Recording([path])) == 5_000
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 2
    finally:
        tracemalloc.stop()


@given(nanoseconds=st.integers(0, SECOND - 1), figures=st.lists(st.integers(1, 10**9), min_size=5, max_size=5))
def test_every_digit_is_kept(tmp_path_factory: pytest.TempPathFactory, nanoseconds: int, figures: list[int]) -> None:
    exact = [Decimal(figure).scaleb(-4) for figure in figures]
    cells = [f"2013-10-04T13:30:00.{nanoseconds:09}Z", "IBM", "US", *(f"{figure:f}" for figure in exact)]
    (quote,) = Recording([write(tmp_path_factory.mktemp("exact"), HEADER, ",".join(cells))])
    assert quote.at == AT + nanoseconds
    assert [quote.bid, quote.ask, quote.last, quote.bid_size, quote.ask_size] == exact


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW.replace("184.10", "0"), "bid: must be above 0"),
        (ROW.replace("184.20", "0.00"), "ask: must be above 0"),
        (ROW.replace("184.15", "n/a"), "last: must be a plain decimal number or empty, found 'n/a'"),
        (ROW.replace("184.10", "NaN"), "bid: must be a plain decimal number"),
        (ROW.replace("184.10", "-184.10"), "bid: must be a plain decimal number"),
        (ROW.replace("184.10", "1e2"), "bid: must be a plain decimal number"),
        (ROW.replace("184.10", "1_84"), "bid: must be a plain decimal number"),
        (ROW.replace("184.10", "１８４"), "bid: must be a plain decimal number"),
        (ROW.replace("184.10", " 184.10"), "bid: must be a plain decimal number"),
        (ROW.replace("184.10", '"184,10"'), "bid: must be a plain decimal number"),
        (ROW.replace("184.10", "18410000000000"), "bid: must be above 0 and at most"),
        (ROW.replace(",200,", ",9999999999999,"), "bid_size: must be from 0"),
        (ROW.replace("Z", ""), "at: must be RFC 3339 in UTC"),
        (ROW.replace("Z", "+01:00"), "at: must be RFC 3339 in UTC"),
        (ROW.replace("13:30:00", "13:30:60"), "at: must be RFC 3339 in UTC"),
        (ROW.replace("10-04", "02-30"), "at: must be RFC 3339 in UTC"),
        (ROW.replace("13:30:00", "13:30:00.1234567890"), "at: must be RFC 3339 in UTC"),
        (ROW.replace("13:30", "13:29"), "at: goes back to '2013-10-04T13:29:00Z'"),
        (ROW.replace("IBM", "ibm"), "symbol, market: found 'ibm', 'US'"),
        (ROW.replace("IBM", ""), "symbol, market: found '', 'US'"),
        (ROW.replace("US", "u"), "symbol, market: found 'IBM', 'u'"),
        (ROW + ",1", "has 9 cells, the header has 8"),
        ("", "has 0 cells, the header has 8"),
        ('"2013', "not CSV; 1 good rows before it"),
    ],
)
def test_a_bad_row_is_an_error_that_names_file_line_and_field(tmp_path: Path, row: str, said: str) -> None:
    path = write(tmp_path, HEADER, ROW, row)
    assert f"{path}:3: {said}" in fault(path)


def test_everything_before_a_bad_row_is_delivered(tmp_path: Path) -> None:
    rows = iter(Recording([write(tmp_path, HEADER, ROW, LATER, "rubbish")]))
    assert [next(rows).sequence, next(rows).sequence] == [1, 2]
    with pytest.raises(BadInput, match=r":4: has 1 cells"):
        next(rows)


def test_a_missing_column_is_named_beside_those_that_were_found(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER.replace("bid,", "Bid,"), ROW)
    assert fault(path).startswith(f"{path}:1: column 'bid' is missing, found 'at', 'symbol', 'market', 'Bid', 'ask'")


@pytest.mark.parametrize("surplus", ["turnover", "bid"])
def test_an_unknown_or_repeated_column_is_refused(tmp_path: Path, surplus: str) -> None:
    path = write(tmp_path, f"{HEADER},{surplus}", f"{ROW},1")
    assert f"{path}:1: column {surplus!r} is unknown or repeated" in fault(path)


def test_a_truncated_gzip_says_how_many_rows_were_good(tmp_path: Path) -> None:
    rows = [ROW.replace("184.10", f"{1 + number * 7919 % 99_991}.5") for number in range(5000)]
    whole = write(tmp_path, HEADER, *rows, name="whole.csv.gz")
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    counted = 0
    with pytest.raises(BadInput) as caught:
        for counted, quote in enumerate(Recording([cut]), 1):
            assert str(quote.bid) == rows[counted - 1].split(",")[3]
    assert 1000 < counted < 4000
    assert f"{cut}:{counted + 2}: gzip data is truncated; {counted} good rows before it" in str(caught.value)


def test_a_damaged_gzip_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, *[ROW] * 50, name="day.csv.gz")
    bad_sum = bytearray(path.read_bytes())
    bad_sum[-6] ^= 1
    path.write_bytes(bad_sum)
    assert "not gzip, or its checksum is wrong; 50 good rows before it" in fault(path)
    path.write_bytes(path.read_bytes()[:10] + b"\xff" * 40)
    assert "gzip data is damaged; 0 good rows before it" in fault(path)


def test_text_under_a_gzip_name_is_not_gzip(tmp_path: Path) -> None:
    path = tmp_path / "day.csv.gz"
    path.write_text(f"{HEADER}\n{ROW}\n")
    assert f"{path}:1: not gzip" in fault(path)


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_bytes(f"{HEADER}\n{ROW}\n".encode() + LATER.replace("SPY", "ÄÖ").encode("latin-1") + b"\n")
    assert f"{path}:3: not UTF-8; 1 good rows before it" in fault(path)
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-16")
    assert f"{path}:1: not UTF-8" in fault(path)


@pytest.mark.parametrize("name", ["day.csv", "day.csv.gz"])
def test_an_empty_file_is_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"")
    assert fault(path).startswith(f"{path}: is empty")


def test_a_header_without_rows_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER)
    assert fault(path) == f"{path}: holds no quotes"


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert fault(tmp_path / "none.csv") == f"{tmp_path / 'none.csv'}: cannot be read: No such file or directory"
    (tmp_path / "folder.csv").mkdir()
    assert fault(tmp_path / "folder.csv") == f"{tmp_path / 'folder.csv'}: cannot be read: Is a directory"


def test_the_end_of_the_name_says_how_a_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, ROW, name="day.txt")
    assert fault(path) == f"{path}: a file that is read must end in .csv, .csv.gz, .parquet; this one does not"


def test_a_cell_beyond_all_measure_is_not_csv(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, ROW, "9" * (csv.field_size_limit() + 1))
    assert f"{path}:3: not CSV" in fault(path)


def test_no_file_at_all_or_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file was given"):
        Recording([])
    with pytest.raises(BadInput, match="two files are called 'day'"):
        Recording([tmp_path / "day.csv", tmp_path / "other" / "day.csv.gz"])
