"""The state folder: one owner at a time, and a latch that only a person removes."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import BadInput
from runtime.state_folder import StateFolder
from tests.architecture.house import ROOT

HOLD = """
import sys
from pathlib import Path
from runtime.state_folder import StateFolder
folder = StateFolder(Path(sys.argv[1]))
folder.claim("paper-1")
print("held", flush=True)
sys.stdin.read()
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_in_use_by_a_living_process_names_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None and owner.stdout.readline() == "held\n"
        with pytest.raises(BadInput) as refusal:
            StateFolder(tmp_path).claim("paper-1")
        owner.kill()
    assert f"in use by process {owner.pid} (account paper-1)" in str(refusal.value)
    assert "--state" in str(refusal.value)


def test_a_folder_is_free_again_when_its_owner_lets_go(tmp_path: Path) -> None:
    first, second = StateFolder(tmp_path), StateFolder(tmp_path)
    first.claim("paper-1")
    with pytest.raises(BadInput, match=f"in use by process {os.getpid()}"):
        second.claim("paper-1")
    first.release()
    first.release()
    second.claim("paper-1")
    second.release()


def test_the_lock_of_a_dead_process_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "account-paper-1.lock").write_text("999999")
    folder = StateFolder(tmp_path)
    folder.claim("paper-1")
    assert (tmp_path / "account-paper-1.lock").read_text() == str(os.getpid())
    folder.release()


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "new")
    folder.claim("paper-1")
    folder.release()
    assert mode(folder.path) == 0o700 and mode(folder.path / "account-paper-1.lock") == 0o600


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="choose another with --state"):
        StateFolder(tmp_path / "file" / "state").claim("paper-1")


def test_the_latch_survives_and_keeps_every_reason(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    assert not folder.latched()
    folder.set_latch("first")
    folder.set_latch("second")
    assert StateFolder(tmp_path).latched()
    assert folder.latch.read_text() == "first\nsecond\n" and mode(folder.latch) == 0o600
