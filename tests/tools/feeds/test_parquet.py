"""Parquet recordings: the same quotes and the same faults as the same rows in CSV."""

import tracemalloc
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from tests.tools.feeds.parquets import ROWS, TEXT, save
from tests.tools.feeds.test_recording import AT, HEADER, LATER, ROW, fault, write
from tools.feeds.recording import COLUMNS, FIGURES, Recording

MICROSECONDS = AT // 1000
IBM = (MICROSECONDS, "IBM", "US", "184.10", "184.20", "184.15", "200", "700")
MANY = """COPY (SELECT TIMESTAMPTZ '2013-10-04 13:30:00+00' + to_seconds(i) AS "at", 'IBM' AS symbol, 'US' AS market,
    (100 + (i * 7919) % 9973 / 100)::DECIMAL(12, 2) AS bid, NULL::DOUBLE AS ask, NULL::DOUBLE AS "last",
    NULL::BIGINT AS bid_size, NULL::BIGINT AS ask_size FROM range(?) AS numbers(i))
    TO '{}' (FORMAT parquet, ROW_GROUP_SIZE 4096)"""


def texts(*lines: str) -> list[list[str | None]]:
    return [[cell or None for cell in line.split(",")] for line in lines]


def many(folder: Path, rows: int) -> Path:
    path = folder / "many.parquet"
    with closing(duckdb.connect(":memory:")) as engine:
        engine.execute(MANY.format(path), [rows])
    return path


def test_the_same_rows_are_the_same_quotes_as_in_csv(tmp_path: Path) -> None:
    parquet = save(tmp_path / "day.parquet", TEXT, texts(ROW, LATER))
    assert list(Recording([parquet])) == list(Recording([write(tmp_path, HEADER, ROW, LATER)]))


@pytest.mark.parametrize("prices", ["VARCHAR", "DECIMAL(9, 2)", "DOUBLE", "FLOAT"])
@pytest.mark.parametrize("sizes", ["INTEGER", "BIGINT", "DOUBLE", "UBIGINT"])
def test_typed_columns_are_the_same_quotes_as_texts(tmp_path: Path, prices: str, sizes: str) -> None:
    kinds = ROWS | dict.fromkeys(FIGURES[:3], prices) | dict.fromkeys(FIGURES[3:], sizes)
    (quote,) = Recording([save(tmp_path / "day.parquet", kinds, [IBM])])
    assert [quote] == list(Recording([write(tmp_path, HEADER, ROW)]))


def test_csv_and_parquet_are_merged_by_time(tmp_path: Path) -> None:
    one = write(tmp_path, HEADER, ROW, ROW.replace("13:30", "13:32"), name="one.csv.gz")
    two = save(tmp_path / "two.parquet", TEXT, texts(LATER))
    assert [(quote.source, quote.sequence) for quote in Recording([one, two])] == [("one", 1), ("two", 1), ("one", 2)]


def test_two_kinds_of_file_with_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="two files are called 'day'"):
        Recording([tmp_path / "day.csv", tmp_path / "day.parquet"])


def test_an_instant_keeps_its_nanoseconds(tmp_path: Path) -> None:
    kinds = ROWS | {"at": "TIMESTAMPTZ_NS"}
    save(tmp_path / "day.parquet", kinds, [("2013-10-04 09:30:00.123456789-04", *IBM[1:])])
    (quote,) = Recording([tmp_path / "day.parquet"])
    assert quote.at == AT + 123_456_789


@settings(max_examples=8)
@given(prices=st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=40))
def test_a_float_is_its_shortest_text_and_never_its_binary_digits(
    tmp_path_factory: pytest.TempPathFactory, prices: list[float]
) -> None:
    kinds = ROWS | {"last": "DOUBLE"}
    rows = [(MICROSECONDS, "IBM", "US", None, None, price, None, None) for price in prices]
    path = save(tmp_path_factory.mktemp("floats") / "day.parquet", kinds, rows)
    assert [quote.last for quote in Recording([path])] == [Decimal(repr(price)) for price in prices]


def test_every_digit_of_a_decimal_is_kept(tmp_path: Path) -> None:
    exact = Decimal("123456789.123456789012345678")
    kinds = ROWS | {"last": "DECIMAL(38, 18)"}
    (quote,) = Recording([save(tmp_path / "day.parquet", kinds, [(*IBM[:5], exact, None, None)])])
    assert quote.last == exact


def test_rows_are_read_in_batches_as_they_are_asked_for(tmp_path: Path) -> None:
    path = many(tmp_path, 20_000)
    assert sum(1 for _ in Recording([path])) == 20_000
    tracemalloc.start()
    try:
        rows = iter(Recording([path]))
        assert next(rows).at == AT
        assert sum(1 for _ in rows) == 19_999
        assert tracemalloc.get_traced_memory()[1] < 2_500_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bid": "0"}, "bid: must be above 0"),
        ({"bid": "n/a"}, "bid: must be a plain decimal number or empty, found 'n/a'"),
        ({"ask": "1e2"}, "ask: must be a plain decimal number"),
        ({"at": "2013-10-04T13:29:00Z"}, "at: goes back to '2013-10-04T13:29:00Z'; rows must be in order of time"),
        ({"at": "2013-10-04T13:31:00"}, "at: must be RFC 3339 in UTC"),
        ({"at": None}, "at: must be RFC 3339 in UTC"),
        ({"symbol": None}, "symbol, market: found '', 'US'"),
    ],
)
def test_a_bad_row_is_an_error_that_names_file_row_and_field(
    tmp_path: Path, change: Mapping[str, str | None], said: str
) -> None:
    good = dict(zip(COLUMNS, ROW.split(","), strict=True))
    path = save(tmp_path / "day.parquet", TEXT, [list(good.values()), list((good | change).values())])
    assert fault(path).startswith(f"{path}: row 2: {said}")


@pytest.mark.parametrize(("price", "said"), [("nan", "found 'nan'"), ("inf", "found 'inf'"), ("-1", "found '-1.0'")])
def test_a_float_that_is_no_price_is_refused(tmp_path: Path, price: str, said: str) -> None:
    path = save(tmp_path / "day.parquet", ROWS | {"bid": "DOUBLE"}, [(*IBM[:3], float(price), *IBM[4:])])
    assert fault(path) == f"{path}: row 1: bid: must be a plain decimal number or empty, {said}"


@pytest.mark.parametrize(
    ("column", "kind", "cell", "said"),
    [
        ("at", "TIMESTAMP", "2013-10-04 13:30:00", ": row 1: at: must be RFC 3339 in UTC like 2013-10-04T13:30:00Z"),
        ("at", "BIGINT", MICROSECONDS, ": row 1: at: must be RFC 3339 in UTC"),
        ("at", "DATE", "2013-10-04", ": row 1: at: must be RFC 3339 in UTC"),
        ("bid", "BOOLEAN", True, ": column 'bid' is BOOLEAN, which is no text, number or time"),
        ("bid", "DOUBLE[]", [184.1], ": column 'bid' is DOUBLE[], which is no text, number or time"),
        ("symbol", "BLOB", b"IBM", ": column 'symbol' is BLOB, which is no text, number or time"),
    ],
)
def test_a_column_of_the_wrong_type_is_named(tmp_path: Path, column: str, kind: str, cell: object, said: str) -> None:
    kinds = ROWS | {column: kind}
    cells = [cell if name == column else given for name, given in zip(kinds, IBM, strict=True)]
    path = save(tmp_path / "day.parquet", kinds, [cells])
    assert fault(path).startswith(f"{path}{said}")


def test_a_missing_and_an_unknown_column_are_named(tmp_path: Path) -> None:
    capital = {("Bid" if name == "bid" else name): kind for name, kind in ROWS.items()}
    path = save(tmp_path / "capital.parquet", capital, [IBM])
    assert fault(path).startswith(f"{path}: column 'bid' is missing, found 'at', 'symbol', 'market', 'Bid', 'ask'")
    path = save(tmp_path / "more.parquet", ROWS | {"turnover": "BIGINT"}, [(*IBM, 1)])
    assert f"{path}: column 'turnover' is unknown or repeated" in fault(path)


def test_a_volume_is_read_where_the_file_has_one(tmp_path: Path) -> None:
    path = save(tmp_path / "volumes.parquet", ROWS | {"volume": "BIGINT"}, [(*IBM, 1250), (*IBM, None)])
    assert [quote.volume for quote in Recording([path])] == [1250, None]


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    path = save(tmp_path / "day.parquet", ROWS, [])
    assert fault(path) == f"{path}: holds no quotes"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "day.parquet"
    assert fault(path) == f"{path}: cannot be read: No such file or directory"
    path.write_bytes(b"")
    assert fault(path) == f"{path}: is empty"
    path.write_text(f"{HEADER}\n{ROW}\n")
    assert fault(path).startswith(f"{path}: not parquet")


def test_a_truncated_file_is_an_error_before_any_row(tmp_path: Path) -> None:
    path = many(tmp_path, 5000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert fault(path).startswith(f"{path}: parquet data is truncated")


def test_a_damaged_footer_is_an_error(tmp_path: Path) -> None:
    path = many(tmp_path, 10)
    whole = path.read_bytes()
    path.write_bytes(whole[:-200] + b"\xff" * 180 + whole[-20:])
    assert fault(path).startswith(f"{path}: not parquet, or damaged")


def test_damage_between_the_rows_says_how_many_were_good(tmp_path: Path) -> None:
    path = many(tmp_path, 50_000)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 20_000] = b"\xff" * 20_000
    path.write_bytes(whole)
    counted = 0
    with pytest.raises(BadInput) as caught:
        for counted, quote in enumerate(Recording([path]), 1):
            assert quote.bid == 100 + Decimal((counted - 1) * 7919 % 9973) / 100
    assert 4096 < counted < 40_000
    assert f"parquet data is damaged; {counted} good rows before it" in str(caught.value)


def test_a_name_that_reads_like_a_pattern_is_one_file(tmp_path: Path) -> None:
    path = save(tmp_path / "[ab]*.parquet", TEXT, texts(ROW))
    save(tmp_path / "b.parquet", TEXT, texts(ROW, LATER))
    assert len(list(Recording([path]))) == 1


def test_a_file_read_again_says_the_same(tmp_path: Path) -> None:
    recording = Recording([save(tmp_path / "day.parquet", TEXT, texts(ROW, LATER))])
    assert recording.first_at() == AT
    assert list(recording) == list(recording)
