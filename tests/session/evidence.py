"""Seconds per folder and figures at the end of a run, and `build/evidence.json`, from which the status table is made.

A test gives a figure with `record_property("figures", "…")`.
"""

import json
import platform
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.session.inventory import is_whole

ROOT = Path(__file__).resolve().parents[2]
EVERYDAY = "not campaign and not soak"


@dataclass
class Folder:
    """What the tests of one folder came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


class Evidence:
    """Adds up the reports of a run, folder by folder."""

    def __init__(self) -> None:
        self.folders: defaultdict[str, Folder] = defaultdict(Folder)
        self.figures: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        folder = self.folders[folder_of(report.nodeid)]
        folder.seconds += report.duration
        if report.when == "call":
            said = [str(figure) for name, figure in report.user_properties if name == "figures"]
            self.figures |= {report.nodeid: "; ".join(said)} if said else {}
        if report.failed:
            folder.failed += 1
        elif report.skipped:
            folder.skipped += 1
        elif report.when == "call":
            folder.passed += 1

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
    ) -> None:
        terminalreporter.section("seconds per folder")
        for line in table(self.folders):
            terminalreporter.write_line(line)
        if self.figures:
            terminalreporter.section("figures")
        for nodeid, figure in self.figures.items():
            terminalreporter.write_line(f"{nodeid.partition('::')[2]}: {figure}")
        chosen = config.option.keyword or config.option.markexpr != EVERYDAY
        if is_whole(config) and not chosen and exitstatus <= pytest.ExitCode.TESTS_FAILED:
            path = ROOT / config.getoption("evidence")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(as_json(self.folders, datetime.now(UTC), self.figures))


def folder_of(nodeid: str) -> str:
    parts = nodeid.partition("::")[0].split("/")
    return parts[1] if len(parts) > 2 else "."


def table(folders: dict[str, Folder]) -> list[str]:
    slowest_first = sorted(folders.items(), key=lambda entry: -entry[1].seconds)
    return [
        f"{folder.seconds:8.1f} s  {folder.passed + folder.failed + folder.skipped:5d} tests  tests/{name}"
        for name, folder in slowest_first
    ]


def as_json(folders: dict[str, Folder], at: datetime, figures: dict[str, str]) -> str:
    body = {
        "date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "python": platform.python_version(),
        "folders": {
            name: asdict(folder) | {"seconds": round(folder.seconds, 1)} for name, folder in sorted(folders.items())
        },
        "figures": figures,
    }
    return json.dumps(body, indent=2) + "\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--evidence", default="build/evidence.json", help="where a run of all tests writes what it found")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Evidence(), "evidence")
