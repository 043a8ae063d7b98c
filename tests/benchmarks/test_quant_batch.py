"""The batch indicators are raced as a series and as a panel, each beside `memcpy`."""

from benchmarks.quant_batch import MOST_WORDS, SYMBOLS, panel_race, panel_rows, races, series_rows


def test_each_indicator_has_its_rival_and_its_memcpy() -> None:
    rows = [*series_rows(5_000, 2), *panel_rows(200, 2)]
    assert [row.goal for row in rows] == [
        ">= 1.4", "report", ">= 1.4", "report", ">= 1.5", "report", ">= 1.0", "report", ">= 2.0", "report",
        ">= 3.0", "report", ">= 8.0", "<= 2.0",
    ]  # fmt: skip
    assert all(row.ratio > 0 and row.unit == "ns/point" for row in rows)
    assert rows[0].name == "OsMA 5e3, against TA-Lib"


def test_both_sides_of_a_race_compute_as_many_series_and_words_are_counted() -> None:
    race = panel_race(60)
    assert str(SYMBOLS) in race.name
    assert len(race.theirs()) == SYMBOLS  # type: ignore[arg-type]
    assert [race.words for race in races(100)] == [2, 2, 2, 4, 4, MOST_WORDS]
