"""Where compiled kernels are kept: a folder of this user, named after the sources they were compiled from.

Numba looks only at the file of the function that is called, so a change in a step it calls would leave old machine code
in use. A folder that carries a digest of all kernels' sources cannot be stale; two processes may fill it at once.
"""

import os
from hashlib import sha256
from pathlib import Path

FOLDERS = ("core/quant", "core/signals")


def settle() -> None:
    """Choose the folder, unless somebody has; must come before numba is imported."""
    if "NUMBA_CACHE_DIR" not in os.environ:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        os.environ["NUMBA_CACHE_DIR"] = str(Path(home) / "aegis" / "kernels" / of_sources(_HERE)[:16])


def is_cold() -> bool:
    """Whether the kernels of the tick path are still to be compiled."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return False
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return folder is None or next(Path(folder).rglob("ticking.single*.nbi"), None) is None


def of_sources(root: Path) -> str:
    """A digest of every source file that can reach a kernel."""
    found = sha256()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            found.update(path.relative_to(root).as_posix().encode())
            found.update(path.read_bytes())
    return found.hexdigest()


_HERE = Path(__file__).resolve().parents[1]
