"""Pairs, medians and the table."""

import json
from itertools import count

import pytest

from benchmarks import journal
from benchmarks.__main__ import main
from benchmarks.report import Row, as_json, paired, table

MET = Row("append", 0.653, ">= 0.6", True, 170_000.4, 260_000.0, "events/s", 60)
MISSED = Row("decision", 1.7, "<= 1.6", False, 3.4, 2.0, "ms", 30)


def test_a_pair_is_measured_in_turn_and_the_first_one_does_not_count() -> None:
    order: list[str] = []
    result = paired(lambda: order.append("ours"), lambda: order.append("theirs"), 3)
    assert order == ["ours", "theirs"] * 4
    assert result.ours > 0 and result.theirs > 0


def test_the_median_is_of_the_ratios_and_not_of_the_times() -> None:
    instants = iter([0, 1, 0, 4, 0, 10, 0, 10, 0, 4, 0, 8])
    result = paired(lambda: None, lambda: None, 3, clock=lambda: float(next(instants)))
    assert (result.ours, result.theirs, result.speed, result.cost) == (4.0, 8.0, 2.0, 0.5)


def test_a_slower_side_costs_more() -> None:
    ticks = count()
    result = paired(lambda: [next(ticks) for _ in range(5)], lambda: None, 3, clock=lambda: float(next(ticks)))
    assert result.cost > 1 > result.speed


def test_the_table_says_which_bar_was_missed() -> None:
    lines = table([MET, MISSED]).splitlines()
    assert lines[1].split() == ["append", "0.65", ">=", "0.6", "met", "170,000", "260,000", "events/s", "60"]
    assert "MISSED" in lines[2]
    assert (
        len({line.index("goal" if number == 0 else (">" if number == 1 else "<")) for number, line in enumerate(lines)})
        == 1
    )


def test_rows_are_told_to_a_machine_by_name() -> None:
    assert json.loads(as_json([MET]))[0] == MET._asdict()


def test_the_journal_is_measured_against_the_same_rows() -> None:
    (row,) = journal.measure(pairs=2)
    assert row.ratio > 0 and row.ours > 0 and row.theirs > 0
    assert row.met == (row.ratio >= journal.GOAL)


def test_an_unknown_benchmark_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "no such benchmark: nothing" in capsys.readouterr().err
