"""`signals`: what is said of a recorded series, how it is drawn, and what is said instead."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.desks import FILLED, RISE, Rehearsal, consent, tape
from tests.runtime.cli.conftest import Aegis
from tests.tools.feeds.test_recording import HEADER, ROW, write
from tools.journals.sqlite import SqliteJournal

DEMO = ROOT / "evals/data/ibm-spy-minutes-2013-10.csv.gz"
BARS = "ts,open,high,low,close"


def daily(folder: Path, count: int) -> Path:
    rows = [f"{2013 + day // 360}-{day % 360 // 30 + 1:02}-{day % 30 % 28 + 1:02}" for day in range(0, 60)]
    days = sorted(set(rows))[:count]
    return write(
        folder, BARS, *(f"{day},{10 + n % 7},{12 + n % 7},{9 + n % 7},{11 + n % 7}" for n, day in enumerate(days))
    )


def test_explain_tells_headline_indicators_judgements_shocks_and_quality(aegis: Aegis) -> None:
    said = aegis("signals", "explain", "IBM", "--data", DEMO)
    lines = said.out.splitlines()
    assert said.code == 0 and lines[0].startswith("US:IBM 178.805, +0.00 % in the last bar, -5.345 (-2.90 %) since ")
    assert lines[1] == "falling: not above its 20-bar mean, OsMA negative"
    for start in ("OsMA 12/26/9", "RSI 14", "ATR 14", "Bollinger upper", "realised volatility 20", "dokyaku", "momi"):
        assert sum(line.startswith(start) for line in lines) == 1
    assert "price shocks: 10, the last 5" in lines
    assert "  2013-10-08 19:25:00  179.565  rose 0.27 % from 179.085 within 10 minutes; 0.25 % is a shock" in lines
    assert lines[-3].startswith("data: 1186 rows, 1186 bars of 1 min")
    assert lines[-2] == "  gaps: 2 longer than 5 min, the longest 2 d 17 h 24 min"


def test_explain_as_json_is_one_object_with_missing_figures_as_null(aegis: Aegis, tmp_path: Path) -> None:
    told = json.loads(aegis("signals", "explain", "IBM", "--data", daily(tmp_path, 20), "--json").out)
    values = {each["name"]: each["value"] for each in told["indicators"]}
    assert values["OsMA 12/26/9"] is None and values["RSI 14"] is not None
    assert told["triggers"] is None and told["quality"]["doubted"] == {}
    assert told["headline"]["last"] == "16"


def test_daily_bars_say_why_there_are_no_shocks(aegis: Aegis, tmp_path: Path) -> None:
    said = aegis("signals", "explain", "IBM", "--data", daily(tmp_path, 25))
    assert "price shocks: not looked for, bars of 1 d are too far apart" in said.out


def test_one_row_is_told_in_words_and_not_in_zeros(aegis: Aegis, tmp_path: Path) -> None:
    said = aegis("signals", "explain", "IBM", "--data", write(tmp_path, HEADER, ROW))
    assert said.code == 0 and "too short to tell a trend: 1 of 34 bars" in said.out
    assert "not known: needs 15 bars, there is 1 bar" in said.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["TSLA", "--data", DEMO], "holds nothing of 'TSLA'; it holds US:IBM, US:SPY"),
        (["IBM", "--data", "none.csv"], "none.csv: cannot be read: No such file"),
        (["IBM", "--data", "none.txt"], "must end in .csv, .csv.gz, .parquet"),
        (["IBM", "--data", DEMO, "--plot", "ibm.jpg"], "a picture ends in .svg or .png, found '.jpg'"),
        (["IBM"], "Missing option '--data'"),
    ],
)
def test_what_cannot_be_explained_is_named(aegis: Aegis, words: list[object], found: str) -> None:
    said = aegis("signals", "explain", *words)
    assert said.code == 2 and found in said.err and said.out == ""


def test_the_picture_is_one_svg_that_needs_nothing_from_outside(aegis: Aegis, tmp_path: Path) -> None:
    picture = tmp_path / "ibm.svg"
    said = aegis("signals", "explain", "IBM", "--data", DEMO, "--plot", picture)
    assert said.out.endswith(f"wrote {picture}\n")
    tree = ET.fromstring(picture.read_text())
    texts = {each.text for each in tree.iter("{http://www.w3.org/2000/svg}text")}
    assert {"price", "OsMA", "RSI", "close", "Bollinger 20/2", "price shock", "70", "30"} <= texts
    assert "href" not in picture.read_text() and "nan" not in picture.read_text()
    assert len(list(tree.iter("{http://www.w3.org/2000/svg}rect"))) > 250


def test_the_picture_may_be_a_png(aegis: Aegis, tmp_path: Path) -> None:
    picture = tmp_path / "one.png"
    assert aegis("signals", "explain", "IBM", "--data", write(tmp_path, HEADER, ROW), "--plot", picture).code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_example_packages_are_drawn(aegis: Aegis) -> None:
    said = aegis("signals", "graph")
    assert said.code == 0 and said.out.startswith("flowchart LR\n    subgraph layer0[raw symbols]")
    assert aegis("signals", "graph", ROOT / "evals/data/packages/example.toml").out == said.out


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("set.toml", "raw = [", "set.toml: "),
        ("set.json", "{", "set.json: "),
        ("set.yaml", "", "a package set ends in .toml or .json"),
        ("set.toml", "raw = []\npackages = [{ id = 'x' }]", "set.toml: x: "),
    ],
)
def test_a_set_that_cannot_be_drawn_is_named(aegis: Aegis, tmp_path: Path, name: str, text: str, found: str) -> None:
    (tmp_path / name).write_text(text)
    said = aegis("signals", "graph", tmp_path / name)
    assert said.code == 2 and found in said.err and said.err.count("\n") == 1


DAILY = "symbol,date,open,high,low,close,volume"


def market(path: Path) -> Path:
    rows = [
        *("UP,2024-01-02,100,101,99,100,1000", "UP,2024-01-03,100,106,100,105,3000"),
        *("DOWN,2024-01-02,50,51,49,50,2000", "DOWN,2024-01-03,50,50,47,48,1000"),
        *("CALM,2024-01-02,20,20,20,20,10", "CALM,2024-01-03,20,20.1,20,20.1,10"),
        *("CHEAP,2024-01-02,1,1,1,1,10", "CHEAP,2024-01-03,1,2,1,2,10"),
        "NEW,2024-01-03,10,11,9,10,10",
        "GONE,2024-01-02,10,11,9,10,10",
    ]
    path.write_text("\n".join([DAILY, *rows]) + "\n")
    return path


def test_scan_names_candidates_and_proxies_and_who_was_left_out_and_why(aegis: Aegis, tmp_path: Path) -> None:
    said = aegis("signals", "scan", "--data", str(market(tmp_path / "daily.csv")))
    assert said.code == 0
    assert "6 symbols on 2024-01-03" in said.out and "RSI proxy" in said.out and "volume proxy" in said.out
    for line in (
        "left out, it moves too little: 1 (CALM)",
        "left out, it costs too little: 1 (CHEAP)",
        "left out, no bar before it to compare with: 1 (NEW)",
        "left out, no price on that date: 1 (GONE)",
        "a cycle evaluates: UP, DOWN",
    ):
        assert line in said.out


def test_scan_measures_the_volume_and_says_it_in_json(aegis: Aegis, tmp_path: Path) -> None:
    said = aegis("signals", "scan", "--data", str(market(tmp_path / "daily.csv")), "--json")
    told = json.loads(said.out)
    first, second = told["scan"]["candidates"]
    assert (first["key"], first["change_pct"], first["volume_ratio"]) == ("UP", "5.0000", "3.0000")
    assert (second["key"], second["signal"], second["rsi_proxy"]) == ("DOWN", "oversold", "42.0000")
    assert told["evaluated"] == ["UP", "DOWN"] and told["scan"]["unfit"]["NEW"] == "unmeasured"


def test_scan_evaluates_what_a_desk_holds_too(aegis: Aegis, tmp_path: Path) -> None:
    Rehearsal(tmp_path / "desk", journal=lambda: SqliteJournal.open(tmp_path / "desk" / "journal.db")).play(
        tape(RISE, FILLED), consent()
    )
    path = market(tmp_path / "daily.csv")
    said = aegis("signals", "scan", "--data", str(path), "--state", str(tmp_path / "desk"), "--json")
    assert json.loads(said.out)["evaluated"] == ["UP", "DOWN", "US:IBM"]
    strange = aegis("signals", "scan", "--data", str(path), "--state", str(tmp_path / "nobody"))
    assert strange.code == 2 and "holds no journal" in strange.err
