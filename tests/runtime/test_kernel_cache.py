"""Compiled kernels are never older than any source they were made of."""

import os
import subprocess
import sys
from pathlib import Path

from runtime.kernel_cache import of_sources

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
