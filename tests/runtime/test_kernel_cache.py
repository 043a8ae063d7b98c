"""Compiled kernels are never older than any source they were made of."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.kernel_cache import is_cold, of_sources
from tests.architecture.house import ROOT

SHOW = "from runtime import kernel_cache; kernel_cache.settle(); import os; print(os.environ['NUMBA_CACHE_DIR'])"


def settled(**environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if key not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    run = subprocess.run(
        [sys.executable, "-c", SHOW], env=clean | environment, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_the_folder_is_this_users_and_carries_the_digest(tmp_path: Path) -> None:
    digest = of_sources(Path(__file__).resolve().parents[2])
    assert settled(XDG_CACHE_HOME=str(tmp_path)) == str(tmp_path / "aegis" / "kernels" / digest[:16])


def test_a_folder_somebody_chose_stays() -> None:
    assert settled(NUMBA_CACHE_DIR="/elsewhere") == "/elsewhere"


def test_a_changed_a_new_and_a_renamed_source_each_make_another_digest(tmp_path: Path) -> None:
    quant = tmp_path / "core" / "quant"
    quant.mkdir(parents=True)
    seen = [of_sources(tmp_path)]
    (quant / "layout.py").write_text("A = 1\n")
    seen.append(of_sources(tmp_path))
    (quant / "layout.py").write_text("A = 2\n")
    seen.append(of_sources(tmp_path))
    (quant / "layout.py").rename(quant / "rows.py")
    seen.append(of_sources(tmp_path))
    assert len(set(seen)) == 4


def test_a_folder_without_the_tick_path_is_cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    assert is_cold()
    (tmp_path / "ticks").mkdir()
    (tmp_path / "ticks" / "ticking.single-1.py311.nbi").touch()
    assert not is_cold()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert not is_cold(), "there is nothing to compile"


@pytest.mark.parametrize("asked", [["--help"], ["check"]])
def test_help_and_check_load_no_compiler(asked: list[str]) -> None:
    code = f"import sys; sys.argv = ['aegis-agents', *{asked!r}]\nfrom runtime.cli.main import main\ntry: main()\n"
    code += "except SystemExit: pass\nassert 'numba' not in sys.modules"
    ended = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
