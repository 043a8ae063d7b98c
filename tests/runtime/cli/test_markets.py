"""`aegis-agents markets`: open, at lunch, closed or unknown, what comes next, and what a typo is answered."""

import json
import re
from pathlib import Path

import pytest

from tests.runtime.cli.conftest import Aegis

VIETNAM = ("markets", "VN_HNX", "VN_HSX", "--at")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"\s{2,}", line)]


def test_the_table_says_state_date_next_opening_and_close_in_the_markets_own_time(aegis: Aegis) -> None:
    said = aegis("markets", "VN_HSX", "US", "--at", "2026-11-27T11:30:00+07:00")
    heading, hanoi, new_york, blank, *summary = said.out.splitlines()
    assert said.code == 0 and said.err == "" and blank == ""
    told = [dict(zip(cells(heading), cells(line), strict=True)) for line in (hanoi, new_york)]
    assert told[0] == {
        "market": "VN_HSX",
        "state": "lunch",
        "local time": "Fri 2026-11-27 11:30",
        "trading date": "2026-11-27",
        "opens next": "Fri 2026-11-27 13:00",
        "in UTC": "Fri 06:00Z",
        "closes": "Fri 14:45",
        "known until": "2026-12-31",
    }
    assert told[1] == {
        "market": "US",
        "state": "closed",
        "local time": "Thu 2026-11-26 23:30",
        "trading date": "2026-11-27",
        "opens next": "Fri 2026-11-27 09:30",
        "in UTC": "Fri 14:30Z",
        "closes": "Fri 13:00",
        "known until": "2028-12-31",
    }
    assert summary == ["open: none; VN_HSX opens next, Fri 2026-11-27 06:00Z"]


def test_without_a_choice_all_ten_are_told_and_the_open_ones_named(aegis: Aegis) -> None:
    lines = aegis("markets", "--at", "2026-11-10T01:30:00Z").out.splitlines()
    told = {line.split()[0]: line.split()[1] for line in lines[1:11]}
    closed = {"US_NASDAQ": "closed", "US_NYSE": "closed", "US_AMEX": "closed", "VN_HNX": "closed", "VN_HSX": "closed"}
    assert told == dict.fromkeys(("KR", "JP", "HK", "CN_SHA", "CN_SZA"), "open") | closed
    assert lines[-1].startswith("open: KR, JP, HK, CN_SHA, CN_SZA; VN_HNX, VN_HSX open next, Tue 2026-11-10 02:00Z")


def test_what_changes_in_the_coming_hours_is_listed_in_order(aegis: Aegis) -> None:
    lines = aegis(*VIETNAM[:3], "--at", "2026-11-27T00:00:00Z", "--hours", "7").out.splitlines()
    listed = [line.split() for line in lines[lines.index("in the next 7 hours:") + 1 :]]
    assert [(row[1], row[-2], row[-1]) for row in listed] == [
        ("02:00Z", "VN_HNX", "open"),
        ("02:00Z", "VN_HSX", "open"),
        ("04:30Z", "VN_HNX", "lunch"),
        ("04:30Z", "VN_HSX", "lunch"),
        ("06:00Z", "VN_HNX", "open"),
        ("06:00Z", "VN_HSX", "open"),
    ]
    assert "in the next 1 hours: nothing" in aegis(*VIETNAM, "2026-11-27T00:00:00Z", "--hours", "1").out


def test_as_json_it_is_one_object_for_a_program(aegis: Aegis) -> None:
    told = json.loads(aegis("markets", "VN_HSX", "--at", "2026-11-27T12:00+07:00", "--hours", "2", "--json").out)
    assert told["at"] == "2026-11-27T05:00:00Z" and told["open"] == []
    assert told["changes"] == [
        {"at": "2026-11-27T06:00:00Z", "market": "VN_HSX", "phase": "open", "date": "2026-11-27"}
    ]
    assert told["markets"] == [
        {
            "market": "VN_HSX",
            "name": "Ho Chi Minh City Stock Exchange",
            "zone": "Asia/Ho_Chi_Minh",
            "state": "paused",
            "local": "2026-11-27T12:00:00+07:00",
            "trading_date": "2026-11-27",
            "next_open": "2026-11-27T13:00:00+07:00",
            "closes": "2026-11-27T14:45:00+07:00",
            "known_since": "2022-01-01",
            "known_until": "2026-12-31",
            "days_left": 34,
        }
    ]


def test_few_known_days_left_are_said_and_after_the_last_nothing_is_promised(aegis: Aegis) -> None:
    assert "days left" not in aegis(*VIETNAM, "2026-11-30T12:00+07:00").out
    assert "VN_HNX: sessions are known until 2026-12-31, 30 days left" in aegis(*VIETNAM, "2026-12-01T12:00+07:00").out
    last = aegis(*VIETNAM, "2026-12-31T15:00+07:00").out
    assert "unknown" in last and "0 days left" in last and "open: none; no opening is known" in last


def test_a_market_that_does_not_know_the_day_counts_as_closed_and_says_so(aegis: Aegis) -> None:
    lines = aegis("markets", "VN_HNX", "US", "--at", "2013-10-04T15:00Z").out.splitlines()
    assert lines[1].split()[:2] == ["VN_HNX", "unknown"] and lines[2].split()[:2] == ["US", "open"]
    assert "VN_HNX: 2013-10-04 lies outside the days its calendar knows, 2022-01-01 to 2026-12-31" in lines[-2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["VN_HSC"], "market: no calendar for 'VN_HSC'"),
        (["VN_HSC"], "did you mean VN_HSX?"),
        (["VN"], "did you mean VN_HNX or VN_HSX?"),
        (["--at", "2026-11-19T09:30"], "'2026-11-19T09:30' has no zone; end it with Z or an offset such as +09:00"),
        (["--at", "yesterday"], "expected an instant such as 2026-11-19T09:30+09:00, found 'yesterday'"),
        (["--at", "0001-01-01T00:00+09:00"], "--at: must lie in the years 1970 to 2199"),
        (["VN_HSX", "--at", "2027-01-04T10:00+07:00"], "--at: VN_HSX: 2027-01-04 lies outside the days"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(aegis: Aegis, words: list[str], said: str) -> None:
    answer = aegis("markets", *words)
    assert answer.code == 2 and answer.out == ""
    assert said in answer.err and answer.err.count("\n") == 1


def test_a_file_of_ones_own_adds_days_to_a_calendar(aegis: Aegis, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[calendars.VN_HSX.closed]\nstorm = [2026-11-27]\n", encoding="utf-8")
    said = aegis("markets", "VN_HNX", "--at", "2026-11-27T10:00+07:00", "--config-dir", tmp_path)
    assert said.out.splitlines()[1].split()[1] == "closed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[calendars.XX]\nsame_as = "YY"\n', "own.toml): 'YY' is no calendar"),
        ('[calendars.VN_HSX]\nlunch = "no"\n', "unknown key 'lunch'"),
        ("[calendars.VN_HSX.closed]\nstorm = [2026-09-02]\n", "2026-09-02 is given twice, as"),
        ('[calendars.vn]\nsame_as = "VN_HSX"\n', "Expected `str` matching regex"),
    ],
)
def test_a_calendar_that_contradicts_itself_names_its_place(aegis: Aegis, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    answer = aegis("markets", "--config-dir", tmp_path)
    assert answer.code == 2 and said in answer.err, answer.err
