"""The command itself: what it loads, what it says to what it does not know, and who may stand in its place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.cli.main import COMMANDS
from tests.architecture.house import ROOT
from tests.runtime.cli.conftest import Aegis

HEAVY = {"langgraph", "langchain_core", "numba", "numpy", "pandas", "pydantic", "exchange_calendars"}
HEAVY |= {"openai", "anthropic", "google.genai", "httpx2", "fastapi", "nicegui", "redis", "psycopg", "duckdb"}
LOADED = """
import sys
sys.argv = ["aegis-agents", "--help"]
from runtime.cli.main import main
try:
    main()
finally:
    print("LOADED", *sys.modules)
"""


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_help_loads_no_graph_no_kernel_and_no_provider() -> None:
    told = python("-c", LOADED).stdout
    loaded = set(told.partition("LOADED")[2].split())
    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_help_names_every_noun_with_its_line(aegis: Aegis) -> None:
    said = aegis("--help")
    assert said.code == 0
    assert all(noun in said.out for noun in COMMANDS)
    assert "aegis-agents serve --profile demo --until-end" in " ".join(said.out.split())


@pytest.mark.parametrize("noun", COMMANDS)
def test_every_noun_explains_itself(aegis: Aegis, noun: str) -> None:
    said = aegis(noun, "--help")
    assert said.code == 0 and f"Usage: aegis-agents {noun}" in said.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["fly"], "No such command 'fly'"),
        (["desk", "fly"], "No such command 'fly'"),
        (["--fly"], "No such option: --fly"),
        (["serve", "--profil", "demo"], "No such option: --profil"),
        (["serve", "--pace", "0"], "'--pace'"),
        (["graph", "draw", "waltz"], "'waltz'"),
        (["decide"], "Missing argument 'event'"),
        (["desk", "status"], "Missing option '--state'"),
    ],
)
def test_a_word_nobody_knows_is_named_and_exits_2(aegis: Aegis, words: list[str], found: str) -> None:
    said = aegis(*words)
    assert said.code == 2 and found in said.err.replace("\n", " ")
    assert "Traceback" not in said.err


def test_a_foreign_package_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").write_text("")
    told = subprocess.run(
        [sys.executable, "-c", "from runtime.cli.main import main; main()"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1 and told.stderr.count("\n") == 1
    assert f"package 'agents' is not ours but {tmp_path}/agents/__init__.py" in told.stderr
    assert "environment of its own" in told.stderr


@pytest.mark.usefixtures("let_go")
def test_a_fault_inside_a_group_of_tasks_is_one_line(
    aegis: Aegis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AEGIS_FEED__FILES", f'["{tmp_path}/none.csv"]')
    said = aegis("serve", "--until-end", "--json", "--state", tmp_path)
    assert said.code == 2 and said.out == ""
    assert said.err.count("\n") == 1 and "none.csv: cannot be read" in said.err
