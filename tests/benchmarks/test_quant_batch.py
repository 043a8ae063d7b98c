"""The batch indicators are raced as a series and as a panel, each beside `memcpy`."""

from benchmarks.quant_batch import MOST_WORDS, SYMBOLS, panel_race, panel_rows, races


def test_a_race_is_told_beside_its_memcpy() -> None:
    against, times = panel_rows(200, 2)
    assert (against.goal, times.goal) == (">= 8.0", "<= 2.0")
    assert against.met == (against.ratio >= 8) and times.met == (times.ratio <= 2)
    assert all(row.ours > 0 and row.theirs > 0 and row.unit == "ns/point" for row in (against, times))


def test_every_indicator_has_its_rival_its_goal_and_its_words() -> None:
    raced = races(5_000)
    assert [race.goal for race in raced] == [1.4, 1.4, 1.5, 1.0, 2.0, 3.0]
    assert [race.words for race in raced] == [2, 2, 2, 4, 4, MOST_WORDS]
    assert raced[0].name == "OsMA 5e3"
    for race in raced:
        race.ours()
        assert race.theirs() is not None


def test_both_sides_of_the_panel_end_with_every_symbol() -> None:
    race = panel_race(60)
    assert str(SYMBOLS) in race.name
    assert len(race.theirs()) == SYMBOLS  # type: ignore[arg-type]
