"""The two blocks that tell of runs: the status of each component, and the excerpt of the demonstration."""

import json
from pathlib import Path

from docs import generate
from docs.tables.demo import demo
from docs.tables.status import COMPONENTS, Evidence, components, read, status
from tests.architecture.house import ROOT, assert_none

PASSED = Evidence(
    "2026-01-02", dict.fromkeys([folder for folders in COMPONENTS.values() for folder in folders], (3, 0))
)
GRAPH = "Combat graph (`graphs/`)"
SERVICE = "Service and command line (`runtime/`)"


def row(table: str, component: str = GRAPH) -> list[str]:
    line = next(line for line in table.splitlines() if line.startswith(f"| {component} |"))
    return line.strip("| ").split(" | ")[1:]


def unmatched(folders: set[str]) -> list[str]:
    """Test folders that speak for no component, and folders a component names that hold no test."""
    return sorted(folders ^ {folder for named in COMPONENTS.values() for folder in named})


def test_the_readme_speaks_of_every_component_and_of_no_other() -> None:
    text = (ROOT / "README.md").read_text()
    block = text.partition("<!-- generated: status -->\n")[2].partition("<!-- end generated -->")[0]
    assert components(block.strip()) == set(COMPONENTS)


def test_every_folder_of_tests_speaks_for_a_component_and_every_component_has_tests() -> None:
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert_none(unmatched(folders))
    assert unmatched({*folders, "moon"} - {"core"}) == ["core", "moon"]


def test_a_component_is_verified_when_all_its_folders_passed() -> None:
    assert row(status("", PASSED)) == ["verified", "2026-01-02", "2026-01-02"]


def test_one_failure_makes_it_failing_and_keeps_the_day_it_was_last_verified() -> None:
    failed = Evidence("2026-01-09", PASSED.folders | {"scenarios": (8, 1)})
    assert row(status(status("", PASSED), failed)) == ["failing", "2026-01-09", "2026-01-02"]


def test_a_folder_that_did_not_run_verifies_nothing() -> None:
    unfinished = Evidence("2026-01-09", {"runtime": (8, 0)})
    assert row(status("", unfinished), SERVICE) == ["not verified", "2026-01-09", "–"]


def test_since_is_kept_while_the_state_is_the_same() -> None:
    later = PASSED._replace(date="2026-01-09")
    assert row(status(status("", PASSED), later)) == ["verified", "2026-01-02", "2026-01-09"]


def test_without_evidence_the_table_stands_and_gains_what_is_new() -> None:
    known = "\n".join(line for line in status("", PASSED).splitlines() if "Recorded data" not in line)
    table = status(known, None)
    assert row(table) == ["verified", "2026-01-02", "2026-01-02"]
    assert row(table, "Recorded data (`evals/`)") == ["not verified", "–", "–"]


def test_evidence_is_read_as_the_test_session_writes_it(tmp_path: Path) -> None:
    folder = {"passed": 3, "failed": 1, "skipped": 0, "seconds": 0.1}
    (tmp_path / "evidence.json").write_text(json.dumps({"date": "2026-01-02T03:04:05Z", "folders": {"core": folder}}))
    assert read(tmp_path / "evidence.json") == Evidence("2026-01-02", {"core": (3, 1)})


def test_a_check_leaves_the_blocks_of_runs_as_they_stand() -> None:
    text = "<!-- generated: demo -->\n\nas it was\n\n<!-- end generated -->\n"
    assert generate.rewritten(text, {}) == text


def test_the_excerpt_shows_a_veto_a_denial_and_one_trade_up_to_its_stop_out() -> None:
    said = [
        "10-04 13:20Z  DESK     opens",
        "10-04 13:30Z  DAY      2013-10-04 begins",
        "10-04 13:33Z  VETO     IBM -0.36 % in 10 min: too wide",
        "10-04 13:53Z  DECISION SPY +0.28 % in 10 min: open short",
        "10-04 13:53Z  DENIED   sell 11 SPY: CONFIDENCE, found 77, limit 80",
        "10-07 15:30Z  DECISION IBM +0.30 % in 10 min: hold",
        "10-07 15:37Z  DECISION IBM +0.32 % in 10 min: open long",
        "10-07 15:40Z  DECISION SPY +0.25 % in 10 min: hold",
        "10-07 15:38Z  FILL     bought 10 IBM at 183.05",
        "10-07 16:31Z  STOP-OUT IBM at 182.17 reached its stop",
        "10-07 16:32Z  FLAT     IBM: -8.60 USD",
        "10-07 17:00Z  VETO     SPY +0.40 % in 10 min: too wide",
        "",
        "2389 quotes, 15 events",
        "profit and loss 4.43 USD",
        "journal: 208 events",
    ]
    told = demo(said).splitlines()
    chosen = [said[index] for index in (0, 1, 2, 3, 4, 6, 8, 9, 10, 13, 14)]
    assert [line for line in told if line in chosen] == chosen
    assert not [line for line in said if line and line not in chosen and line in told]
