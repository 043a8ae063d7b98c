"""`.env` may name the state folder, the profile and the configuration folder, as the environment may."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import BadInput
from runtime.configuration import gather, options


def test_only_options_are_taken_and_settings_stay_settings(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("# mine\nexport AEGIS_STATE='./mine'\nAEGIS_RISK__MIN_CONFIDENCE=85\n")
    assert options(dotenv) == {"AEGIS_STATE": "./mine"}
    assert gather("demo", None, {}, dotenv).values["risk"]["min_confidence"] == 85


def test_a_folder_without_the_file_names_nothing(tmp_path: Path) -> None:
    assert options(tmp_path / ".env") == {}


def test_a_line_that_sets_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AEGIS_STATE\n")
    with pytest.raises(BadInput, match="line 1: expected NAME=value"):
        options(tmp_path / ".env")


def test_the_command_line_heeds_it_and_the_environment_goes_first(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AEGIS_STATE=./mine\n")
    ask = [sys.executable, "-m", "runtime.cli.main", "journal", "verify"]
    for environment, named in ({}, "mine/journal.db"), ({"AEGIS_STATE": "./theirs"}, "theirs/journal.db"):
        told = subprocess.run(ask, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (told.returncode, named in told.stderr) == (2, True), told.stderr
